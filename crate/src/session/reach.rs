//! Why a target was missed: what lies on either side of it, and what keeps the two apart.

use super::Session;
use super::solve::{Knob, Measure};
use crate::error::Result;
use crate::plan::balance::{BALANCE, FLOOR, LOCKED, MULTIPLE, REGULAR};
use crate::plan::{Decision, tally};
use crate::report::{Criterion, PlanOptions};

impl Session {
    /// One sentence on why nothing nearer is reachable. `less` and `more` are the nearest amounts that remove less and
    /// more than asked, each with the percentage it removes.
    pub(super) fn why_missed(
        &mut self,
        options: &PlanOptions,
        measure: Measure,
        less: Option<(f64, f64)>,
        more: Option<(f64, f64)>,
    ) -> Result<String> {
        let at = |knob: f64| {
            let mut at = options.clone();
            Knob::of(options.criterion).set(&mut at, knob);
            at
        };
        match (less, more) {
            (Some((from, low)), Some((to, high))) => {
                let (below, above) = (self.decide(&at(from))?, self.decide(&at(to))?);
                let step = self.step(options, &below, &above);
                Ok(format!(
                    "one step of the {} goes from {low:.1} % to {high:.1} %: {step}",
                    noun(options.criterion)
                ))
            }
            (None, Some((to, high))) => {
                let above = self.decide(&at(to))?;
                let below = Decision::keep_all(&self.analysis);
                let step = self.step(options, &below, &above);
                Ok(format!("the first step removes {high:.1} %: {step}"))
            }
            (Some((from, _)), None) => {
                let most = at(from);
                let decision = self.decide(&most)?;
                Ok(self.end(options, &most, &decision, measure))
            }
            (None, None) => Ok("no plan could be made".into()),
        }
    }

    /// Why two plans with nothing between them are so far apart.
    fn step(&self, options: &PlanOptions, below: &Decision, above: &Decision) -> String {
        let a = &self.analysis;
        let node = |b: &crate::plan::branches::Branch| b.addend.node;
        let known: Vec<usize> = below.branches.list.iter().map(node).collect();
        let whole = above
            .branches
            .list
            .iter()
            .find(|b| !known.contains(&node(b)));
        if let Some(branch) = whole {
            let name = &a.graph.nodes[branch.addend.node].name;
            return format!("the branch that ends in {name} is removed as a whole");
        }
        let differs = |c: &usize| a.counted[*c] && above.removed[*c] != below.removed[*c];
        let apart: Vec<usize> = (0..a.counted.len()).filter(differs).collect();
        let n = apart.len();
        if options.criterion == Criterion::Probability {
            let least = apart.iter().map(|c| a.constant_at[*c]);
            let (low, high) =
                least.fold((f64::INFINITY, 0.0_f64), |(l, h), p| (l.min(p), h.max(p)));
            if n > 1 && high - low <= 1e-12 {
                return format!(
                    "{n} channels become constant at the same threshold, {low:.6}: each is dead there or gets its input from dead channels alone, so no threshold parts them; a criterion that takes a share can"
                );
            }
        }
        let guarded = |d: &Decision| d.guarded.iter().map(|(_, why)| *why).collect::<Vec<_>>();
        let reasons = [guarded(below), guarded(above)].concat();
        match [MULTIPLE, FLOOR, LOCKED, BALANCE, REGULAR]
            .into_iter()
            .find(|why| reasons.contains(why))
        {
            Some(why) => format!("{n} channels change together, because {why}"),
            None => format!("{n} coupled channels can only be removed together"),
        }
    }

    /// Why no more can be removed than the most pruning removes.
    fn end(
        &self,
        options: &PlanOptions,
        most: &PlanOptions,
        decision: &Decision,
        measure: Measure,
    ) -> String {
        let a = &self.analysis;
        let by_probability = options.criterion == Criterion::Probability;
        if a.statistics.sites.is_empty() && (by_probability || decision.is_nothing()) {
            return "the network has no BatchNormalization, so nothing is known about its channels: measure it on some images first".into();
        }
        if by_probability && a.statistics.low.iter().all(|p| p.is_nan()) {
            return "no activation of this network is constant anywhere, so no channel has a probability of being dead; choose a criterion that takes a share".into();
        }
        let counts = tally::count(a, most, decision);
        let withheld = tally::withheld(a, most, decision);
        let main = withheld.iter().max_by_key(|w| w.channels);
        let why = match main {
            Some(w) => format!(
                "{} are withheld, most of them because {}",
                counts.withheld, w.reason
            ),
            None => "they are tied to the network's input or output, or have no score".into(),
        };
        let what = match measure {
            Measure::Macs => "MACs",
            Measure::Params => "parameters",
        };
        let stays = counts.kept + counts.withheld + counts.outside_kept;
        format!(
            "the other {what} belong to the {stays} channels that stay even at the end of the scale: {why}"
        )
    }
}

fn noun(criterion: Criterion) -> &'static str {
    match Knob::of(criterion) {
        Knob::Threshold => "threshold",
        Knob::Share => "share",
    }
}
