//! How near a network is to the original, on pictures that no refit saw.

use ndarray::ArrayD;

use crate::engine::Engine;
use crate::error::Result;
use crate::onnx::pb;
use crate::report::Closeness;
use crate::scores::{best, distribution, divergence};

/// The original's answers on the held-back pictures.
pub struct Judge<'a> {
    pictures: Vec<&'a ArrayD<f32>>,
    answers: Vec<Vec<ArrayD<f32>>>,
    /// For classifiers: whether the outputs are probabilities.
    classifier: Option<bool>,
}

/// A network on the held-back pictures.
pub struct Verdict {
    pub closeness: Closeness,
    /// Per picture: KL for classifiers, else the relative squared error.
    distances: Vec<f64>,
}

impl Verdict {
    /// Whether this is nearer than `other` by more than the pictures' own scatter, or less than half as
    /// far without answering more of them otherwise: few pictures scatter widely.
    pub fn beats(&self, other: &Verdict) -> bool {
        let n = self.distances.len() as f64;
        let pairs = other.distances.iter().zip(&self.distances);
        let gains: Vec<f64> = pairs.map(|(before, after)| before - after).collect();
        let mean = gains.iter().sum::<f64>() / n;
        let square: f64 = gains.iter().map(|g| (g - mean) * (g - mean)).sum();
        let error = (square / (n - 1.0).max(1.0) / n).sqrt();
        let before = other.distances.iter().sum::<f64>() / n;
        let halved = mean > 0.5 * before && self.closeness.agreement >= other.closeness.agreement;
        n == 0.0 || mean > error || halved
    }
}

impl<'a> Judge<'a> {
    pub fn new(
        original: &pb::ModelProto,
        classifier: Option<bool>,
        pictures: Vec<&'a ArrayD<f32>>,
    ) -> Result<Judge<'a>> {
        let engine = Engine::new(original, 1)?;
        let answers = pictures.iter().map(|p| engine.run((*p).clone()));
        let answers = answers.collect::<Result<_>>()?;
        Ok(Judge {
            pictures,
            answers,
            classifier,
        })
    }

    pub fn judge(&self, model: &pb::ModelProto) -> Result<Verdict> {
        let engine = Engine::new(model, 1)?;
        let (mut distances, mut errors, mut agreed) = (Vec::new(), 0.0, 0usize);
        for (picture, answer) in self.pictures.iter().zip(&self.answers) {
            let other = engine.run((*picture).clone())?;
            let error = relative_error(answer, &other);
            errors += error;
            distances.push(match (self.classifier, answer.first(), other.first()) {
                (Some(probabilities), Some(p), Some(q)) => {
                    let [p, q] = [p, q].map(|scores| {
                        let scores: Vec<f32> = scores.iter().copied().collect();
                        distribution(&scores, probabilities)
                    });
                    agreed += usize::from(best(&p) == best(&q));
                    divergence(&p, &q)
                }
                _ => error,
            });
        }
        let n = distances.len().max(1) as f64;
        let classifier = self.classifier.filter(|_| !distances.is_empty());
        Ok(Verdict {
            closeness: Closeness {
                agreement: classifier.map(|_| agreed as f64 / n),
                mean_kl: classifier.map(|_| distances.iter().sum::<f64>() / n),
                error: errors / n,
            },
            distances,
        })
    }
}

/// ‖a − b‖² / ‖a‖² over all outputs.
fn relative_error(a: &[ArrayD<f32>], b: &[ArrayD<f32>]) -> f64 {
    let (mut error, mut size) = (0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        for (p, q) in x.iter().zip(y) {
            error += f64::from(p - q).powi(2);
            size += f64::from(*p).powi(2);
        }
    }
    if size > 0.0 { error / size } else { error }
}
