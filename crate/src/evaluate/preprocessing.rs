//! Finding out from labelled images how a network wants its pictures: a wrong guess is the first cause of wrong results.
//!
//! The usual ways are tried on a few dozen images. What counts is the probability of the right class, which tells ways apart
//! on far fewer images than the number of right answers does. The guess from the input's shape stands unless another way is
//! better by more than the images' own scatter.

use super::truth;
use crate::dataset::Dataset;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::labels;
use crate::measure::in_order;
use crate::scores::{best, distribution};
use crate::session::Session;

/// Ways that networks of three channels are fed, and of one.
const COLOUR: [&str; 8] = [
    "imagenet",
    "imagenet-tf",
    "[0,1]",
    "[-1,1]",
    "cifar10",
    "imagenet;order=bgr",
    "imagenet;range=0..255",
    "imagenet;range=0..255;mean=123.68,116.78,103.94;order=bgr",
];
const GREY: [&str; 4] = [
    "fashion-mnist",
    "[0,1]",
    "[-1,1]",
    "fashion-mnist;range=0..255",
];
/// Images of the first round and of all.
const FIRST: usize = 16;
const ALL: usize = 48;
/// Ways that come into the second round, beside the guess.
const FINALISTS: usize = 3;
/// Fewer labelled images say nothing.
const FEWEST: usize = 12;
/// Nats that a wrong answer costs at the most: one sure mistake must not outweigh all else.
const WORST: f64 = 8.0;
/// Standard errors by which another way has to beat the guess.
const SURE: f64 = 2.0;

/// A way found better than the guess.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// As [`crate::image::Preset::parse`] reads it.
    pub preset: String,
    /// What was guessed from the input's shape, in the same words.
    pub guess: String,
    /// Images that both were tried on.
    pub images: usize,
    /// Images named right when read as `preset`.
    pub right: usize,
    /// Images named right when read as `guess`.
    pub right_by_guess: usize,
}

/// One way on its way through the images.
struct Way {
    preset: String,
    losses: Vec<f64>,
    right: usize,
}

/// A way of feeding `session` that suits the labelled images of `data` better than the guess; `None` where there is none, too few
/// labels to say, or the file carries what was found before.
///
/// # Errors
/// When an image cannot be read or the network cannot be run.
pub fn find(session: &Session, data: &Dataset, threads: usize) -> Result<Option<Found>> {
    let guess = session.guess_preset();
    let Some(classes) = session
        .class_count()
        .filter(|_| !data.is_prepared() && session.carried_preset().is_none())
    else {
        return Ok(None);
    };
    let known = labels::by_name(labels::guess(classes, &guess));
    let Ok(truth) = truth::of(data, known.as_ref(), classes) else {
        return Ok(None);
    };
    let labelled: Vec<(usize, usize)> = truth
        .iter()
        .enumerate()
        .filter_map(|(k, class)| class.map(|c| (k, c as usize)))
        .take(ALL)
        .collect();
    let shape = session.feeder(&guess)?.shape();
    if labelled.len() < FEWEST || shape.len() != 4 {
        return Ok(None);
    }
    let others: &[&str] = match shape[1] == 1 || shape[3] == 1 {
        true => &GREY,
        false => &COLOUR,
    };
    let mut ways = vec![Way::new(&guess)];
    ways.extend(others.iter().filter(|w| **w != guess).map(|w| Way::new(w)));
    let engine = Engine::new(&session.model, 1)?;
    let softmax = session.ends_in_softmax();
    let mut images = Vec::new();
    for (k, class) in &labelled {
        images.push((data.get(*k).map_err(Error::new)?.image, *class));
    }
    let run = |ways: &mut [Way], from: usize, to: usize| -> Result<()> {
        for way in ways {
            let feeder = session.feeder(&way.preset)?;
            let part = in_order(from..to, threads, &|k| {
                let (image, class) = &images[k];
                let outputs = engine.run(feeder.feed(image))?;
                let scores: Vec<f32> = outputs.iter().take(1).flatten().copied().collect();
                let p = distribution(&scores, softmax);
                let right = p.get(*class).copied().unwrap_or(0.0);
                Ok(((-right.max(1e-30).ln()).min(WORST), best(&p) == *class))
            })?;
            way.losses.extend(part.iter().map(|(loss, _)| loss));
            way.right += part.iter().filter(|(_, right)| *right).count();
        }
        Ok(())
    };
    let first = FIRST.min(images.len());
    run(&mut ways, 0, first)?;
    ways[1..].sort_by(|a, b| a.loss().total_cmp(&b.loss()));
    ways.truncate(1 + FINALISTS);
    run(&mut ways, first, images.len())?;
    let guessed = ways.remove(0);
    let better = ways.into_iter().filter(|w| w.beats(&guessed));
    let least = better.min_by(|a, b| a.loss().total_cmp(&b.loss()));
    Ok(least.map(|way| Found {
        preset: way.preset,
        guess,
        images: images.len(),
        right: way.right,
        right_by_guess: guessed.right,
    }))
}

impl Way {
    fn new(preset: &str) -> Way {
        Way {
            preset: preset.to_string(),
            losses: Vec::new(),
            right: 0,
        }
    }

    fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len().max(1) as f64
    }

    /// Whether the same images are less surprising this way, beyond their scatter, and no fewer are right.
    fn beats(&self, other: &Way) -> bool {
        let n = self.losses.len() as f64;
        let gains: Vec<f64> = self
            .losses
            .iter()
            .zip(&other.losses)
            .map(|(a, b)| b - a)
            .collect();
        let mean = gains.iter().sum::<f64>() / n;
        let square: f64 = gains.iter().map(|g| (g - mean).powi(2)).sum();
        let error = (square / (n - 1.0).max(1.0) / n).sqrt();
        mean > SURE * error && self.right >= other.right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(losses: &[f64], right: usize) -> Way {
        Way {
            preset: String::new(),
            losses: losses.to_vec(),
            right,
        }
    }

    #[test]
    fn the_guess_stands_against_scatter() {
        let guess = way(&[1.0, 2.0, 1.0, 2.0], 2);
        assert!(!guess.beats(&guess));
        assert!(!way(&[0.0, 3.2, 0.0, 2.0], 2).beats(&guess));
        assert!(way(&[0.5, 1.4, 0.4, 1.5], 2).beats(&guess));
        assert!(!way(&[0.5, 1.4, 0.4, 1.5], 1).beats(&guess));
    }
}
