//! What a network's output loses when one ladder of channels alone is cut and refitted: losses of different layers do not
//! compare, their effect on the output does. (SPDY, Frantar and Alistarh 2022, measures layers so.)

use ndarray::ArrayD;

use super::merge::merge;
use super::parallel;
use super::walk::{self, Walk};
use crate::channels::CoupledId;
use crate::criterion::reconstruction::Ladder;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::measure::gram::Grams;
use crate::measure::in_order;
use crate::network::Analysis;
use crate::onnx::pb;
use crate::scores::distribution;

/// Shares of a ladder that are cut for a measurement; the last only where a whole branch may leave.
const SHARES: [f64; 5] = [0.10, 0.25, 0.50, 0.75, 1.0];
/// Numbers for all held-back images together above which they are kept in half precision.
const HALVED: usize = 60_000_000;
/// Beyond the last measurement a channel costs this much more, so that nothing goes there by chance.
const BEYOND: f64 = 10.0;

/// Per ladder: what the output loses when its first k + 1 classes go.
pub type Curves = Vec<Vec<f64>>;

/// What is run.
pub struct Network<'a> {
    /// The original.
    pub model: &'a pb::ModelProto,
    /// What is known of it.
    pub analysis: &'a Analysis,
    /// For classifiers: whether the outputs are probabilities.
    pub classifier: Option<bool>,
}

/// Measures every ladder on `held`, images that the Gram matrices did not see.
///
/// # Errors
/// When a network cannot be run, or `progress` returns false.
pub fn curves(
    network: &Network<'_>,
    grams: &Grams,
    ladders: &[Ladder],
    held: &[ArrayD<f32>],
    threads: usize,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Curves> {
    let graph = &network.analysis.graph;
    let engine = Engine::new(network.model, 1)?;
    let answers = in_order(0..held.len(), threads, &|k| engine.run(held[k].clone()))?;
    drop(engine);
    // What lies before a cut stays as it was, so every image is taken to each cut once.
    let images: Vec<&ArrayD<f32>> = held.iter().collect();
    let halved = walk::widest(graph) * held.len() > HALVED;
    let mut walk = Walk::new(graph, &images, halved);
    let first = |l: &Ladder| {
        let nodes = l
            .readers
            .iter()
            .map(|r| network.analysis.channels.readers[*r].node);
        nodes.min().unwrap_or(0)
    };
    let mut order: Vec<usize> = (0..ladders.len()).collect();
    order.sort_by_key(|l| first(&ladders[*l]));
    let mut curves = vec![Vec::new(); ladders.len()];
    let total = ladders.iter().map(|l| shares(l).len()).sum();
    let mut done = 0;
    for l in order {
        let ladder = &ladders[l];
        let at = first(ladder);
        let input = ladder
            .readers
            .iter()
            .map(|r| &network.analysis.channels.readers[*r]);
        if let Some(reader) = input.min_by_key(|r| r.node) {
            let piece = walk.piece(network.model, at, reader.input)?;
            parallel::each(threads, &mut walk.pictures, |p| piece.step(p).map(|_| ()))?;
            walk.arrive(at);
        }
        let mut points = vec![(0, 0.0)];
        for share in shares(ladder) {
            let count = (ladder.classes.len() as f64 * share) as usize;
            let (last, floor) = points[points.len() - 1];
            if count > last {
                let cut = refitted(network, grams, ladder, count)?;
                let tail = walk.tail(&cut)?;
                let far = in_order(0..held.len(), threads, &|k| {
                    let other = tail.run(&walk.pictures[k], &answers[k])?;
                    Ok(distance(network.classifier, &answers[k], &other))
                })?;
                let far = far.iter().sum::<f64>() / held.len().max(1) as f64;
                points.push((count, far.max(floor + 1e-6)));
            }
            done += 1;
            if !progress(done, total) {
                return Err(Error::new("the measurement was stopped"));
            }
        }
        curves[l] = between(&points, &ladder.losses);
    }
    Ok(curves)
}

fn shares(ladder: &Ladder) -> &'static [f64] {
    match ladder.block {
        true => &SHARES,
        false => &SHARES[..SHARES.len() - 1],
    }
}

/// Without images to hold back: the part of each ladder's own variance that is lost.
pub fn relative(ladders: &[Ladder]) -> Curves {
    let part = |l: &Ladder| l.losses.iter().map(|x| x / l.whole.max(1e-30)).collect();
    ladders.iter().map(part).collect()
}

/// Interpolates along the loss.
fn between(points: &[(usize, f64)], losses: &[f64]) -> Vec<f64> {
    let at = |k: usize| if k == 0 { 0.0 } else { losses[k - 1] };
    let (end, last) = points[points.len() - 1];
    (1..=losses.len())
        .map(|k| {
            let pair = points.windows(2).find(|p| k <= p[1].0);
            match pair {
                Some(p) => {
                    let ((a, x), (b, y)) = (p[0], p[1]);
                    let part = (at(k) - at(a)) / (at(b) - at(a)).max(1e-30);
                    x + (y - x) * part.clamp(0.0, 1.0)
                }
                None => last + BEYOND * (k - end) as f64,
            }
        })
        .collect()
}

/// The network with the first classes of a ladder read as nothing, and its readers refitted.
fn refitted(
    network: &Network<'_>,
    grams: &Grams,
    ladder: &Ladder,
    count: usize,
) -> Result<pb::ModelProto> {
    let analysis = network.analysis;
    let mut gone = vec![false; analysis.free.len()];
    ladder.classes[..count]
        .iter()
        .for_each(|c| gone[c.index()] = true);
    let gone = |class: CoupledId| gone[class.index()];
    merge(
        network.model,
        analysis,
        grams,
        &ladder.readers,
        &gone,
        false,
    )
}

/// KL of the answers for classifiers, else the relative squared error.
fn distance(classifier: Option<bool>, a: &[ArrayD<f32>], b: &[ArrayD<f32>]) -> f64 {
    if let (Some(probabilities), Some(p), Some(q)) = (classifier, a.first(), b.first()) {
        let [p, q] = [p, q].map(|s| {
            let scores: Vec<f32> = s.iter().copied().collect();
            distribution(&scores, probabilities)
        });
        let term = |(p, q): (&f64, &f64)| match *p > 0.0 {
            true => p * (p / q.max(1e-12)).ln(),
            false => 0.0,
        };
        return p.iter().zip(&q).map(term).sum();
    }
    let pairs = || a.iter().zip(b).flat_map(|(x, y)| x.iter().zip(y));
    let error: f64 = pairs().map(|(p, q)| f64::from(p - q).powi(2)).sum();
    let size: f64 = pairs().map(|(p, _)| f64::from(*p).powi(2)).sum();
    error / size.max(1e-30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_met_and_the_loss_decides_between_them() {
        let losses = [0.0, 1.0, 3.0, 4.0, 9.0];
        let curve = between(&[(0, 0.0), (2, 0.5), (4, 2.0)], &losses);
        assert_eq!(curve[..4], [0.0, 0.5, 1.5, 2.0]);
        assert!(curve[4] > 10.0);
    }
}
