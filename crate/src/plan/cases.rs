//! The four cases of a depthwise pair, and the state of every channel for the map.

use super::Decision;
use super::limits;
use crate::network::{Analysis, Thresholds};
use crate::report::{Cases, Criterion, Example, PlanOptions};
use crate::statistics::NONE;

/// The four cases of a channel around a depthwise convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Alive before and after.
    Keep,
    /// Dead after the depthwise convolution alone.
    OutputDead,
    /// Dead before the depthwise convolution alone.
    InputDead,
    /// Dead before and after.
    BothDead,
}

impl Case {
    /// Its name in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Case::Keep => "keep",
            Case::OutputDead => "output_dead",
            Case::InputDead => "input_dead",
            Case::BothDead => "both_dead",
        }
    }
}

/// What the channel map shows of a site channel. The page gets the numbers as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CellState {
    /// Not removed.
    Kept = 0,
    /// Removed: dead after the depthwise convolution alone.
    OutputDead = 1,
    /// Removed: dead before the depthwise convolution alone.
    InputDead = 2,
    /// Removed: dead before and after.
    BothDead = 3,
    /// Removed outside a pair, or by a share.
    Removed = 4,
    /// Dead by the criterion and kept all the same.
    Withheld = 5,
}

impl CellState {
    /// Whether the channel leaves the network.
    pub fn is_removed(self) -> bool {
        !matches!(self, CellState::Kept | CellState::Withheld)
    }
}

/// The case of pair number `pair`: P ≥ threshold is dead; no probability is alive.
pub fn case(analysis: &Analysis, pair: usize, thresholds: &Thresholds) -> Case {
    let pair = analysis.statistics.pairs[pair];
    let dead = |channel: u32| is_dead(analysis, thresholds, channel);
    match (dead(pair.before), dead(pair.after)) {
        (false, false) => Case::Keep,
        (false, true) => Case::OutputDead,
        (true, false) => Case::InputDead,
        (true, true) => Case::BothDead,
    }
}

/// Whether a site channel's P reaches its threshold.
pub fn is_dead(analysis: &Analysis, thresholds: &Thresholds, channel: u32) -> bool {
    analysis.statistics.low[channel as usize] >= thresholds.at(channel)
}

/// Counts over all pairs. For criteria that take a share the cases describe, by the same
/// probabilities, the channels that go; everything else is kept.
pub fn count(analysis: &Analysis, options: &PlanOptions, decision: &Decision) -> Cases {
    let mut cases = Cases::default();
    let thresholds = limits::thresholds(analysis, options);
    for (k, pair) in analysis.statistics.pairs.iter().enumerate() {
        let stays =
            options.criterion != Criterion::Probability && !gone(analysis, decision, pair.after);
        let which = if stays {
            Case::Keep
        } else {
            case(analysis, k, &thresholds)
        };
        match which {
            Case::Keep => cases.keep += 1,
            Case::OutputDead => cases.output_dead += 1,
            Case::InputDead => cases.input_dead += 1,
            Case::BothDead => cases.both_dead += 1,
        }
    }
    cases
}

/// For every site channel, the pair it belongs to (as `after`, else as `before`).
pub fn pair_index(analysis: &Analysis) -> Vec<u32> {
    let mut index = vec![NONE; analysis.statistics.site_channels()];
    for (k, pair) in analysis.statistics.pairs.iter().enumerate() {
        if index[pair.before as usize] == NONE {
            index[pair.before as usize] = k as u32;
        }
    }
    for (k, pair) in analysis.statistics.pairs.iter().enumerate() {
        index[pair.after as usize] = k as u32;
    }
    index
}

/// Whether a site channel goes, by itself or with the branch that its row lies in.
pub fn gone(analysis: &Analysis, decision: &Decision, channel: u32) -> bool {
    if decision.removed[analysis.class_of_site(channel).index()] {
        return true;
    }
    let statistics = &analysis.statistics;
    let row = || statistics.locate(channel).0;
    !decision.branches.is_empty() && decision.is_dead(statistics.sites[row()].node)
}

/// The state of every site channel.
pub fn states(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    pair_of: &[u32],
) -> Vec<CellState> {
    let by_probability = options.criterion == Criterion::Probability;
    let thresholds = limits::thresholds(analysis, options);
    (0..pair_of.len())
        .map(|channel| {
            let gone = gone(analysis, decision, channel as u32);
            let which = match pair_of[channel] {
                NONE => Case::Keep,
                pair => case(analysis, pair as usize, &thresholds),
            };
            match (gone, which) {
                (true, Case::OutputDead) => CellState::OutputDead,
                (true, Case::InputDead) => CellState::InputDead,
                (true, Case::BothDead) => CellState::BothDead,
                (true, Case::Keep) => CellState::Removed,
                (false, _) => {
                    let dead =
                        is_dead(analysis, &thresholds, channel as u32) || which != Case::Keep;
                    match by_probability && dead {
                        true => CellState::Withheld,
                        false => CellState::Kept,
                    }
                }
            }
        })
        .collect()
}

/// Of each case the pair channel whose two Gaussians can best be seen as bells: many dead channels are point
/// masses, which show less. Both cells of a pair are given, since a shuffle between them moves the number.
pub fn examples(analysis: &Analysis, states: &[CellState]) -> Vec<Example> {
    let s = &analysis.statistics;
    let cases = [
        Case::Keep,
        Case::OutputDead,
        Case::InputDead,
        Case::BothDead,
    ];
    let mut widest: [Option<(f64, usize)>; 4] = [None; 4];
    for (k, pair) in s.pairs.iter().enumerate() {
        // Both cells must be in the state, as a reader sees them in the map.
        let state = states[pair.after as usize];
        if states[pair.before as usize] != state {
            continue;
        }
        let case = match state {
            CellState::Kept => Case::Keep,
            CellState::OutputDead => Case::OutputDead,
            CellState::InputDead => Case::InputDead,
            CellState::BothDead => Case::BothDead,
            CellState::Removed | CellState::Withheld => continue,
        };
        let width = |channel: u32| s.gaussian_of(channel).std;
        let width = width(pair.before).min(width(pair.after)).min(1.0);
        let best = &mut widest[case as usize];
        if best.is_none_or(|(known, _)| width > known) {
            *best = Some((width, k));
        }
    }
    let example = |(case, best): (Case, Option<(f64, usize)>)| {
        let (width, k) = best?;
        let cell = |channel: u32| {
            let (site, channel) = s.locate(channel);
            [site as u32, channel as u32]
        };
        Some(Example {
            case: case.name().to_string(),
            before: cell(s.pairs[k].before),
            after: cell(s.pairs[k].after),
            width,
        })
    };
    cases.into_iter().zip(widest).filter_map(example).collect()
}
