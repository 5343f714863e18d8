//! Where every coupled channel of the network ends up: one count, so that no two numbers disagree.

use std::collections::BTreeMap;

use super::cases::{self, Case};
use super::kept::why_kept;
use super::{Decision, limits};
use crate::channels::CoupledId;
use crate::network::{Analysis, Layer, constants};
use crate::report::{Criterion, PlanOptions, Tally, Withheld};

/// The one place of a coupled channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Kept,
    Removed(Case),
    Withheld,
    OutsideKept,
    OutsideRemoved,
}

/// Counts the coupled channels, each exactly once. A channel that lies in several pairs takes the case of the
/// first of them that is dead.
pub fn count(analysis: &Analysis, options: &PlanOptions, decision: &Decision) -> Tally {
    let mut tally = Tally::default();
    for (_, place) in places(analysis, options, decision) {
        let count = match place {
            Place::Kept => &mut tally.kept,
            Place::Removed(Case::OutputDead) => &mut tally.output_dead,
            Place::Removed(Case::InputDead) => &mut tally.input_dead,
            Place::Removed(Case::BothDead) => &mut tally.both_dead,
            Place::Removed(Case::Keep) => &mut tally.removed_alive,
            Place::Withheld => &mut tally.withheld,
            Place::OutsideKept => &mut tally.outside_kept,
            Place::OutsideRemoved => &mut tally.outside_removed,
        };
        *count += 1;
        tally.channels += 1;
    }
    tally
}

/// The withheld channels of [`count`] by row and reason: they add up to its `withheld`.
pub fn withheld(analysis: &Analysis, options: &PlanOptions, decision: &Decision) -> Vec<Withheld> {
    let thresholds = limits::thresholds(analysis, options);
    let (graph, statistics) = (&analysis.graph, &analysis.statistics);
    let constants = constants(graph, &analysis.channels, statistics, &thresholds);
    let guarded: BTreeMap<CoupledId, &str> = decision.guarded.iter().copied().collect();
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    for (class, place) in places(analysis, options, decision) {
        if place != Place::Withheld {
            continue;
        }
        let rows = analysis.sites.of(class);
        let dead = rows
            .iter()
            .find(|c| cases::is_dead(analysis, &thresholds, **c));
        let row = dead.or(rows.first()).map(|c| statistics.locate(*c).0);
        let node = match row {
            Some(row) => statistics.sites[row].node,
            None => writer(analysis, class),
        };
        let why = why_kept(analysis, class, &guarded, &constants);
        *counts.entry((node, why)).or_default() += 1;
    }
    let row = |((node, reason), channels): ((usize, String), u64)| Withheld {
        node: graph.nodes[node].name.clone(),
        channels,
        reason,
    };
    counts.into_iter().map(row).collect()
}

/// The layer that makes a counted class.
fn writer(analysis: &Analysis, class: CoupledId) -> usize {
    let makes = |l: &&Layer| l.outputs.contains(&class);
    let layer = analysis.layers.iter().find(makes);
    layer.map_or(0, |l| l.node)
}

/// Every counted class with its place.
fn places<'a>(
    analysis: &'a Analysis,
    options: &PlanOptions,
    decision: &'a Decision,
) -> impl Iterator<Item = (CoupledId, Place)> + 'a {
    let thresholds = limits::thresholds(analysis, options);
    let mut case_of: Vec<Option<Case>> = vec![None; analysis.free.len()];
    for (k, pair) in analysis.statistics.pairs.iter().enumerate() {
        let known = &mut case_of[analysis.class_of_site(pair.after).index()];
        if known.is_none_or(|case| case == Case::Keep) {
            *known = Some(cases::case(analysis, k, &thresholds));
        }
    }
    let mut withheld = vec![false; analysis.free.len()];
    if options.criterion == Criterion::Probability {
        for channel in 0..analysis.statistics.site_channels() as u32 {
            if cases::is_dead(analysis, &thresholds, channel) {
                withheld[analysis.class_of_site(channel).index()] = true;
            }
        }
    }
    for (class, _) in &decision.guarded {
        withheld[class.index()] = true;
    }
    let place = move |class: usize| match (decision.removed[class], case_of[class]) {
        (true, Some(case)) => Place::Removed(case),
        (true, None) => Place::OutsideRemoved,
        (false, _) if withheld[class] => Place::Withheld,
        (false, Some(_)) => Place::Kept,
        (false, None) => Place::OutsideKept,
    };
    (0..analysis.counted.len())
        .filter(|class| analysis.counted[*class])
        .map(move |class| (CoupledId::new(class), place(class)))
}
