//! A decision in words and numbers: the `Plan` that the command line prints and the page shows.

use std::collections::BTreeMap;

use super::branches::{self, Branch};
use super::cases;
use super::cost::cost;
use super::kept::why_kept;
use super::{Decision, limits, tally};
use crate::channels::{ChannelId, CoupledId, ReaderKind};
use crate::graph::{Node, NodeId};
use crate::network::{Analysis, Cost, Layer, constants};
use crate::report::{Change, Criterion, Plan, PlanLayer, PlanOptions, Reason, Withheld};

/// Describes `decision`. `bytes` are the file sizes before and (estimated or measured) after.
pub fn describe(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    bytes: Change,
) -> Plan {
    let by_probability = options.criterion == Criterion::Probability;
    let before = analysis.cost.total();
    let after = cost(analysis, decision);
    Plan {
        criterion: options.criterion,
        threshold: by_probability.then_some(options.threshold),
        share: (!by_probability).then_some(options.share),
        limits: options.layers.clone(),
        compensation: options.compensation,
        cases: cases::count(analysis, options, decision),
        withheld: withheld(analysis, options, decision),
        tally: tally::count(analysis, options, decision),
        tally_withheld: tally::withheld(analysis, options, decision),
        channels: channels(analysis, &decision.removed),
        params: Change {
            before: before.params,
            after: after.params,
        },
        macs: Change {
            before: before.macs,
            after: after.macs,
        },
        bytes,
        layers: layers(analysis, decision, before, &after),
        approximate: approximate(analysis, decision),
        not_prunable: not_prunable(analysis),
        dead_branches: dead_branches(analysis, options, decision),
        check: None,
        repair: None,
    }
}

/// Coupled channels before and after.
pub fn channels(analysis: &Analysis, removed: &[bool]) -> Change {
    let before = analysis.counted.iter().filter(|c| **c).count();
    let gone = (0..removed.len())
        .filter(|c| removed[*c] && analysis.counted[*c])
        .count();
    Change {
        before: before as u64,
        after: (before - gone) as u64,
    }
}

fn dead_branches(analysis: &Analysis, options: &PlanOptions, decision: &Decision) -> Vec<Reason> {
    let reason = |branch: &Branch| Reason {
        node: analysis.graph.nodes[branch.addend.node].name.clone(),
        reason: branches::sentence(analysis, options.criterion, branch),
    };
    decision.branches.list.iter().map(reason).collect()
}

fn layers(analysis: &Analysis, decision: &Decision, before: &Cost, after: &Cost) -> Vec<PlanLayer> {
    let gone = |layer: &Layer| -> Vec<u32> {
        let class = |k: &u32| layer.outputs[*k as usize].index();
        let dead = decision.is_dead(layer.node);
        (0..layer.outputs.len() as u32)
            .filter(|k| dead || decision.removed[class(k)])
            .collect()
    };
    analysis
        .layers
        .iter()
        .enumerate()
        .map(|(k, layer)| {
            let node = &analysis.graph.nodes[layer.node];
            let removed = gone(layer);
            let all = layer.outputs.len() as u64;
            PlanLayer {
                name: node.name.clone(),
                op: node.op.clone(),
                channels: Change {
                    before: all,
                    after: all - removed.len() as u64,
                },
                removed,
                params: Change {
                    before: before.layer_params[k],
                    after: after.layer_params[k],
                },
                macs: Change {
                    before: before.layer_macs[k],
                    after: after.layer_macs[k],
                },
            }
        })
        .collect()
}

/// Site channels that are dead by the threshold and yet stay, by row and reason.
fn withheld(analysis: &Analysis, options: &PlanOptions, decision: &Decision) -> Vec<Withheld> {
    let guarded: BTreeMap<CoupledId, &str> = decision.guarded.iter().copied().collect();
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    if options.criterion != Criterion::Probability {
        for (class, why) in &guarded {
            if let Some(channel) = analysis.sites.of(*class).first() {
                let site = analysis.statistics.locate(*channel).0;
                *counts.entry((site, (*why).to_string())).or_default() += 1;
            }
        }
    } else {
        let thresholds = limits::thresholds(analysis, options);
        let constants = constants(
            &analysis.graph,
            &analysis.channels,
            &analysis.statistics,
            &thresholds,
        );
        for channel in 0..analysis.statistics.site_channels() as u32 {
            let class = analysis.class_of_site(channel);
            let dead = cases::is_dead(analysis, &thresholds, channel);
            if dead && !decision.removed[class.index()] {
                let site = analysis.statistics.locate(channel).0;
                if decision.is_dead(analysis.statistics.sites[site].node) {
                    continue;
                }
                let why = why_kept(analysis, class, &guarded, &constants);
                *counts.entry((site, why)).or_default() += 1;
            }
        }
    }
    let row = |((site, reason), channels): ((usize, String), u64)| {
        let node = analysis.statistics.sites[site].node;
        Withheld {
            node: analysis.graph.nodes[node].name.clone(),
            channels,
            reason,
        }
    };
    counts.into_iter().map(row).collect()
}

/// Readers whose fold is only right away from the borders.
fn approximate(analysis: &Analysis, decision: &Decision) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let readers = analysis.channels.readers.iter();
    for reader in readers.filter(|r| !decision.is_dead(r.node)) {
        let folded = |channel_id: &&ChannelId| {
            decision.is_removed(analysis, **channel_id)
                && decision.constants[channel_id.index()] != 0.0
        };
        let own = reader.inputs.iter().filter(folded).count();
        let earlier = reader
            .inputs
            .iter()
            .filter(folded)
            .filter(|a| decision.inexact[a.index()])
            .count();
        let name = analysis.graph.nodes[reader.node].name.clone();
        if reader.padded && own > 0 {
            let reason = if reader.kind == ReaderKind::ConvTranspose {
                format!(
                    "{own} non-zero constants enter a transposed convolution, which spreads them unevenly"
                )
            } else {
                format!(
                    "{own} non-zero constants enter a zero-padded kernel: exact inside, approximate at the border"
                )
            };
            reasons.push(Reason { node: name, reason });
        } else if earlier > 0 {
            let reason = format!(
                "{earlier} constants came through a zero-padded depthwise convolution or pool: exact inside, approximate at the border"
            );
            reasons.push(Reason { node: name, reason });
        }
    }
    for branch in &decision.branches.list {
        let uneven = branch.inexact.iter().filter(|i| **i).count();
        if uneven > 0 {
            let reason = format!(
                "{uneven} constants of a dead branch came through zero-padded kernels: exact inside, approximate at the border"
            );
            let node = analysis.graph.nodes[branch.addend.node].name.clone();
            reasons.push(Reason { node, reason });
        }
    }
    reasons
}

/// Every layer none of whose channels can ever go, with the reason (the commonest if there are several).
pub fn not_prunable(analysis: &Analysis) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for layer in &analysis.layers {
        if layer.outputs.iter().any(|c| analysis.free[c.index()]) {
            continue;
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for class in &layer.outputs {
            *counts
                .entry(analysis.obstacle(*class).unwrap_or_default())
                .or_default() += 1;
        }
        let commonest = counts
            .into_iter()
            .max_by_key(|(_, n)| *n)
            .map(|(r, _)| r)
            .unwrap_or_default();
        let node = &analysis.graph.nodes[layer.node];
        reasons.push(Reason {
            node: node.name.clone(),
            reason: commonest,
        });
    }
    for (index, flow) in analysis.channels.flows.iter().enumerate() {
        let node = &analysis.graph.nodes[index];
        if matches!(flow, crate::channels::Flow::Opaque)
            && matches!(
                node.op.as_str(),
                "Conv" | "ConvTranspose" | "Gemm" | "MatMul"
            )
        {
            let reason = unfollowed(analysis, index);
            reasons.push(Reason {
                node: node.name.clone(),
                reason,
            });
        }
    }
    reasons
}

/// Why the channels of a layer are not followed.
fn unfollowed(analysis: &Analysis, node: NodeId) -> String {
    let graph = &analysis.graph;
    let Node { op, .. } = &graph.nodes[node];
    let constant = |slot: usize| graph.input(node, slot).is_none_or(|t| graph.is_constant(t));
    let layout = graph
        .input(node, 0)
        .and_then(|t| analysis.channels.layouts[t].as_ref());
    let axis = if op.starts_with("Conv") {
        Some(1)
    } else {
        None
    };
    let bare = |t: &&crate::graph::TensorId| {
        graph.tensors[**t].is_input && graph.shape(**t).is_none_or(<[usize]>::is_empty)
    };
    if let Some(input) = graph.nodes[node].inputs.iter().flatten().find(bare) {
        let name = &graph.tensors[*input].name;
        return format!(
            "this {op} reads the network's input {name}, which is declared without a shape"
        );
    }
    if let Some(origin) = graph.unknown_since(node) {
        let Node { name, op, .. } = &graph.nodes[origin];
        return match origin == node {
            true => format!("the shape of what this {op} makes could not be worked out"),
            false => format!("no shape is known behind {name} ({op})"),
        };
    }
    if !constant(1) {
        return format!("this {op} has weights that are computed while the network runs");
    }
    if !constant(2) {
        return format!("this {op} has a bias that is computed while the network runs");
    }
    let crossed = layout.is_some_and(|l| {
        let mut wide = (0..l.dims.len()).filter(|a| l.dims[*a] > 1);
        wide.any(|a| a != axis.unwrap_or(l.dims.len() - 1))
    });
    if crossed {
        return format!(
            "this {op} reads a tensor in which channels lie along other axes than its own"
        );
    }
    format!("this {op} is in a form that is not followed")
}
