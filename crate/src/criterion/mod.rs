//! Scores per coupled channel; a small score goes first.
//!
//! NaN means that a criterion has nothing to say about a class, which then stays.

mod influence;
pub mod reconstruction;
mod weights;

use crate::channels::CoupledId;
use crate::error::{Error, Result};
use crate::network::Analysis;
use crate::random;
use crate::report::{Criterion, Per, SURELY_DEAD};

/// One score per class, divided by what removing it saves where `per` says so. `zeros` are the measured fractions of zeros per channel, for `apoz`.
///
/// # Errors
/// `apoz` without measurements.
pub fn scores(
    analysis: &Analysis,
    criterion: Criterion,
    per: Per,
    seed: u32,
    zeros: Option<&[f64]>,
) -> Result<Vec<f64>> {
    let score: Vec<f64> = match criterion {
        Criterion::Probability => analysis
            .constant_at
            .iter()
            .map(|p| 1.0 - p.min(1.0))
            .collect(),
        Criterion::Sigma => largest(analysis, |a| {
            analysis.statistics.by_channel[a].variance.sqrt()
        }),
        Criterion::Influence | Criterion::Recommended => influence::influence(analysis),
        Criterion::Slimming => largest(analysis, |a| analysis.statistics.by_channel[a].gamma),
        Criterion::L1 => weights::norms(analysis, weights::l1),
        Criterion::Fpgm => weights::norms(analysis, weights::fpgm),
        Criterion::Apoz => {
            let zeros = zeros.ok_or_else(|| {
                Error::new(
                    "the criterion apoz counts zeros on images; measure the network on some first",
                )
            })?;
            largest(analysis, |a| 1.0 - zeros[a])
        }
        Criterion::Reconstruction => {
            return Err(Error::new(
                "the criterion reconstruction needs images; measure the network on some first",
            ));
        }
        Criterion::Random => (0..analysis.free.len())
            .map(|c| random(seed, c as u64))
            .collect(),
    };
    let free = |c: usize| if analysis.free[c] { score[c] } else { f64::NAN };
    let scores: Vec<f64> = (0..score.len()).map(free).collect();
    // A threshold on a probability is absolute: nothing is weighed against its price.
    let per = match (criterion, per) {
        (Criterion::Influence | Criterion::Recommended, Per::Own) => Per::Mac,
        (_, Per::Own) => Per::Channel,
        (_, per) => per,
    };
    let scores = match (criterion, per) {
        (Criterion::Probability, _) | (_, Per::Channel) => scores,
        _ => divide(analysis, scores, per),
    };
    Ok(match criterion {
        Criterion::Recommended => dead_first(analysis, scores),
        _ => scores,
    })
}

/// Channels that are dead for all practical purposes go before all others, the surest first: these are the paper's,
/// and free. No other score is negative.
fn dead_first(analysis: &Analysis, scores: Vec<f64>) -> Vec<f64> {
    let place = |(class, score): (usize, f64)| match analysis.constant_at[class].min(1.0) {
        p if analysis.free[class] && p >= SURELY_DEAD => -p,
        _ => score,
    };
    scores.into_iter().enumerate().map(place).collect()
}

/// Scores per unit of what each class saves alone; a class that saves nothing goes last.
fn divide(analysis: &Analysis, scores: Vec<f64>, per: Per) -> Vec<f64> {
    let alone = analysis.cost.alone(scores.len());
    let total = analysis.cost.total();
    let macs = |c: usize| alone[c].1 as f64 / total.macs.max(1) as f64;
    let params = |c: usize| alone[c].0 as f64 / total.params.max(1) as f64;
    let saves = |c: usize| match per {
        Per::Own | Per::Channel => 1.0,
        Per::Mac => macs(c),
        Per::Parameter => params(c),
        Per::Cost => 0.5 * (macs(c) + params(c)),
    };
    let price = |(c, score): (usize, f64)| match saves(c) {
        saved if saved > 0.0 => score / saved,
        _ if score.is_nan() => score,
        _ => f64::INFINITY,
    };
    scores.into_iter().enumerate().map(price).collect()
}

/// The largest value among what the readers of each class see; NaN if any is unknown.
fn largest(analysis: &Analysis, of: impl Fn(usize) -> f64) -> Vec<f64> {
    let class = |c: usize| {
        let reads = analysis.reads.of(CoupledId::new(c));
        reads
            .iter()
            .map(|r| of(r.channel_id.index()))
            .fold(f64::NEG_INFINITY, |a, b| {
                if a.is_nan() || b.is_nan() {
                    f64::NAN
                } else {
                    a.max(b)
                }
            })
    };
    (0..analysis.free.len()).map(class).collect()
}

/// A number in [0, 1) of (seed, class).
fn random(seed: u32, class: u64) -> f64 {
    let start = u64::from(seed) << 32 | 0x9E37;
    random::unit(start.wrapping_add((class + 1).wrapping_mul(random::STEP)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Session;

    #[test]
    fn recommended_goes_through_the_dead_and_on_by_influence() {
        let file = "../www/public/samples/mobilenetv1_050_cifar10.onnx";
        let bytes = std::fs::read(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut session = Session::open("sample", &bytes).unwrap();
        let of = |s: &mut Session, c| s.class_scores(c, Per::Own, 0).unwrap().to_vec();
        let mixed = of(&mut session, Criterion::Recommended);
        let influence = of(&mut session, Criterion::Influence);
        let (analysis, mut dead) = (&session.analysis, 0);
        for class in (0..mixed.len()).filter(|c| analysis.free[*c]) {
            let p = analysis.constant_at[class].min(1.0);
            if p >= SURELY_DEAD {
                assert_eq!(mixed[class], -p);
                dead += 1;
            } else {
                assert!(mixed[class] >= 0.0);
                assert_eq!(mixed[class].to_bits(), influence[class].to_bits());
            }
        }
        assert!(dead > 200, "{dead} dead channels");
        let shares = session.dead_shares(&[1.1, SURELY_DEAD, 0.0]);
        let free = session.analysis.free.iter().filter(|f| **f).count() as f64;
        assert_eq!(shares, [0.0, f64::from(dead) / free, 1.0]);
    }
}
