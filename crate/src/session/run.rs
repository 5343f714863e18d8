//! Running the original and the pruned network on pictures.

use ndarray::ArrayD;

use super::Session;
use crate::boxes;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::image::{Image, Preset, Target, prepare, seen};
use crate::labels::{self, Labels};
use crate::onnx::{self, pb};
use crate::report::{Found, Prediction, Top, Value};
use crate::scores::distribution;

/// Values of the first output that are passed on.
const MOST_SCORES: usize = 4096;

/// One of the two networks of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// As opened.
    Original,
    /// The last result of a cut or a repair.
    Pruned,
    /// A network of [`Session::try_channel`] or [`Session::try_plan`].
    Trial(u32),
}

/// Turns pictures into the tensor a network takes.
pub struct Feeder {
    preset: Preset,
    target: Target,
}

impl Feeder {
    /// # Errors
    /// For preprocessing that [`Preset::parse`] does not know, or an input that is no picture.
    pub fn new(shape: &[Option<usize>], preset: &str) -> Result<Feeder> {
        let mut target = Target::from_shape(shape).map_err(Error::new)?;
        // Open sizes must be those the network was analysed and compiled at.
        let open = |axis: usize| shape.get(axis).copied().flatten().is_none();
        let (rows, columns) = match target.layout {
            crate::image::Layout::Nchw => (2, 3),
            crate::image::Layout::Nhwc => (1, 2),
        };
        if open(rows) {
            target.height = crate::graph::DYNAMIC_SIZE;
        }
        if open(columns) {
            target.width = crate::graph::DYNAMIC_SIZE;
        }
        let side = target.width.min(target.height);
        let preset = Preset::parse(preset, side).map_err(Error::new)?;
        Ok(Feeder { preset, target })
    }

    /// Shape of a batch of one.
    pub fn shape(&self) -> Vec<usize> {
        self.target.shape().to_vec()
    }

    /// A batch of one.
    pub fn feed(&self, image: &Image) -> ArrayD<f32> {
        prepare(image, &self.preset, &self.target)
    }

    /// What detectors found in the tensor of `image`, in fractions of the image; `None` for outputs of no known layout.
    fn found(
        &self,
        image: &Image,
        names: &[String],
        outputs: &[ArrayD<f32>],
    ) -> Option<Vec<Found>> {
        let size = (self.target.width, self.target.height);
        let [left, top, right, bottom] = seen(image, &self.preset, &self.target);
        let (across, down) = (
            |x: f64| left + x * (right - left),
            |y: f64| top + y * (bottom - top),
        );
        let onto = |b: Found| Found {
            left: across(b.left),
            right: across(b.right),
            top: down(b.top),
            bottom: down(b.bottom),
            ..b
        };
        let all = boxes::found(names, outputs, size)?;
        Some(all.into_iter().map(onto).collect())
    }
}

impl Session {
    /// What turns images into this network's input.
    pub fn feeder(&self, preset: &str) -> Result<Feeder> {
        Feeder::new(&self.input_shape(), preset).map_err(|e| e.in_file(&self.file))
    }

    /// Chooses the label set: a built-in name, "none", or a text with one label a line.
    pub fn set_labels(&mut self, labels: &str) {
        self.labels = match labels {
            "none" | "" => None,
            name => labels::by_name(name)
                .or_else(|| Some(Labels::new("custom", labels::from_text(name)))),
        };
    }

    fn engine(&mut self, which: Which) -> Result<&Engine> {
        let slot = match which {
            Which::Original => &mut self.engines.original,
            Which::Pruned => &mut self.engines.pruned,
            Which::Trial(slot) => {
                let missing = || Error::new("this trial was not made yet").in_file(&self.file);
                return self.engines.trials.get(&slot).ok_or_else(missing);
            }
        };
        if slot.is_none() {
            let engine = match which {
                Which::Original => Engine::new(&self.model, 1),
                Which::Pruned | Which::Trial(_) => {
                    let pruned = self.pruned.as_ref();
                    let pruned =
                        pruned.ok_or_else(|| Error::new("there is no pruned network yet"))?;
                    // From its bytes, so that what runs is what is downloaded.
                    onnx::decode(&pruned.bytes).and_then(|m: pb::ModelProto| Engine::new(&m, 1))
                }
            };
            *slot = Some(engine.map_err(|e| e.in_file(&self.file))?);
        }
        slot.as_ref()
            .ok_or_else(|| Error::new("the network could not be compiled"))
    }

    /// Runs one network on one tensor; returns the outputs and the milliseconds of the run alone.
    pub fn run(&mut self, which: Which, image: ArrayD<f32>) -> Result<(Vec<ArrayD<f32>>, f64)> {
        let file = self.file.clone();
        let engine = self.engine(which)?;
        engine.timed(image).map_err(|e| e.in_file(&file))
    }

    /// What there is to say of the plan in which a network runs, once it has run.
    pub fn engine_note(&mut self, which: Which) -> Result<Option<String>> {
        Ok(self.engine(which)?.note().map(str::to_string))
    }

    /// Runs one network on one picture and names the `top` classes.
    pub fn predict(
        &mut self,
        which: Which,
        image: &Image,
        preset: &str,
        top: usize,
    ) -> Result<Prediction> {
        let feeder = self.feeder(preset)?;
        let tensor = feeder.feed(image);
        let (outputs, milliseconds) = self.run(which, tensor)?;
        let names = self.engine(which)?.outputs.clone();
        let first = outputs
            .first()
            .ok_or_else(|| Error::new("the network has no output"))?;
        let scores: Vec<f32> = first.iter().copied().collect();
        let boxes = feeder.found(image, &names, &outputs);
        let top = match self.class_count() {
            Some(classes) if classes == scores.len() => self.top(&scores, top),
            _ => Vec::new(),
        };
        let outputs = names
            .into_iter()
            .zip(&outputs)
            .map(|(name, o)| Value {
                name,
                elem_type: "float32".into(),
                shape: o.shape().iter().map(ToString::to_string).collect(),
            })
            .collect();
        let scores = scores.into_iter().take(MOST_SCORES).collect();
        Ok(Prediction {
            top,
            outputs,
            scores,
            boxes,
            milliseconds,
        })
    }

    fn top(&self, scores: &[f32], top: usize) -> Vec<Top> {
        let probabilities = distribution(scores, self.ends_in_softmax());
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| {
            probabilities[*b]
                .total_cmp(&probabilities[*a])
                .then(a.cmp(b))
        });
        order.truncate(top);
        let label = |i: usize| {
            let known = self.labels.as_ref().and_then(|l| l.get(i));
            known.map_or_else(|| format!("class {i}"), str::to_string)
        };
        order
            .into_iter()
            .map(|i| Top {
                index: i as u32,
                label: label(i),
                probability: probabilities[i],
            })
            .collect()
    }
}
