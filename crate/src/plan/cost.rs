//! Parameters and MACs of what a plan leaves.

use super::Decision;
use crate::channels::ChannelId;
use crate::network::{Analysis, Cost, Layer};

/// Biases that the folds of a decision add, per layer: (index into `Analysis.layers`, count).
pub fn added_biases(analysis: &Analysis, decision: &Decision) -> Vec<(usize, u64)> {
    let folded =
        |a: &ChannelId| decision.is_removed(analysis, *a) && decision.constants[a.index()] != 0.0;
    let added = |(index, layer): (usize, &Layer)| {
        let reader = layer.reader?;
        let there = analysis.gains_bias[reader]?;
        let reader = &analysis.channels.readers[reader];
        if decision.is_dead(reader.node) {
            return None;
        }
        let kept = reader
            .outputs
            .iter()
            .filter(|a| !decision.is_removed(analysis, **a))
            .count();
        reader
            .inputs
            .iter()
            .any(folded)
            .then_some((index, kept as u64 - there.min(kept as u64)))
    };
    analysis
        .layers
        .iter()
        .enumerate()
        .filter_map(added)
        .collect()
}

/// What a decision leaves, counted as the written file counts.
pub fn cost(analysis: &Analysis, decision: &Decision) -> Cost {
    let mut cost = analysis
        .cost
        .count(&decision.removed, |node| decision.is_dead(node));
    for branch in &decision.branches.list {
        let left = branch.left(analysis, &decision.removed);
        // As everywhere, a single number that is not a bias does not count.
        if left.len() > 1 && left.iter().any(|v| *v != 0.0) {
            cost.params += left.len() as u64;
        }
    }
    for (layer, biases) in added_biases(analysis, decision) {
        cost.params += biases;
        cost.layer_params[layer] += biases;
    }
    cost
}
