//! Accuracy on labelled images, and agreement of two networks.

use ndarray::{ArrayD, Axis, concatenate};

use crate::clock::now_ms;
use crate::dataset::Dataset;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::labels;
use crate::report::{Against, Evaluation, Latency};
use crate::session::{Session, softmax};

/// Images per run where the model leaves the batch open.
const BATCH: usize = 32;
/// Single-image runs behind the median latency, after one to warm up.
const TIMED: usize = 21;

/// Runs `session` (and `against`) over `data`.
///
/// # Errors
/// When the network is no classifier, a picture cannot be read, or the classes do not fit.
pub fn evaluate(
    session: &Session,
    against: Option<&Session>,
    data: &Dataset,
    preset: &str,
) -> Result<Evaluation> {
    let classes = classifier(session)?;
    if let Some(other) = against
        && classifier(other)? != classes
    {
        let reason = format!("has another number of classes than {}", session.file);
        return Err(Error::new(reason).in_file(&other.file));
    }
    if data.is_empty() {
        return Err(Error::new("the data holds no image"));
    }
    let truth = truth(data, session, preset, classes)?;
    let feeder = session.feeder(preset)?;
    let mut runners = vec![Runner::new(session)?];
    if let Some(other) = against {
        runners.push(Runner::new(other)?);
    }
    let batch = runners.iter().map(|r| r.batch).min().unwrap_or(1);
    let mut tally = Tally::default();
    let mut pending: Vec<(ArrayD<f32>, usize)> = Vec::new();
    for (index, item) in data.iter().enumerate() {
        let item = item.map_err(Error::new)?;
        pending.push((feeder.feed(&item.image), truth[index]));
        if pending.len() == batch {
            tally.batch(&runners, &std::mem::take(&mut pending))?;
        }
    }
    tally.batch(&runners, &pending)?;
    let n = tally.images as f64;
    let latency = |runner: &Runner<'_>| runner.latency();
    let against = match runners.get(1) {
        Some(other) => Some(Against {
            accuracy: tally.correct[1] as f64 / n,
            agreement: tally.agreed as f64 / n,
            mean_kl: tally.kl / n,
            latency_ms: latency(other)?,
        }),
        None => None,
    };
    Ok(Evaluation {
        images: tally.images,
        accuracy: tally.correct[0] as f64 / n,
        top5: tally.top5 as f64 / n,
        against,
        latency_ms: latency(&runners[0])?,
    })
}

fn classifier(session: &Session) -> Result<usize> {
    session.class_count().ok_or_else(|| {
        Error::new(
            "is not a classifier with one vector of scores, so there is no accuracy to measure",
        )
        .in_file(&session.file)
    })
}

/// The true output of every image. Folder names are matched to the label set where they can be.
fn truth(data: &Dataset, session: &Session, preset: &str, classes: usize) -> Result<Vec<usize>> {
    let labels = labels::by_name(&session.guess_labels(preset));
    let by_name: Option<Vec<usize>> =
        labels.and_then(|l| data.classes.iter().map(|c| l.position(c)).collect());
    (0..data.len())
        .map(|i| {
            let class = data.class(i).ok_or_else(|| {
                Error::new(
                    "the data has no labels: put the images of each class into a folder of its own",
                )
            })?;
            let output = by_name.as_ref().map_or(class, |names| names[class]);
            if output >= classes {
                let message = format!(
                    "the data has {} classes, the network {classes}",
                    data.classes.len()
                );
                return Err(Error::new(message));
            }
            Ok(output)
        })
        .collect()
}

struct Runner<'a> {
    session: &'a Session,
    batch: usize,
    engine: Engine,
}

impl<'a> Runner<'a> {
    fn new(session: &'a Session) -> Result<Self> {
        let open = session.input_shape().first().is_some_and(Option::is_none);
        let batch = if open { BATCH } else { 1 };
        let engine = Engine::new(&session.model, batch).map_err(|e| e.in_file(&session.file))?;
        // A Reshape may have the batch written into it even where the input leaves it open.
        let probe = engine.run(ArrayD::zeros(engine.inputs[0].0.clone()));
        if batch > 1
            && probe.is_ok_and(|o| o.first().is_some_and(|o| o.shape().first() == Some(&batch)))
        {
            return Ok(Runner {
                session,
                batch,
                engine,
            });
        }
        let engine = Engine::new(&session.model, 1).map_err(|e| e.in_file(&session.file))?;
        Ok(Runner {
            session,
            batch: 1,
            engine,
        })
    }

    /// Class probabilities of each image; a short last batch is filled up with its first image.
    fn run(&self, images: &[(ArrayD<f32>, usize)]) -> Result<Vec<Vec<f64>>> {
        let mut rows = Vec::with_capacity(images.len());
        for part in images.chunks(self.batch) {
            let mut views: Vec<_> = part.iter().map(|(image, _)| image.view()).collect();
            while views.len() < self.batch {
                views.push(part[0].0.view());
            }
            let batch = concatenate(Axis(0), &views).map_err(|e| Error::new(e.to_string()))?;
            let scores = self
                .engine
                .run(batch)
                .map_err(|e| e.in_file(&self.session.file))?;
            let first = scores
                .into_iter()
                .next()
                .ok_or_else(|| Error::new("the network has no output"))?;
            for row in first.axis_iter(Axis(0)).take(part.len()) {
                let scores: Vec<f32> = row.iter().copied().collect();
                rows.push(if self.session.ends_in_softmax() {
                    scores.iter().map(|s| f64::from(*s)).collect()
                } else {
                    softmax(&scores)
                });
            }
        }
        Ok(rows)
    }

    fn latency(&self) -> Result<Latency> {
        let engine = Engine::new(&self.session.model, 1)?;
        let image = crate::engine::noise(&engine.inputs[0].0, 1);
        let mut times = Vec::with_capacity(TIMED);
        for run in 0..=TIMED {
            let start = now_ms();
            engine.run(image.clone())?;
            if run > 0 {
                times.push(now_ms() - start);
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(Latency {
            median: times[times.len() / 2],
        })
    }
}

#[derive(Default)]
struct Tally {
    images: u64,
    correct: [u64; 2],
    top5: u64,
    agreed: u64,
    kl: f64,
}

impl Tally {
    fn batch(&mut self, runners: &[Runner<'_>], images: &[(ArrayD<f32>, usize)]) -> Result<()> {
        if images.is_empty() {
            return Ok(());
        }
        let results: Result<Vec<Vec<Vec<f64>>>> = runners.iter().map(|r| r.run(images)).collect();
        let results = results?;
        for (k, (_, class)) in images.iter().enumerate() {
            self.images += 1;
            let best: Vec<usize> = results.iter().map(|rows| argmax(&rows[k])).collect();
            for (which, best) in best.iter().enumerate() {
                self.correct[which] += u64::from(best == class);
            }
            let p = &results[0][k];
            self.top5 += u64::from(p.iter().filter(|q| **q > p[*class]).count() < 5);
            if let Some(other) = results.get(1) {
                self.agreed += u64::from(best[0] == best[1]);
                let kl = p.iter().zip(&other[k]).map(|(p, q)| {
                    if *p > 0.0 {
                        p * (p / q.max(1e-12)).ln()
                    } else {
                        0.0
                    }
                });
                self.kl += kl.sum::<f64>();
            }
        }
        Ok(())
    }
}

fn argmax(values: &[f64]) -> usize {
    (0..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}
