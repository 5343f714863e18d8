//! Two networks before a data set: evaluates slices of it, on as many threads or workers as there are.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::record::{Record, Seen};
use super::runner::{self, Runner};
use super::{summary, truth};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::labels::{self, Labels};
use crate::onnx::pb;
use crate::report::{Evaluation, Matching};
use crate::scores::{distribution, divergence};
use crate::session::Feeder;

/// Bytes of prepared images and of the original's scores that are kept for the next plan.
const KEEP: usize = 128 << 20;

/// A network, perhaps another one beside it, and the images both are judged on.
pub struct Judge {
    /// The images.
    pub data: Arc<Dataset>,
    /// Names of the network's outputs, where known.
    labels: Option<Labels>,
    /// Output that is right for each image.
    truth: Vec<Option<u32>>,
    feeder: Feeder,
    original: Runner,
    other: Option<Runner>,
    kept: Kept,
}

/// What does not change from one plan to the next.
struct Kept {
    images: Vec<OnceLock<Box<[f32]>>>,
    scores: Vec<OnceLock<Box<[f32]>>>,
    /// Bytes left.
    room: AtomicUsize,
}

impl Kept {
    fn new(count: usize) -> Kept {
        Kept {
            images: (0..count).map(|_| OnceLock::new()).collect(),
            scores: (0..count).map(|_| OnceLock::new()).collect(),
            room: AtomicUsize::new(KEEP),
        }
    }

    fn put(&self, slot: &OnceLock<Box<[f32]>>, values: &[f32]) {
        let bytes = size_of_val(values);
        let take = |room: usize| room.checked_sub(bytes);
        if slot.get().is_none()
            && self
                .room
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
        {
            let _ = slot.set(values.into());
        }
    }
}

impl Judge {
    /// `preset` says how images are prepared; `file` names the network in error sentences.
    ///
    /// # Errors
    /// When the network is no classifier, or the data set's classes do not fit.
    pub fn new(
        model: &pb::ModelProto,
        file: &str,
        data: impl Into<Arc<Dataset>>,
        preset: &str,
    ) -> Result<Judge> {
        let data = data.into();
        if data.is_empty() {
            return Err(Error::new("the data holds no image"));
        }
        let feeder = Feeder::new(&runner::shape(model), preset);
        let feeder = feeder.map_err(|e| e.in_file(file))?;
        let original = Runner::new(model, file)?;
        let labels = labels::by_name(labels::guess(original.classes, preset));
        let truth = truth::of(&data, labels.as_ref(), original.classes)?;
        Ok(Judge {
            kept: Kept::new(data.len()),
            labels,
            truth,
            feeder,
            original,
            other: None,
            data,
        })
    }

    /// Chooses what is compared with the original.
    ///
    /// # Errors
    /// When it cannot be compiled or has other classes.
    pub fn set_other(&mut self, model: &pb::ModelProto, file: &str) -> Result<()> {
        self.other = None;
        let other = Runner::new(model, file)?;
        if other.classes != self.original.classes {
            let reason = format!("has another number of classes than {}", self.original.file);
            return Err(Error::new(reason).in_file(file));
        }
        self.other = Some(other);
        Ok(())
    }

    /// Forgets the other network.
    pub fn clear_other(&mut self) {
        self.other = None;
    }

    /// How many images there are.
    pub fn images(&self) -> usize {
        self.data.len()
    }

    /// Whether the images have labels.
    pub fn labelled(&self) -> bool {
        self.truth.iter().any(Option::is_some)
    }

    /// How many classes the networks tell apart.
    pub fn classes(&self) -> usize {
        self.original.classes
    }

    /// How the images' classes were brought to the network's outputs.
    pub(super) fn matching(&self) -> Option<Matching> {
        truth::matching(&self.data, self.labels.as_ref())
    }

    /// The networks' latencies at batch 1.
    pub fn latencies(&self) -> Result<(f64, Option<f64>)> {
        let other = self.other.as_ref().map(Runner::latency).transpose()?;
        Ok((self.original.latency()?, other))
    }

    /// A name for each of the network's outputs: its label set's, else the data set's.
    pub(super) fn label(&self, class: u32) -> String {
        let known = self.labels.as_ref();
        let known = known.and_then(|labels| labels.get(class as usize));
        let own = || self.data.classes.get(class as usize).cloned();
        known
            .map(str::to_string)
            .or_else(own)
            .unwrap_or_else(|| format!("class {class}"))
    }

    /// A report of merged records.
    pub fn report(&self, records: &[Record]) -> Evaluation {
        Evaluation {
            matching: self.matching(),
            ..summary::report(records, &|class| self.label(class))
        }
    }

    /// Evaluates the images from `from` up to `to`. May be called from several threads.
    ///
    /// # Errors
    /// When an image cannot be read or a network fails on it.
    pub fn evaluate(&self, from: usize, to: usize) -> Result<Vec<Record>> {
        let to = to.min(self.data.len());
        (from..to).map(|index| self.record(index)).collect()
    }

    fn record(&self, index: usize) -> Result<Record> {
        let class = self.truth[index];
        let shape = self.feeder.shape();
        let mut prepared = None;
        let mut run = |runner: &Runner| -> Result<Vec<f32>> {
            let image = match prepared.take() {
                Some(image) => image,
                None => self.prepared(index)?,
            };
            let scores = runner.run(&image, &shape);
            prepared = Some(image);
            scores
        };
        let kept = &self.kept.scores[index];
        let p = match kept.get() {
            Some(scores) => distribution(scores, self.original.softmax),
            None => {
                let scores = run(&self.original)?;
                self.kept.put(kept, &scores);
                distribution(&scores, self.original.softmax)
            }
        };
        let other = match &self.other {
            Some(runner) => {
                let q = distribution(&run(runner)?, runner.softmax);
                Some((Seen::new(&q, class), divergence(&p, &q)))
            }
            None => None,
        };
        Ok(Record {
            index: index as u32,
            class,
            original: Seen::new(&p, class),
            other,
        })
    }

    /// An image as the networks read it.
    fn prepared(&self, index: usize) -> Result<Cow<'_, [f32]>> {
        let slot = &self.kept.images[index];
        if let Some(values) = slot.get() {
            return Ok(Cow::Borrowed(values));
        }
        let image = self.feeder.item(&self.data, index)?;
        let values: Vec<f32> = image.iter().copied().collect();
        self.kept.put(slot, &values);
        Ok(Cow::Owned(values))
    }
}
