//! Guards: no layer disappears, grouped convolutions keep equal groups, floors and multiples hold.
//!
//! All of them only ever put channels back, so repeating them until nothing changes terminates.

use std::collections::BTreeMap;

use super::branches::Branches;
use super::groups;
use super::limits::{self, RowGuard};
use crate::channels::{ChannelId, CoupledId};
use crate::network::Analysis;
use crate::report::PlanOptions;

/// Reason of a guard.
pub const LAST_CHANNELS: &str = "the last channels of a layer stay, so that it still has an output";
/// Reason of a guard.
pub const FLOOR: &str = "the floor on channels per layer keeps it";
/// Reason of a guard.
pub const MULTIPLE: &str = "kept channel counts are rounded up to the chosen multiple";
/// Reason of a guard.
pub const LOCKED: &str = "its layer is locked";
/// Reason of a guard.
pub const BALANCE: &str = "groups of a grouped convolution must lose equally many channels";
/// Reason of a guard.
pub const REGULAR: &str =
    "a reshape splits these channels in a grid, which can only lose whole rows";

/// Puts back what guards protect; returns those classes with the reason.
pub fn guard(
    analysis: &Analysis,
    options: &PlanOptions,
    scores: &[f64],
    branches: &Branches,
    removed: &mut [bool],
) -> Vec<(CoupledId, &'static str)> {
    let mut kept: BTreeMap<CoupledId, &'static str> = BTreeMap::new();
    if !removed.contains(&true) {
        return Vec::new();
    }
    let mut g = Guard {
        scores,
        branches,
        removed,
        kept: &mut kept,
    };
    if !options.locked.is_empty() {
        for layer in &analysis.layers {
            if options
                .locked
                .contains(&analysis.graph.nodes[layer.node].name)
            {
                layer.outputs.iter().for_each(|c| g.put_back(*c, LOCKED));
            }
        }
    }
    // As many as equal groups allow; what the guards put back afterwards is balanced greedily.
    for class in groups::balance(analysis, g.scores, branches, g.removed) {
        g.kept.insert(class, BALANCE);
    }
    let floor = options.floor.max(1) as usize;
    let mut rows = limits::guards(analysis, options);
    rows.retain(|it| !branches.dead(analysis.statistics.sites[it.row].node));
    loop {
        let before = g.kept.len();
        g.minimum_everywhere(analysis, floor);
        rows.iter().for_each(|it| g.row(it));
        g.equal_groups(analysis);
        g.whole_grids(analysis);
        if options.multiple > 1 {
            g.multiples(analysis, options.multiple as usize);
        }
        if g.kept.len() == before {
            break;
        }
    }
    kept.into_iter().collect()
}

struct Guard<'a> {
    scores: &'a [f64],
    /// What leaves as a whole needs no guard.
    branches: &'a Branches,
    removed: &'a mut [bool],
    kept: &'a mut BTreeMap<CoupledId, &'static str>,
}

impl Guard<'_> {
    fn put_back(&mut self, class: CoupledId, why: &'static str) {
        if std::mem::take(&mut self.removed[class.index()]) {
            self.kept.insert(class, why);
        }
    }

    /// Puts back the `count` removed classes of `among` that least deserve to go.
    fn put_back_best(&mut self, candidates: &[CoupledId], count: usize, why: &'static str) {
        let mut gone: Vec<CoupledId> = candidates
            .iter()
            .copied()
            .filter(|c| self.removed[c.index()])
            .collect();
        gone.sort_by(|a, b| {
            self.scores[b.index()]
                .total_cmp(&self.scores[a.index()])
                .then(a.cmp(b))
        });
        gone.dedup();
        for class in gone.into_iter().take(count) {
            self.put_back(class, why);
        }
    }

    fn staying<'c>(&'c self, classes: &'c [CoupledId]) -> impl Iterator<Item = &'c CoupledId> + 'c {
        classes.iter().filter(|c| !self.removed[c.index()])
    }

    fn kept_in(&self, classes: &[CoupledId]) -> usize {
        self.staying(classes).count()
    }

    /// At least `floor` channels per group on both sides of every layer, and one in every tensor.
    fn minimum_everywhere(&mut self, analysis: &Analysis, floor: usize) {
        let branches = self.branches;
        for layer in analysis.layers.iter().filter(|l| !branches.dead(l.node)) {
            let groups = if layer.depthwise { 1 } else { layer.groups };
            for (side, least) in [(&layer.outputs, floor.div_ceil(groups)), (&layer.inputs, 1)] {
                for group in side.chunks((side.len() / groups).max(1)) {
                    let wanted = least.min(group.len());
                    // Mostly the first few channels say it.
                    let missing = wanted - self.staying(group).take(wanted).count();
                    if missing > 0 {
                        self.put_back_best(
                            group,
                            missing,
                            if floor > 1 { FLOOR } else { LAST_CHANNELS },
                        );
                    }
                }
            }
        }
        for (tensor, layout) in analysis.channels.layouts.iter().enumerate() {
            let lost = branches.lost(&analysis.graph, tensor);
            let Some(layout) = layout.as_ref().filter(|_| !lost) else {
                continue;
            };
            let class = |a: ChannelId| analysis.channels.class_of(a);
            if layout.channel_ids().all(|a| self.removed[class(a).index()]) {
                let classes: Vec<CoupledId> = layout.channel_ids().map(class).collect();
                self.put_back_best(&classes, 1, LAST_CHANNELS);
            }
        }
    }

    /// Every grouped convolution loses equally many channels per group, on each side.
    fn equal_groups(&mut self, analysis: &Analysis) {
        let branches = self.branches;
        for layer in analysis
            .layers
            .iter()
            .filter(|l| !l.depthwise && l.groups > 1 && !branches.dead(l.node))
        {
            for side in [&layer.inputs, &layer.outputs] {
                let groups: Vec<&[CoupledId]> = side.chunks(side.len() / layer.groups).collect();
                loop {
                    let gone: Vec<usize> =
                        groups.iter().map(|g| g.len() - self.kept_in(g)).collect();
                    let least = gone.iter().copied().min().unwrap_or(0);
                    let Some(excess) = (0..groups.len()).find(|g| gone[*g] > least) else {
                        break;
                    };
                    self.put_back_best(groups[excess], gone[excess] - least, BALANCE);
                }
            }
        }
    }

    /// Where channels lie on a grid that no Gather can replace, only grids may go.
    fn whole_grids(&mut self, analysis: &Analysis) {
        for grid in &analysis.rigid {
            let lost = self.branches.lost(&analysis.graph, grid.tensor);
            if !lost && !grid.stays_grid(self.removed) {
                let classes = grid.classes.iter();
                classes.for_each(|c| self.put_back(*c, REGULAR));
            }
        }
    }

    fn multiples(&mut self, analysis: &Analysis, multiple: usize) {
        let branches = self.branches;
        for layer in analysis.layers.iter().filter(|l| !branches.dead(l.node)) {
            self.round_up(&layer.outputs, multiple);
        }
    }

    fn round_up(&mut self, classes: &[CoupledId], multiple: usize) {
        let kept = self.kept_in(classes);
        let missing = kept.next_multiple_of(multiple).min(classes.len()) - kept;
        if missing > 0 {
            self.put_back_best(classes, missing, MULTIPLE);
        }
    }

    /// The floor and the multiple of one row.
    fn row(&mut self, guard: &RowGuard) {
        let missing = guard.floor.saturating_sub(self.kept_in(&guard.classes));
        if missing > 0 {
            self.put_back_best(&guard.classes, missing, FLOOR);
        }
        self.round_up(&guard.classes, guard.multiple);
    }
}
