//! One channel, for the channel view.

use std::collections::BTreeMap;

use super::Session;
use crate::channels::CoupledId;
use crate::error::{Error, Result};
use crate::network::constants;
use crate::plan::branches::Branch;
use crate::plan::kept::why_kept;
use crate::plan::{self, cases, limits};
use crate::report::{ChannelDetail, ChannelRef, Fold, PlanOptions};
use crate::statistics::NONE;

impl Session {
    /// The number of channel `channel` of row `site` among all.
    pub(super) fn flat(&self, site: u32, channel: u32) -> Result<u32> {
        let row = self.analysis.statistics.sites.get(site as usize);
        row.filter(|r| (channel as usize) < r.gaussians.len())
            .map(|r| r.offset + channel)
            .ok_or_else(|| Error::new(format!("there is no channel {channel} in row {site}")))
    }

    pub(super) fn channel_ref(&self, channel: u32) -> ChannelRef {
        let s = &self.analysis.statistics;
        let (site, index) = s.locate(channel);
        let g = s.gaussian_of(channel);
        let p = s.low[channel as usize];
        ChannelRef {
            site: site as u32,
            channel: index as u32,
            norm: self.analysis.graph.nodes[s.sites[site].node].name.clone(),
            activation: self.activation_label(channel as usize),
            mean: g.mean,
            std: g.std,
            probability: (!p.is_nan()).then_some(p),
        }
    }

    /// Channel `channel` of row `site` under `options`.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn channel(
        &mut self,
        site: u32,
        channel: u32,
        options: &PlanOptions,
    ) -> Result<ChannelDetail> {
        let flat = self.flat(site, channel)?;
        let decision = self.decide(options)?;
        let a = &self.analysis;
        let s = &a.statistics;
        let class = a.class_of_site(flat);
        let removed = cases::gone(a, &decision, flat);
        let activation = s.activation[flat as usize];
        let g = s.gaussian_of(flat);
        let (mean, variance) = activation.map_or((g.mean, g.std * g.std), |f| f.moments(g));
        let pair = Some(self.pair_of[flat as usize]).filter(|p| *p != NONE);
        let partner = pair.map(|p| {
            let p = s.pairs[p as usize];
            if p.after == flat {
                (p.before, "after")
            } else {
                (p.after, "before")
            }
        });
        let saturation = s.high[flat as usize];
        let thresholds = limits::thresholds(a, options);
        let kept_because = (!removed).then(|| {
            let guarded: BTreeMap<CoupledId, &str> = decision.guarded.iter().copied().collect();
            let constants = constants(&a.graph, &a.channels, s, &thresholds);
            let dead = cases::is_dead(a, &thresholds, flat);
            let obstacle = a.obstacle(class);
            (dead || obstacle.is_some() || guarded.contains_key(&class))
                .then(|| why_kept(a, class, &guarded, &constants))
        });
        Ok(ChannelDetail {
            this: self.channel_ref(flat),
            low: activation.and_then(|f| f.low()),
            high: activation.and_then(|f| f.high()),
            saturation: (!saturation.is_nan()).then_some(saturation),
            activation_mean: mean,
            activation_std: variance.sqrt(),
            case: pair.map(|p| cases::case(a, p as usize, &thresholds).name().to_string()),
            role: partner.map(|(_, role)| role.to_string()),
            partner: partner.map(|(other, _)| self.channel_ref(other)),
            removed,
            kept_because: kept_because.flatten(),
            coupled: a.sites.of(class).len() as u32,
            folds: self.folds(flat, &decision),
            histogram: self.calibration.as_ref().and_then(|c| {
                let (row, index) = s.locate(flat);
                c.histogram(s.sites[row].tensor, index, activation.and_then(|f| f.low()))
            }),
        })
    }

    fn folds(&self, channel: u32, decision: &plan::Decision) -> Vec<Fold> {
        let a = &self.analysis;
        let class = a.class_of_site(channel);
        let row = &a.statistics.sites[a.statistics.locate(channel).0];
        if decision.is_dead(row.node) {
            return self.added(channel, decision);
        }
        let removed = decision.removed[class.index()];
        a.reads
            .of(class)
            .iter()
            .filter(|read| !decision.is_dead(a.channels.readers[read.reader as usize].node))
            .map(|read| {
                let reader = &a.channels.readers[read.reader as usize];
                let constant = decision.constants[read.channel_id.index()];
                let per_in = reader.in_per_group();
                let (group, column) = (
                    read.channel as usize / per_in,
                    read.channel as usize % per_in,
                );
                let sums = reader.tap_sums(&a.graph);
                let rows = group * reader.out_per_group()..(group + 1) * reader.out_per_group();
                let largest = rows
                    .map(|j| (sums[(j, column)] * constant).abs())
                    .fold(0.0, f64::max);
                Fold {
                    reader: a.graph.nodes[reader.node].name.clone(),
                    constant: removed.then_some(constant),
                    into: a.fold_label(reader),
                    largest_shift: if removed { largest } else { 0.0 },
                    exact: constant == 0.0
                        || !(reader.padded || decision.inexact[read.channel_id.index()]),
                }
            })
            .collect()
    }

    /// What is added for a channel in which a dead branch ends.
    fn added(&self, channel: u32, decision: &plan::Decision) -> Vec<Fold> {
        let a = &self.analysis;
        let (row, index) = a.statistics.locate(channel);
        let tensor = a.statistics.sites[row].tensor;
        let ends = decision
            .branches
            .list
            .iter()
            .filter(|b| b.addend.tensor == tensor);
        let fold = |branch: &Branch| {
            let value = *branch.values.get(index)?;
            let name = a.graph.nodes[branch.addend.node].name.clone();
            Some(Fold {
                into: format!("the constant added by {name}"),
                reader: name,
                constant: Some(value),
                largest_shift: value.abs(),
                exact: !branch.inexact[index],
            })
        };
        ends.filter_map(fold).collect()
    }
}
