//! How much each group of layers gives, so that the sum of their measured damage is least for what is saved.
//!
//! Steps of every group are taken by their damage per MAC, the cheapest first: a greedy minimum of the sum
//! of the curves, and with it one nested order for all channels. Steps of several channels at once are
//! HALP's (Shen et al. 2022). The price of a step only rises while others go, so it is worked out anew only
//! when its turn comes.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::branches::Branches;
use crate::analysis::Analysis;
use crate::criterion::reconstruction::Group;
use crate::measure::curves::Curve;

/// Steps that a group is cut into at least; narrow ones go channel by channel.
const STEPS: usize = 64;

struct Next {
    price: f64,
    group: usize,
}

impl Ord for Next {
    /// The cheapest is the greatest; of equals the first group.
    fn cmp(&self, other: &Self) -> Ordering {
        let prices = other.price.total_cmp(&self.price);
        prices.then(other.group.cmp(&self.group))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Next {}

/// One score per class: its place in the common order from 0 to 1. NaN for classes that no group holds.
/// `damage[g][k]` is what group g does when its first k classes are gone.
pub fn places(
    analysis: &Analysis,
    groups: &[Group],
    damage: &[Vec<f64>],
    multiple: usize,
) -> Vec<f64> {
    let mut removed = vec![false; analysis.free.len()];
    let mut scores = vec![f64::NAN; removed.len()];
    let none = Branches::default();
    let all: usize = groups.iter().map(|g| g.classes.len()).sum();
    let step = |g: usize, gone: usize| {
        let count = groups[g].classes.len();
        let step = match multiple {
            0 | 1 => (count / STEPS).max(1),
            several => several,
        };
        // The first step brings what stays to a multiple.
        let first = match (multiple, gone) {
            (2.., 0) if count % step != 0 => count % step,
            _ => step,
        };
        gone..(gone + first).min(count)
    };
    let mut gone = vec![0; groups.len()];
    let mut now = analysis.cost.count(&removed, &none).macs;
    let price = |g: usize, gone: &[usize], removed: &mut [bool], now: u64| {
        let range = step(g, gone[g]);
        let classes = &groups[g].classes[range.clone()];
        classes.iter().for_each(|c| removed[*c as usize] = true);
        let then = analysis.cost.count(removed, &none).macs;
        classes.iter().for_each(|c| removed[*c as usize] = false);
        let damage = damage[g][range.end] - damage[g][range.start];
        damage / now.saturating_sub(then).max(1) as f64
    };
    let mut queue = BinaryHeap::new();
    for g in (0..groups.len()).filter(|g| !groups[*g].classes.is_empty()) {
        let price = price(g, &gone, &mut removed, now);
        queue.push(Next { price, group: g });
    }
    let mut place = 0;
    while let Some(Next {
        price: known,
        group: g,
    }) = queue.pop()
    {
        let price_now = price(g, &gone, &mut removed, now);
        let stale = price_now > known * (1.0 + 1e-12);
        if stale && queue.peek().is_some_and(|next| next.price < price_now) {
            let price = price_now;
            queue.push(Next { price, group: g });
            continue;
        }
        for class in &groups[g].classes[step(g, gone[g])] {
            removed[*class as usize] = true;
            scores[*class as usize] = place as f64 / all.max(1) as f64;
            place += 1;
        }
        now = analysis.cost.count(&removed, &none).macs;
        gone[g] = step(g, gone[g]).end;
        if gone[g] < groups[g].classes.len() {
            let price = price(g, &gone, &mut removed, now);
            queue.push(Next { price, group: g });
        }
    }
    scores
}

/// Damage of a plan: the sum over the groups, each at as many classes as are gone.
pub fn predicted(groups: &[Group], curves: &[Curve], removed: &[bool]) -> f64 {
    let one = |(group, curve): (&Group, &Curve)| {
        let gone = group.classes.iter().filter(|c| removed[**c as usize]);
        curve.at[gone.count()]
    };
    groups.iter().zip(curves).map(one).sum()
}
