//! One channel's arithmetic with its own numbers: what it leaves behind, for whom, and what goes with it.

use std::collections::{BTreeMap, BTreeSet};

use super::Session;
use crate::channels::{ChannelId, Combine, CoupledId, Flow};
use crate::error::Result;
use crate::graph::NodeId;
use crate::network::{Analysis, Layer};
use crate::onnx::Attributes;
use crate::plan::{cases, one_channel};
use crate::report::{
    Carried, Explanation, NormNumbers, PlanOptions, ReaderShift, Stage, Taps, Tie, Together,
};
use crate::statistics::{NONE, PairChannel};

impl Session {
    /// Channel `channel` of row `site` under `options`, or as if it went by itself where it stays.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn explain(
        &mut self,
        site: u32,
        channel: u32,
        options: &PlanOptions,
    ) -> Result<Explanation> {
        let flat = self.flat(site, channel)?;
        let decision = self.decide(options)?;
        let a = &self.analysis;
        let class = a.class_of_site(flat);
        let pair = Some(self.pair_of[flat as usize])
            .filter(|p| *p != NONE)
            .map(|p| a.statistics.pairs[p as usize]);
        let readers_see = one_channel::constants_for_readers(a, options, &decision, class);
        let readers = readers_see.iter().map(|it| {
            let read = &it.read;
            let reader = &a.channels.readers[read.reader as usize];
            let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
            let (group, column) = (
                read.channel as usize / per_in,
                read.channel as usize % per_in,
            );
            let sums = reader.tap_sums(&a.graph);
            let rows = group * per_out..(group + 1) * per_out;
            ReaderShift {
                reader: a.graph.nodes[reader.node].name.clone(),
                layer: layer_of(a, reader.node),
                input: read.channel,
                constant: it.constant,
                into: a.fold_label(reader),
                exact: it.constant == 0.0 || !(reader.padded || it.inexact),
                first: rows.start as u32,
                sums: rows.map(|j| sums[(j, column)]).collect(),
            }
        });
        Ok(Explanation {
            removed: cases::gone(a, &decision, flat),
            obstacle: a.obstacle(class),
            before: self.stage(pair.map_or(flat, |p| p.before)),
            depthwise: pair.and_then(|p| taps(a, p)),
            after: pair.map(|p| self.stage(p.after)),
            carried: pair.and_then(|p| carried(a, p)),
            readers: readers.collect(),
            together: together(a, class),
            ties: ties(a, class),
        })
    }

    fn stage(&self, flat: u32) -> Stage {
        let activation = self.analysis.statistics.activation[flat as usize];
        let low = activation.and_then(|f| f.low());
        Stage {
            channel: self.channel_ref(flat),
            norm: norm_numbers(&self.analysis, flat),
            low,
            pinned: low.and_then(|low| activation.map(|f| f.apply(low))),
        }
    }
}

fn layer_of(a: &Analysis, node: NodeId) -> u32 {
    let found = a.layers.binary_search_by_key(&node, |l| l.node);
    found.map_or(NONE, |l| l as u32)
}

/// β, γ, μ and v as the file has them; `None` for a measured row.
fn norm_numbers(a: &Analysis, flat: u32) -> Option<NormNumbers> {
    let (row, index) = a.statistics.locate(flat);
    let site = &a.statistics.sites[row];
    if site.calibrated || !matches!(a.channels.flows[site.node], Flow::Normalise { .. }) {
        return None;
    }
    let number = |slot: usize| {
        let values = a.graph.floats(site.node, slot)?;
        values.iter().nth(index).map(|v| f64::from(*v))
    };
    Some(NormNumbers {
        gamma: number(1)?,
        beta: number(2)?,
        mean: number(3)?,
        variance: number(4)?,
        epsilon: f64::from(a.graph.nodes[site.node].float("epsilon").unwrap_or(1e-5)),
    })
}

/// Which output of the depthwise convolution the pair's channel is.
fn filter_of(a: &Analysis, pair: PairChannel) -> Option<usize> {
    let Flow::Depthwise { out, .. } = &a.channels.flows[pair.depthwise] else {
        return None;
    };
    let layout = a.channels.layouts[*out].as_ref()?;
    let (row, index) = a.statistics.locate(pair.after);
    let site = &a.statistics.sites[row];
    let channel_id = match &a.channels.flows[site.node] {
        Flow::Normalise { from, .. } => *from.get(index)?,
        _ => a.statistics.site_channel_ids[pair.after as usize],
    };
    let alike = layout.len() == site.gaussians.len();
    layout.position(channel_id).or(alike.then_some(index))
}

fn taps(a: &Analysis, pair: PairChannel) -> Option<Taps> {
    let filter = filter_of(a, pair)?;
    let Flow::Depthwise { bias, padded, .. } = &a.channels.flows[pair.depthwise] else {
        return None;
    };
    let weights = a.graph.floats(pair.depthwise, 1)?;
    let shape = weights.shape().to_vec();
    let per_filter: usize = shape.get(2..)?.iter().product();
    let kernel: Vec<String> = shape[2..].iter().map(ToString::to_string).collect();
    let own = weights.iter().skip(filter * per_filter).take(per_filter);
    Some(Taps {
        node: a.graph.nodes[pair.depthwise].name.clone(),
        kernel: kernel.join("×"),
        weights: own.map(|w| f64::from(*w)).collect(),
        bias: *bias.get(filter)?,
        padded: *padded,
    })
}

/// The way of the pinned value through the pair; `None` where nothing pins the channel before it.
fn carried(a: &Analysis, pair: PairChannel) -> Option<Carried> {
    let s = &a.statistics;
    let filter = filter_of(a, pair)?;
    let Flow::Depthwise { taps, bias, .. } = &a.channels.flows[pair.depthwise] else {
        return None;
    };
    let before = s.activation[pair.before as usize]?;
    let enters = before.apply(before.low()?);
    let convolved = taps.get(filter)? * enters + bias.get(filter)?;
    let (row, index) = s.locate(pair.after);
    let normalised = match &a.channels.flows[s.sites[row].node] {
        Flow::Normalise { scale, shift, .. } => scale[index] * convolved + shift[index],
        _ => convolved,
    };
    let emitted = match s.activation[pair.after as usize] {
        Some(f) => f.apply(normalised),
        None => normalised,
    };
    Some(Carried {
        enters,
        convolved,
        normalised,
        emitted,
    })
}

/// The channels of a class, layer by layer.
fn together(a: &Analysis, class: CoupledId) -> Vec<Together> {
    let mut parts = Vec::new();
    for (index, layer) in a.layers.iter().enumerate() {
        let mut part = |role: &str, classes: &[CoupledId]| {
            let channels: Vec<u32> = (0..classes.len() as u32)
                .filter(|k| classes[*k as usize] == class)
                .collect();
            if !channels.is_empty() {
                parts.push(Together {
                    layer: index as u32,
                    role: role.into(),
                    channels,
                });
            }
        };
        let Layer {
            depthwise,
            inputs,
            outputs,
            ..
        } = layer;
        if !depthwise {
            part("reads", inputs);
        }
        part(if *depthwise { "carries" } else { "writes" }, outputs);
    }
    parts
}

/// Every node at which channels of a class meet, with the rule that ties them.
fn ties(a: &Analysis, class: CoupledId) -> Vec<Tie> {
    let of = |channel_id: &ChannelId| {
        *channel_id != ChannelId::PAD && a.channels.class_of(*channel_id) == class
    };
    let mut ties: BTreeMap<NodeId, String> = BTreeMap::new();
    for (node, flow) in a.channels.flows.iter().enumerate() {
        let why = match flow {
            Flow::Depthwise { from, .. } if from.iter().any(of) => {
                "a depthwise convolution maps channel i to channel i: its filter, what enters and what leaves are one"
                    .to_string()
            }
            Flow::Combine { op, args, .. } => {
                let meets = |k: usize| -> BTreeSet<ChannelId> {
                    args.iter().map(|x| x[k]).filter(|channel_id| of(channel_id)).collect()
                };
                if !(0..args[0].len()).any(|k| meets(k).len() > 1) {
                    continue;
                }
                match op {
                    Combine::Add => "a sum needs the same channels on both sides".to_string(),
                    Combine::Mul => "a gate multiplies channel by channel".to_string(),
                    _ => "it combines its inputs channel by channel".to_string(),
                }
            }
            Flow::Join { from, .. } if from.iter().any(|f| f.len() > 1 && f.iter().any(of)) => {
                "it merges several channels into one".to_string()
            }
            Flow::Read { reader, .. } if a.channels.readers[*reader].groups > 1 => {
                let reader = &a.channels.readers[*reader];
                if !reader.inputs.iter().chain(&reader.outputs).any(of) {
                    continue;
                }
                format!(
                    "a convolution in {} groups: every group has to lose equally many channels",
                    reader.groups
                )
            }
            _ => continue,
        };
        ties.insert(node, why);
    }
    ties.into_iter()
        .map(|(node, reason)| Tie {
            node: a.graph.nodes[node].name.clone(),
            op: a.graph.nodes[node].op.clone(),
            reason,
        })
        .collect()
}
