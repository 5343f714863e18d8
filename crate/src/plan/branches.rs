//! Whole residual branches that add nothing but constants, and leave as a whole.
//!
//! Where every channel of an addend is a constant, the Add needs the constants and not the branch:
//! all layers that served only it are dead. What is found here is settled before the guards, which
//! would otherwise keep a channel in every layer of a branch that nobody needs.

use std::borrow::Cow;

use super::limits;
use crate::channels::{ChannelId, CoupledId, Flow, Layout};
use crate::graph::{Graph, NodeId, TensorId};
use crate::network::reach::{self, Edge};
use crate::network::{Addend, Analysis, Constants, RemovalRequest, constants_after_removal};
use crate::report::{Compensation, Criterion, PlanOptions};

/// An addend that leaves, with everything that only made it.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The operand it ends in.
    pub addend: Addend,
    /// What is added in its place, per channel of the operand.
    pub values: Vec<f64>,
    /// Per channel: the constant does not hold at the borders of the image.
    pub inexact: Vec<bool>,
    /// Constant for every image, not only by the criterion.
    pub sure: bool,
    /// Indices into `Analysis.layers` of what leaves.
    pub layers: Vec<usize>,
}

impl Branch {
    /// The values of the channels that stay, as a file in float32 holds them.
    pub fn left(&self, analysis: &Analysis, removed: &[bool]) -> Vec<f32> {
        let channels = &analysis.channels;
        let layout = channels.layouts[self.addend.tensor].as_ref();
        let channel_ids = layout.into_iter().flat_map(Layout::channel_ids);
        let stays = |a: &ChannelId| !removed[channels.class_of(*a).index()];
        channel_ids
            .zip(&self.values)
            .filter(|(a, _)| stays(a))
            .map(|(_, v)| *v as f32)
            .collect()
    }
}

/// The branches of a decision.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    /// All of them, in graph order.
    pub list: Vec<Branch>,
    /// Per node: nothing needs it any more. Empty where there are no branches.
    dead: Vec<bool>,
}

impl Branches {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a node leaves with a branch.
    pub fn dead(&self, node: NodeId) -> bool {
        self.dead.get(node).is_some_and(|d| *d)
    }

    /// Whether a tensor leaves with a branch.
    pub fn lost(&self, graph: &Graph, tensor: TensorId) -> bool {
        !self.dead.is_empty() && graph.tensors[tensor].producer.is_some_and(|n| self.dead(n))
    }

    /// The same branches in a model of the same nodes whose tensors are numbered otherwise.
    pub fn carried_to(&self, graph: &Graph) -> Branches {
        let mut all = self.clone();
        for addend in all.list.iter_mut().map(|b| &mut b.addend) {
            let there = graph.input(addend.node, addend.slot);
            addend.tensor = there.unwrap_or(addend.tensor);
        }
        all
    }

    /// Removes the classes that live in lost tensors alone: nothing reads them.
    pub fn take_classes(&self, analysis: &Analysis, removed: &mut [bool]) {
        if self.is_empty() {
            return;
        }
        let mut alive = vec![false; removed.len()];
        let mut touched = vec![false; removed.len()];
        for (tensor, layout) in analysis.channels.layouts.iter().enumerate() {
            let Some(layout) = layout else { continue };
            let marks = match self.lost(&analysis.graph, tensor) {
                true => &mut touched,
                false => &mut alive,
            };
            for channel_id in layout.channel_ids() {
                marks[analysis.channels.class_of(channel_id).index()] = true;
            }
        }
        for class in 0..removed.len() {
            removed[class] |= touched[class] && !alive[class];
        }
    }
}

/// The dead branches of a plan that wants the classes `wanted` gone. `constants` are those of the
/// threshold, `barred` the addends that were tried and are not constant after all.
pub fn find(
    analysis: &Analysis,
    options: &PlanOptions,
    wanted: &[bool],
    constants: Option<&Constants>,
    barred: &[Addend],
) -> Branches {
    // A floor protects the channels of every layer; a share of nothing removes nothing.
    let idle = constants.is_none() && !wanted.contains(&true);
    if options.floor > 1 || idle || analysis.addends.is_empty() {
        return Branches::default();
    }
    let constants = match constants {
        Some(constants) => Cow::Borrowed(constants),
        None => by_wish(analysis, options, wanted),
    };
    let addends = analysis.addends.iter().filter(|a| !barred.contains(a));
    let candidates: Vec<Addend> = addends
        .filter(|a| is_dead(analysis, &constants, a))
        .copied()
        .collect();
    if candidates.is_empty() {
        return Branches::default();
    }
    let candidates = replaceable(analysis, candidates);
    let cuts = unlocked(analysis, options, &candidates);
    let (cuts, dead) = useful(analysis, cuts);
    let list = cuts.into_iter().map(|(addend, layers)| {
        describe(analysis, options.compensation, &constants, addend, layers)
    });
    Branches {
        list: list.collect(),
        dead,
    }
}

/// Whether a whole branch leaves where all of these classes do, and nothing else.
pub fn leaves_with(analysis: &Analysis, classes: &[CoupledId]) -> bool {
    let mut wanted = vec![false; analysis.free.len()];
    classes.iter().for_each(|c| wanted[c.index()] = true);
    let options = PlanOptions {
        criterion: Criterion::Reconstruction,
        compensation: Compensation::Moments,
        ..PlanOptions::default()
    };
    !find(analysis, &options, &wanted, None, &[]).is_empty()
}

/// Branches that turned out not to be constant, because a guard put back what made them so.
pub fn failing(
    analysis: &Analysis,
    options: &PlanOptions,
    branches: &Branches,
    wanted: &[bool],
    removed: &[bool],
) -> Vec<Addend> {
    // What goes only because its branch does is no reason for the branch to go.
    let both: Vec<bool> = wanted.iter().zip(removed).map(|(w, r)| *w && *r).collect();
    let constants = by_wish(analysis, options, &both);
    let addends = branches.list.iter().map(|b| b.addend);
    addends
        .filter(|a| !is_dead(analysis, &constants, a))
        .collect()
}

/// What is constant for sure, and what becomes constant in a branch where readers are given all they
/// read. Only branches with such a reader are looked at, so that a drag mostly costs nothing.
fn by_wish<'a>(
    analysis: &'a Analysis,
    options: &PlanOptions,
    wanted: &[bool],
) -> Cow<'a, Constants> {
    let channels = &analysis.channels;
    let certain = analysis.certain();
    let gone = |a: &ChannelId| wanted[channels.class_of(*a).index()];
    let known = |a: &ChannelId| gone(a) || !certain.value[a.index()].is_nan();
    let starved = |node: &NodeId| match &channels.flows[*node] {
        Flow::Read { reader, .. } => {
            let inputs = &channels.readers[*reader].inputs;
            inputs.iter().all(known) && inputs.iter().any(gone)
        }
        _ => false,
    };
    let mut inside = vec![false; channels.flows.len()];
    for region in &analysis.regions {
        if region.iter().any(starved) {
            region.iter().for_each(|n| inside[*n] = true);
        }
    }
    if !inside.contains(&true) {
        return Cow::Borrowed(certain);
    }
    let table = analysis.compensation_table(options.compensation);
    let removal = RemovalRequest { wanted, table };
    let nodes = (0..inside.len()).filter(|n| inside[*n]);
    let (graph, statistics) = (&analysis.graph, &analysis.statistics);
    Cow::Owned(constants_after_removal(
        graph, channels, statistics, certain, nodes, removal,
    ))
}

/// Whether all of an addend is constant, and what is so for sure can go without loss.
fn is_dead(analysis: &Analysis, constants: &Constants, addend: &Addend) -> bool {
    let Some(layout) = &analysis.channels.layouts[addend.tensor] else {
        return false;
    };
    layout.channel_ids().all(|channel_id| {
        let a = channel_id.index();
        let certain = analysis.certain();
        let lossy = || certain.inexact[a] && !certain.value[a].is_nan();
        !constants.value[a].is_nan() && !lossy()
    })
}

/// Every sum keeps an operand of its own shape; a sum of constants alone is not a residual one.
fn replaceable(analysis: &Analysis, mut candidates: Vec<Addend>) -> Vec<Addend> {
    let stays = |node: NodeId, others: &[Addend]| {
        let mut all = analysis.addends.iter().filter(|a| a.node == node);
        all.any(|a| !others.contains(a))
    };
    let all = candidates.clone();
    candidates.retain(|a| stays(a.node, &all));
    candidates
}

/// As many candidates as leave all locked layers and all rows with a floor in place, in the order of the graph.
fn unlocked(analysis: &Analysis, options: &PlanOptions, candidates: &[Addend]) -> Vec<Addend> {
    let mut locked: Vec<NodeId> = analysis
        .layers
        .iter()
        .map(|l| l.node)
        .filter(|n| options.locked.contains(&analysis.graph.nodes[*n].name))
        .collect();
    let floors = limits::guards(analysis, options)
        .into_iter()
        .filter(|it| it.floor > 1);
    locked.extend(floors.map(|it| analysis.statistics.sites[it.row].node));
    if locked.is_empty() {
        return candidates.to_vec();
    }
    let mut cuts: Vec<Addend> = Vec::new();
    for candidate in candidates {
        cuts.push(*candidate);
        let dead = reach::dead(&analysis.graph, &edges(&cuts));
        if locked.iter().any(|n| dead[*n]) {
            cuts.pop();
        }
    }
    cuts
}

/// The cuts without which some layer would stay, with those layers; and what dies in all.
fn useful(analysis: &Analysis, mut cuts: Vec<Addend>) -> (Vec<(Addend, Vec<usize>)>, Vec<bool>) {
    let mut kept = Vec::new();
    let mut dead = reach::dead(&analysis.graph, &edges(&cuts));
    let mut at = 0;
    // One at a time: of two cuts that do the same, one is enough.
    while at < cuts.len() {
        let cut = cuts.remove(at);
        let without = reach::dead(&analysis.graph, &edges(&cuts));
        let layers: Vec<usize> = (0..analysis.layers.len())
            .filter(|l| dead[analysis.layers[*l].node] && !without[analysis.layers[*l].node])
            .collect();
        if layers.is_empty() {
            dead = without;
            continue;
        }
        kept.push((cut, layers));
        cuts.insert(at, cut);
        at += 1;
    }
    if kept.is_empty() {
        dead.clear();
    }
    (kept, dead)
}

fn edges(cuts: &[Addend]) -> Vec<Edge> {
    cuts.iter().map(|a| (a.node, a.slot)).collect()
}

fn describe(
    analysis: &Analysis,
    compensation: Compensation,
    constants: &Constants,
    addend: Addend,
    layers: Vec<usize>,
) -> Branch {
    let layout = analysis.channels.layouts[addend.tensor].as_ref();
    let channel_ids = layout.into_iter().flat_map(Layout::channel_ids);
    let certain = analysis.certain();
    let sure = |a: ChannelId| !certain.value[a.index()].is_nan();
    // What is constant for sure is what it is, whatever constants readers before it get.
    let known = |a: ChannelId| if sure(a) { certain } else { constants };
    let values = channel_ids
        .clone()
        .map(|a| analysis.constant_for(compensation, known(a), a).0);
    let uneven = |a: ChannelId| compensation != Compensation::None && known(a).inexact[a.index()];
    Branch {
        addend,
        values: values.collect(),
        inexact: channel_ids.clone().map(uneven).collect(),
        sure: channel_ids.clone().all(sure),
        layers,
    }
}

/// What leaves, in one sentence.
pub fn sentence(analysis: &Analysis, criterion: Criterion, branch: &Branch) -> String {
    let name = |layer: Option<&usize>| {
        layer.map_or("", |l| {
            analysis.graph.nodes[analysis.layers[*l].node].name.as_str()
        })
    };
    let (first, last) = (name(branch.layers.first()), name(branch.layers.last()));
    let span = match branch.layers.len() {
        1 => first.to_string(),
        _ => format!("{first} … {last}"),
    };
    let count = match branch.layers.len() {
        1 => "1 layer leaves".to_string(),
        n => format!("{n} layers leave"),
    };
    let nothing = branch.values.iter().all(|v| *v == 0.0);
    let when = match (branch.sure, criterion) {
        (true, _) => "for every image",
        (false, Criterion::Probability) => "at this threshold",
        (false, _) => "once the chosen channels are gone",
    };
    match nothing {
        true if branch.sure => format!("{span} adds nothing {when}: {count}"),
        true => format!("{span} counts as adding nothing {when}: {count}"),
        false => format!(
            "what {span} adds is constant {when}: {count} and the constant is added in their place"
        ),
    }
}
