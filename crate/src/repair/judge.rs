//! How near a network is to the original, on pictures that no refit saw.
//!
//! What counts is what users see: which class is named, how far the outputs are off, and how far the
//! distribution over the classes is once both are equally sure. A network that is as sure as the original
//! of a few other answers has a large KL whatever else it gained, so one temperature is fitted first.

use ndarray::ArrayD;

use super::parallel::each;
use crate::engine::Engine;
use crate::error::Result;
use crate::onnx::pb;
use crate::report::Closeness;
use crate::scores::{best, distribution, divergence};

/// Inverse temperatures between which the best is looked for.
const COLDNESS: (f64, f64) = (0.05, 4.0);
/// Steps of that search.
const STEPS: usize = 40;

/// The original's answers on the held-back pictures.
pub struct Judge<'a> {
    pictures: Vec<&'a ArrayD<f32>>,
    answers: Vec<Vec<ArrayD<f32>>>,
    /// For classifiers: whether the outputs are probabilities.
    classifier: Option<bool>,
    threads: usize,
}

/// A network on the held-back pictures, picture by picture.
pub struct Verdict {
    pub closeness: Closeness,
    /// The relative squared error of the outputs.
    errors: Vec<f64>,
    /// For classifiers: 1 where another class is named.
    wrong: Vec<f64>,
    /// For classifiers: KL at the temperature that suits all pictures best.
    divergences: Vec<f64>,
}

/// Mean gain from one network to another over the same pictures, in units of its standard error.
fn gain(before: &[f64], after: &[f64]) -> f64 {
    let n = before.len() as f64;
    let gains: Vec<f64> = before.iter().zip(after).map(|(b, a)| b - a).collect();
    let mean = gains.iter().sum::<f64>() / n;
    let square: f64 = gains.iter().map(|g| (g - mean) * (g - mean)).sum();
    let error = (square / (n - 1.0).max(1.0) / n).sqrt();
    match (mean, error) {
        (0.0, _) => 0.0,
        (m, 0.0) => m.signum() * f64::INFINITY,
        (m, e) => m / e,
    }
}

impl Verdict {
    /// Whether this is nearer than `other` by more than the pictures' own scatter in one regard and not
    /// further in another; or, without naming more other classes, less than half as far or with outputs that
    /// are nearer by more than twice their scatter: few pictures scatter widely.
    pub fn beats(&self, other: &Verdict) -> bool {
        if self.errors.is_empty() {
            return true;
        }
        let output = gain(&other.errors, &self.errors);
        if self.divergences.is_empty() {
            return output > 1.0 || halved(&other.errors, &self.errors);
        }
        let named = gain(&other.wrong, &self.wrong);
        let sure = gain(&other.divergences, &self.divergences);
        let worse = named < -1.0 || sure < -1.0 || output < -1.0 && named <= 1.0;
        let nearer = output > 1.0 && halved(&other.errors, &self.errors) || output > 2.0;
        let plainly = halved(&other.divergences, &self.divergences) || sure >= 0.0 && nearer;
        !worse && (sure > 1.0 || named > 1.0 || named >= 0.0 && plainly)
    }
}

fn halved(before: &[f64], after: &[f64]) -> bool {
    after.iter().sum::<f64>() < 0.5 * before.iter().sum::<f64>()
}

impl<'a> Judge<'a> {
    pub fn new(
        original: &pb::ModelProto,
        classifier: Option<bool>,
        pictures: Vec<&'a ArrayD<f32>>,
        threads: usize,
    ) -> Result<Judge<'a>> {
        let answers = answers(original, &pictures, threads)?;
        Ok(Judge {
            pictures,
            answers,
            classifier,
            threads,
        })
    }

    pub fn judge(&self, model: &pb::ModelProto) -> Result<Verdict> {
        let others = answers(model, &self.pictures, self.threads)?;
        let each = || self.answers.iter().zip(&others);
        let errors: Vec<f64> = each().map(|(a, b)| relative_error(a, b)).collect();
        let (mut wrong, mut kl, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        for (output, other) in each() {
            let (Some(probabilities), Some(p), Some(q)) =
                (self.classifier, output.first(), other.first())
            else {
                continue;
            };
            let [p, q] = [p, q].map(|scores| {
                let scores: Vec<f32> = scores.iter().copied().collect();
                distribution(&scores, probabilities)
            });
            wrong.push(f64::from(best(&p) != best(&q)));
            kl.push(divergence(&p, &q));
            let logs: Vec<f64> = q.iter().map(|q| q.max(1e-30).ln()).collect();
            pairs.push((p, logs));
        }
        let divergences = tempered(&pairs);
        let n = errors.len().max(1) as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let classifies = !kl.is_empty();
        Ok(Verdict {
            closeness: Closeness {
                agreement: classifies.then(|| 1.0 - mean(&wrong)),
                mean_kl: classifies.then(|| mean(&kl)),
                tempered_kl: classifies.then(|| mean(&divergences)),
                error: mean(&errors),
            },
            errors,
            wrong,
            divergences,
        })
    }
}

/// The outputs of a network for every picture.
fn answers(
    model: &pb::ModelProto,
    pictures: &[&ArrayD<f32>],
    threads: usize,
) -> Result<Vec<Vec<ArrayD<f32>>>> {
    let engine = Engine::new(model, 1)?;
    let mut items: Vec<_> = pictures.iter().map(|p| (*p, Vec::new())).collect();
    each(threads, &mut items, |(picture, output)| {
        *output = engine.run((*picture).clone())?;
        Ok(())
    })?;
    Ok(items.into_iter().map(|(_, output)| output).collect())
}

/// Per pair (p, ln q): KL(p ‖ q^β / Σ q^β) at the β that makes their sum least, which is convex in β.
fn tempered(pairs: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let at = |beta: f64| -> Vec<f64> {
        let one = |(p, logs): &(Vec<f64>, Vec<f64>)| {
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|l| (beta * (l - most)).exp()).sum();
            let normal = beta * most + sum.ln();
            let each = p.iter().zip(logs).filter(|(p, _)| **p > 0.0);
            let kl: f64 = each.map(|(p, l)| p * (p.ln() - beta * l + normal)).sum();
            kl.max(0.0)
        };
        pairs.iter().map(one).collect()
    };
    let total = |beta: f64| at(beta).iter().sum::<f64>();
    let (mut low, mut high) = COLDNESS;
    for _ in 0..STEPS {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        match total(a) < total(b) {
            true => high = b,
            false => low = a,
        }
    }
    at(0.5 * (low + high))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(errors: &[f64], wrong: &[f64], divergences: &[f64]) -> Verdict {
        Verdict {
            closeness: Closeness {
                agreement: None,
                mean_kl: None,
                tempered_kl: None,
                error: 0.0,
            },
            errors: errors.to_vec(),
            wrong: wrong.to_vec(),
            divergences: divergences.to_vec(),
        }
    }

    #[test]
    fn one_temperature_takes_away_what_is_only_too_sure() {
        let p = [vec![0.7, 0.2, 0.1], vec![0.2, 0.5, 0.3]];
        // The same answers at a third of the temperature.
        let sharp = |p: &Vec<f64>| p.iter().map(|p| 3.0 * p.ln()).collect::<Vec<f64>>();
        let pairs: Vec<_> = p.iter().map(|p| (p.clone(), sharp(p))).collect();
        assert!(tempered(&pairs).iter().all(|kl| *kl < 1e-6));
        // Another answer stays another answer.
        let other = vec![(p[0].clone(), vec![0.1f64.ln(), 0.2f64.ln(), 0.7f64.ln()])];
        assert!(tempered(&other)[0] > 0.2);
    }

    #[test]
    fn gains_are_told_from_scatter() {
        let before = verdict(
            &[1.0; 8],
            &[1.0; 8],
            &[2.0, 1.8, 2.2, 2.0, 1.9, 2.1, 2.0, 2.0],
        );
        let near = [0.5, 0.6, 0.7, 0.5, 0.6, 0.4, 0.6, 0.5];
        let fewer = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        assert!(verdict(&[0.4; 8], &fewer, &near).beats(&before));
        // No change is no gain.
        assert!(!before.beats(&before));
        // Half of the pictures nearer, half of them further.
        let scattered = [0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0, 4.0];
        assert!(!verdict(&[1.0; 8], &[1.0; 8], &scattered).beats(&before));
        // The outputs are nearer on every picture, and nothing else is further: that counts where the KL scatters.
        let outputs = [0.6, 0.7, 0.5, 0.6, 0.7, 0.6, 0.5, 0.6];
        let unsure = [1.9, 1.9, 2.2, 1.8, 2.0, 2.0, 2.1, 2.0];
        assert!(verdict(&outputs, &[1.0; 8], &unsure).beats(&before));
        let further = unsure.map(|kl| kl + 0.5);
        assert!(!verdict(&outputs, &[1.0; 8], &further).beats(&before));
        // Nearer in the outputs and in what is sure, and most classes wrong where none was.
        let right = verdict(&[1.0; 8], &[0.0; 8], &[2.0; 8]);
        assert!(!verdict(&[0.5; 8], &[1.0; 8], &near).beats(&right));
    }
}
