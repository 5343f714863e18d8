//! Bindings of the lab: labelled data, evaluation slice by slice, and the search for a budget.

use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::{Session, Wire, out, plan_options};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::evaluate::{self, LENGTH, Record};
use crate::image::Image;
use crate::onnx;
use crate::report::{Evaluation, LabInfo, PlanOptions, ReadsBetter, Solved};
use crate::session::{self, Knob, Measure};

fn sentence(error: Error) -> String {
    error.to_string()
}

/// An opened data set.
#[wasm_bindgen]
pub struct LabData {
    inner: Dataset,
    /// The picture asked for last: its size and its pixels are fetched apart.
    shown: Option<(u32, Image)>,
}

#[wasm_bindgen]
impl LabData {
    /// Opens files by name (names may hold folders) and content; `limit` keeps the first so many images of the set's order.
    pub fn open(
        names: Vec<String>,
        files: Vec<js_sys::Uint8Array>,
        limit: Option<u32>,
    ) -> Result<LabData, String> {
        let files = names.into_iter().zip(files.iter().map(|f| f.to_vec()));
        let limit = limit.map(|n| n as usize);
        let inner = Dataset::from_memory(files.collect(), limit)?;
        Ok(LabData { inner, shown: None })
    }

    pub fn info(&self) -> Wire<LabInfo> {
        out(Ok(self.inner.info()))
    }

    /// Class of each image in the set's order, −1 without a label.
    pub fn labels(&self) -> Vec<i32> {
        let class = |i| self.inner.class(i).map_or(-1, |class| class as i32);
        (0..self.inner.len()).map(class).collect()
    }

    pub fn name(&self, index: u32) -> String {
        self.inner.name(index as usize)
    }

    /// Width of a picture as decoded.
    pub fn width(&mut self, index: u32) -> Result<u32, String> {
        Ok(self.show(index)?.width as u32)
    }

    pub fn height(&mut self, index: u32) -> Result<u32, String> {
        Ok(self.show(index)?.height as u32)
    }

    /// Its pixels, four bytes each (RGBA).
    pub fn pixels(&mut self, index: u32) -> Result<js_sys::Uint8ClampedArray, String> {
        let rgb = &self.show(index)?.rgb;
        let rgba: Vec<u8> = rgb
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect();
        Ok(js_sys::Uint8ClampedArray::from(rgba.as_slice()))
    }

    /// How `model`'s pictures should be read, by the labels; null where the guess stands or too few labels say anything.
    pub fn reads_better(
        &self,
        name: &str,
        model: &[u8],
    ) -> Result<Option<Ts<ReadsBetter>>, String> {
        let find = || {
            let session = session::Session::open(name, model)?;
            evaluate::preprocessing::find(&session, &self.inner, 1)
        };
        let found = find().map_err(sentence)?;
        let better = found.map(|it| ReadsBetter {
            preset: it.preset,
            guess: it.guess,
            images: it.images as u32,
            right: it.right as u32,
            right_by_guess: it.right_by_guess as u32,
        });
        better.map(|it| out(Ok(it))).transpose()
    }

    fn show(&mut self, index: u32) -> Result<&Image, String> {
        if self.shown.as_ref().is_none_or(|(known, _)| *known != index) {
            self.shown = Some((index, self.inner.get(index as usize)?.image));
        }
        let shown = self.shown.as_ref();
        shown
            .map(|(_, image)| image)
            .ok_or_else(|| "There is no picture.".into())
    }
}

/// An original network, perhaps a pruned one, and a data set to compare them on. Every worker has its own.
#[wasm_bindgen]
pub struct Judge {
    inner: evaluate::Judge,
    file: String,
}

#[wasm_bindgen]
impl Judge {
    /// Opens the original and takes the data set over.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, model: &[u8], data: LabData, preset: &str) -> Result<Judge, String> {
        Judge::of(onnx::decode(model), name, data, preset)
    }

    /// The same for a model whose weights lie in other files.
    pub fn with_files(
        name: &str,
        model: &[u8],
        names: Vec<String>,
        files: Vec<js_sys::Uint8Array>,
        data: LabData,
        preset: &str,
    ) -> Result<Judge, String> {
        let find = |wanted: &str| super::file_named(&names, &files, wanted);
        Judge::of(onnx::decode_with(model, &find), name, data, preset)
    }

    fn of(
        model: Result<onnx::pb::ModelProto, Error>,
        name: &str,
        data: LabData,
        preset: &str,
    ) -> Result<Judge, String> {
        let judge = |model| evaluate::Judge::new(&model, name, data.inner, preset);
        Ok(Judge {
            inner: model
                .and_then(judge)
                .map_err(|e| sentence(e.in_file(name)))?,
            file: name.to_string(),
        })
    }

    /// Chooses what is compared with the original: the bytes of a network of as many classes.
    pub fn set_pruned(&mut self, bytes: &[u8]) -> Result<(), String> {
        let model = onnx::decode(bytes).map_err(|e| sentence(e.in_file(&self.file)))?;
        self.inner.set_other(&model, &self.file).map_err(sentence)
    }

    pub fn clear_pruned(&mut self) {
        self.inner.clear_other();
    }

    pub fn images(&self) -> u32 {
        self.inner.images() as u32
    }

    /// Images that are worth a call: slices of a multiple of this.
    pub fn batch(&self) -> u32 {
        evaluate::SLICE as u32
    }

    /// Evaluates the images from `from` up to `to`; `lab_record_length()` numbers for each (see `evaluate::Record::pack`).
    pub fn evaluate(&self, from: u32, to: u32) -> Result<Vec<f64>, String> {
        let records = self.inner.evaluate(from as usize, to as usize);
        let records = records.map_err(sentence)?;
        Ok(records.iter().flat_map(Record::pack).collect())
    }

    /// Merges records of any workers, in any order, to a report. An image that occurs twice counts once.
    pub fn report(&self, records: &[f64]) -> Wire<Evaluation> {
        let (rows, _) = records.as_chunks::<LENGTH>();
        let records = evaluate::merge(rows.iter().map(Record::unpack).collect());
        out(Ok(self.inner.report(&records)))
    }
}

/// Numbers per record.
#[wasm_bindgen]
pub fn lab_record_length() -> u32 {
    LENGTH as u32
}

#[wasm_bindgen]
impl Session {
    /// The threshold (or share) that removes `percent` % of the parameters, as near as it gets.
    pub fn solve_params(&mut self, options: Ts<PlanOptions>, percent: f64) -> Wire<Solved> {
        let options = plan_options(options)?;
        out(self.inner.solve(&options, Measure::Params, percent))
    }

    /// At most `points` thresholds (or shares), from the least pruning to the most, whose plans spread over the MACs, denser where little goes.
    pub fn sweep_knobs(
        &mut self,
        options: Ts<PlanOptions>,
        points: u32,
    ) -> Result<Vec<f64>, String> {
        let options = plan_options(options)?;
        let knobs = self.inner.sweep_knobs(&options, points as usize);
        knobs.map_err(sentence)
    }
}

/// Search for the largest pruning that holds on the images.
#[wasm_bindgen]
pub struct Guard {
    inner: evaluate::Guard,
}

#[wasm_bindgen]
impl Guard {
    /// `knobs` as `sweep_knobs` gives them; `by_probability`: they are thresholds.
    #[wasm_bindgen(constructor)]
    pub fn new(knobs: &[f64], steps: u32, by_probability: bool) -> Guard {
        let scale = match by_probability {
            true => Knob::Threshold,
            false => Knob::Share,
        };
        Guard {
            inner: evaluate::Guard::new(knobs, steps as usize, scale),
        }
    }

    /// The threshold or share to evaluate next; undefined when the search is over.
    pub fn next(&self) -> Option<f64> {
        self.inner.next()
    }

    /// Whether the condition held at what `next` said.
    pub fn tell(&mut self, knob: f64, holds: bool) {
        self.inner.tell(knob, holds);
    }

    /// Largest pruning so far that holds; undefined while none does.
    pub fn best(&self) -> Option<f64> {
        self.inner.best()
    }

    pub fn done(&self) -> u32 {
        self.inner.progress().0 as u32
    }

    /// Evaluations there will be at most.
    pub fn total(&self) -> u32 {
        self.inner.progress().1 as u32
    }
}
