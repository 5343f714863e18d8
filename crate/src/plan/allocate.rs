//! From ladders and what each step of them costs the output to one order over the whole network.
//!
//! The step that costs the least per MAC is taken next (as HALP, Shen et al. 2022, does with latency). The order is nested, so
//! its places are scores, and a share, a target and every limit work as for any other criterion.

use crate::criterion::reconstruction::Ladder;
use crate::network::Analysis;

/// Steps that the longest ladder is walked in.
const STEPS: usize = 128;

/// The order in which classes go, and what the output is predicted to have lost by then.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// Per class: its place; NaN where nothing is known.
    pub scores: Vec<f64>,
    /// Per place.
    pub predicted: Vec<f64>,
}

/// `multiple`: channels per step, where hardware wants them in blocks.
pub fn allocate(
    analysis: &Analysis,
    ladders: &[Ladder],
    curves: &[Vec<f64>],
    multiple: usize,
) -> Allocation {
    let mut scores = vec![f64::NAN; analysis.free.len()];
    let mut predicted = Vec::new();
    let mut removed = vec![false; analysis.free.len()];
    let mut taken = vec![0usize; ladders.len()];
    let macs = |removed: &[bool]| analysis.cost.count(removed, |_| false).macs;
    let step = |l: usize| (ladders[l].classes.len() / STEPS).max(1).max(multiple);
    loop {
        let now = macs(&removed);
        let mut best: Option<(f64, usize, usize)> = None;
        let candidates = ladders.iter().enumerate().flat_map(|(l, ladder)| {
            let last = ladder.classes.len();
            let end = (taken[l] + step(l)).min(last);
            // The last channels of a branch often cost least: a step that takes them all is weighed, too.
            [Some(end), ladder.block.then_some(last)]
                .into_iter()
                .flatten()
                .map(move |end| (l, ladder, end))
        });
        for (l, ladder, end) in candidates {
            let next = &ladder.classes[taken[l]..end];
            if next.is_empty() {
                continue;
            }
            next.iter().for_each(|c| removed[c.index()] = true);
            let saved = now.saturating_sub(macs(&removed)).max(1) as f64;
            next.iter().for_each(|c| removed[c.index()] = false);
            let before = taken[l].checked_sub(1).map_or(0.0, |k| curves[l][k]);
            let price = (curves[l][end - 1] - before).max(0.0) / saved;
            if best.is_none_or(|(least, ..)| price < least) {
                best = Some((price, l, end));
            }
        }
        let Some((_, l, end)) = best else { break };
        for k in taken[l]..end {
            let class = ladders[l].classes[k].index();
            removed[class] = true;
            scores[class] = predicted.len() as f64;
            let before = k.checked_sub(1).map_or(0.0, |k| curves[l][k]);
            let sum = predicted.last().copied().unwrap_or(0.0);
            predicted.push(sum + curves[l][k] - before);
        }
        taken[l] = end;
    }
    Allocation { scores, predicted }
}
