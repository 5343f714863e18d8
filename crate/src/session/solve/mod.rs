//! From a target (so many MACs or parameters less) to the threshold or share that does it.

use super::Session;
use crate::error::{Error, Result};
use crate::report::{Change, Criterion, PlanOptions, Solved};

/// Plans looked at before any is refined.
const GRID: usize = 48;
/// Halvings per place where the grid crosses the target.
const HALVINGS: usize = 24;
/// Places that are refined: the first few where the curve crosses.
const PLACES: usize = 3;
/// Of what can be removed, the part that a sweep goes to: beyond it nothing is left to compare.
const REACH: f64 = 0.8;
/// How much denser a sweep's first plans lie than its last: accuracy is decided early.
const BEND: f64 = 1.5;
/// Log-odds of the ends of the threshold's scale.
const END: f64 = 16.0;
/// Log-odds at which a threshold is 1: channels with a probability of 1 are apart from those just below it.
const CERTAIN: f64 = 40.0;
/// A target counts as met within this many percent of what is counted.
const TARGET_TOLERANCE: f64 = 0.5;

/// What a criterion takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// A higher one removes less.
    Threshold,
    /// A higher one removes more.
    Share,
}

/// What a target counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Multiply-adds.
    Macs,
    /// Parameters.
    Params,
}

impl Knob {
    /// The one that a criterion takes.
    pub fn of(criterion: Criterion) -> Knob {
        match criterion {
            Criterion::Probability => Knob::Threshold,
            _ => Knob::Share,
        }
    }

    /// Where a knob stands on the scale on which plans differ: log-odds for thresholds.
    pub fn place(self, knob: f64) -> f64 {
        match self {
            Knob::Threshold => (knob / (1.0 - knob)).ln().clamp(-END, END),
            Knob::Share => knob,
        }
    }

    /// The knob at a place of the scale.
    pub fn at(self, place: f64) -> f64 {
        match self {
            Knob::Threshold => 1.0 / (1.0 + (-place).exp()),
            Knob::Share => place.clamp(0.0, 1.0),
        }
    }

    /// The scale from the least pruning (0) to the most (1).
    pub fn along(self, part: f64) -> f64 {
        match self {
            Knob::Threshold => END - 2.0 * END * part,
            Knob::Share => part,
        }
    }

    /// Writes an amount into options.
    pub fn set(self, options: &mut PlanOptions, knob: f64) {
        match self {
            Knob::Threshold => options.threshold = knob,
            Knob::Share => options.share = knob,
        }
    }

    /// Reads the amount from options.
    pub fn get(self, options: &PlanOptions) -> f64 {
        match self {
            Knob::Threshold => options.threshold,
            Knob::Share => options.share,
        }
    }
}

/// One plan of the grid: its place on the scale and the share of each measure that stays.
#[derive(Clone, Copy)]
struct Point {
    place: f64,
    macs: f64,
    params: f64,
    channels: u64,
}

impl Point {
    fn left(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Macs => self.macs,
            Measure::Params => self.params,
        }
    }
}

impl Session {
    /// The threshold or share that comes nearest to removing `percent` % of the MACs or parameters.
    ///
    /// What stays does not fall evenly: where whole dead branches leave, more pruning can keep more. So the scale is scanned
    /// first and every crossing refined, rather than bisected as if there were one.
    ///
    /// What misses the target says what is nearest on either side of it, and why nothing lies between.
    ///
    /// # Errors
    /// For a target outside 0 to 100 %, or options that make no plan.
    pub fn solve(
        &mut self,
        options: &PlanOptions,
        measure: Measure,
        percent: f64,
    ) -> Result<Solved> {
        if !(0.0..=100.0).contains(&percent) {
            return Err(Error::new(format!(
                "the target must lie between 0 and 100 %, not {percent}"
            )));
        }
        let target = 1.0 - percent / 100.0;
        let knob = Knob::of(options.criterion);
        let mut grid = self.scan(options, GRID)?;
        if knob == Knob::Threshold {
            grid.insert(0, self.look(options, knob, CERTAIN)?);
            grid.push(self.look(options, knob, -CERTAIN)?);
        }
        let miss = |point: &Point| (point.left(measure) - target).abs();
        // Of equally near plans the one that removes less.
        let mut best = grid[0];
        let (mut less, mut more): (Option<Point>, Option<Point>) = (None, None);
        let mut offer = |point: Point| {
            let left = point.left(measure);
            if left >= target && less.is_none_or(|p| left < p.left(measure)) {
                less = Some(point);
            }
            if left <= target && more.is_none_or(|p| left > p.left(measure)) {
                more = Some(point);
            }
            if (miss(&point), best.channels) < (miss(&best), point.channels) {
                best = point
            }
        };
        grid.iter().for_each(|point| offer(*point));
        let above = |point: &Point| point.left(measure) > target;
        let crossings = grid
            .windows(2)
            .filter(|pair| above(&pair[0]) != above(&pair[1]))
            .take(PLACES);
        for pair in crossings {
            let (mut one, mut other) = (pair[0], pair[1]);
            for _ in 0..HALVINGS {
                let middle = self.look(options, knob, 0.5 * (one.place + other.place))?;
                offer(middle);
                // Between two equal plans there is nothing left to find.
                if middle.left(measure) == one.left(measure)
                    && middle.left(measure) == other.left(measure)
                {
                    break;
                }
                if above(&middle) == above(&one) {
                    one = middle
                } else {
                    other = middle
                }
            }
        }
        let removed = |point: &Point| 100.0 * (1.0 - point.left(measure));
        let reached = (removed(&best) - percent).abs() <= TARGET_TOLERANCE;
        let side = |p: Option<Point>| p.map(|p| (knob.at(p.place), removed(&p)));
        let reason = match reached {
            true => None,
            false => Some(self.why_missed(options, measure, side(less), side(more))?),
        };
        Ok(Solved {
            amount: self.shortest(options, knob, best)?,
            asked: percent,
            removed: removed(&best),
            reached,
            reason,
        })
    }

    /// The amount with the fewest digits that makes the same plan, for people to read and links to carry.
    fn shortest(&mut self, options: &PlanOptions, knob: Knob, point: Point) -> Result<f64> {
        let exact = knob.at(point.place);
        for digits in 2..=15 {
            let text = format!("{exact:.digits$}");
            let short: f64 = text.parse().unwrap_or(exact);
            let found = self.look(options, knob, short_place(knob, short))?;
            if (found.channels, found.macs, found.params)
                == (point.channels, point.macs, point.params)
            {
                return Ok(short);
            }
        }
        Ok(exact)
    }

    /// At most `points` thresholds or shares, from the least pruning to the most, whose plans spread over the MACs that can
    /// be removed, denser where little is; no two make the same plan, and none removes nothing.
    ///
    /// # Errors
    /// For options that make no plan.
    pub fn sweep_knobs(&mut self, options: &PlanOptions, points: usize) -> Result<Vec<f64>> {
        let knob = Knob::of(options.criterion);
        let mut grid = self.scan(options, 4 * GRID)?;
        grid.retain(|point| point.channels > 0);
        let same = |a: &mut Point, b: &mut Point| {
            (a.channels, a.macs, a.params) == (b.channels, b.macs, b.params)
        };
        grid.dedup_by(same);
        let macs = || grid.iter().map(|point| point.macs);
        let (Some(least), Some(most)) = (macs().reduce(f64::min), macs().reduce(f64::max)) else {
            return Ok(Vec::new());
        };
        let mut chosen: Vec<usize> = Vec::new();
        for k in 1..=points {
            let part = REACH * (k as f64 / points as f64).powf(BEND);
            let wanted = most - part * (most - least);
            let miss = |i: &usize| (grid[*i].macs - wanted).abs();
            let near = (0..grid.len()).min_by(|a, b| miss(a).total_cmp(&miss(b)));
            chosen.extend(near);
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen.into_iter().map(|i| knob.at(grid[i].place)).collect())
    }

    /// Plans evenly along the scale, from the least pruning to the most.
    fn scan(&mut self, options: &PlanOptions, steps: usize) -> Result<Vec<Point>> {
        let knob = Knob::of(options.criterion);
        (0..=steps)
            .map(|k| self.look(options, knob, knob.along(k as f64 / steps as f64)))
            .collect()
    }

    fn look(&mut self, options: &PlanOptions, knob: Knob, place: f64) -> Result<Point> {
        let mut options = options.clone();
        knob.set(&mut options, knob.at(place));
        let decision = self.decide(&options)?;
        let before = self.analysis.cost.total();
        let after = crate::plan::cost(&self.analysis, &decision);
        let channels = crate::plan::report::channels(&self.analysis, &decision.removed);
        let part = |c: Change| c.after as f64 / c.before.max(1) as f64;
        Ok(Point {
            place,
            macs: part(Change {
                before: before.macs,
                after: after.macs,
            }),
            params: part(Change {
                before: before.params,
                after: after.params,
            }),
            channels: channels.before - channels.after,
        })
    }
}

/// The place of a threshold as it is, without the ends of the scale.
fn short_place(knob: Knob, amount: f64) -> f64 {
    match knob {
        Knob::Threshold => (amount / (1.0 - amount)).ln(),
        Knob::Share => amount,
    }
}

#[cfg(test)]
mod tests;
