//! What one machine of many finds, and what that is together: evaluations and measurements.

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use crate::dataset::Dataset;
use crate::digest;
use crate::evaluate::{self, Judge, Record};
use crate::measure::gram::{STRIDE, Summing};
use crate::measure::gram_file::GramFile;
use crate::report::{Evaluation, EvaluationPart, JudgedFile};
use crate::{Error, Measured, Origin, Result, Session, Stats};

use super::args::Command;
use super::files::{file_name, write};
use super::inputs::{MAX_GRAM_BYTES, open, pictures, preset};
use super::{lab, print};

/// Bytes of JSON that `prune merge` reads: the records of some ten million images.
const MAX_JSON_BYTES: usize = 1 << 29;

pub fn eval(command: &Command) -> Result<()> {
    let session = open(command, &command.model)?;
    let against = command
        .against
        .as_ref()
        .map(|p| open(command, p))
        .transpose()?;
    let preset = preset(&session, command);
    let data: Dataset = lab::data(command)?;
    let judge = evaluate::judge(&session, against.as_ref(), data, &preset)?;
    let images = match command.shard {
        Some(shard) => shard.range(judge.images()),
        None => 0..judge.images(),
    };
    let records = evaluate::between(&judge, images, evaluate::cores())?;
    if let Some(path) = &command.output {
        save(command, path, &part(command, &judge, &records, &preset)?)?;
    }
    printed(command, &evaluate::timed(&judge, &records)?)
}

fn part(
    command: &Command,
    judge: &Judge,
    records: &[Record],
    preset: &str,
) -> Result<EvaluationPart> {
    let file = |path: &Path| -> Result<JudgedFile> {
        let bytes = command.host.read(path)?;
        Ok(evaluate::judged_file(&file_name(path), &bytes))
    };
    let against = command.against.as_deref().map(file).transpose()?;
    evaluate::part(judge, records, preset, file(&command.model)?, against)
}

/// The network and the images of a measurement.
pub fn origin(session: &Session, command: &Command, range: Range<usize>) -> Result<Origin> {
    let data = pictures(command)?;
    let place = |at: usize| u32::try_from(at).map_err(|_| Error::new("there are too many images"));
    Ok(Origin {
        model: digest::of(&command.host.read(&command.model)?),
        preprocessing: (!data.is_prepared()).then(|| preset(session, command)),
        data: vec![Measured {
            sha256: data.digest().map_err(Error::new)?,
            images: place(data.len())?,
            ranges: vec![[place(range.start)?, place(range.end)?]],
        }],
    })
}

/// Gram matrices of the images of `range`, which `origin` describes.
pub fn summed(
    session: &Session,
    command: &Command,
    range: Range<usize>,
    origin: Origin,
) -> Result<GramFile> {
    let data = pictures(command)?;
    let feeder = session.feeder(&preset(session, command))?;
    let threads = evaluate::cores();
    let mut sums =
        Summing::new(&session.model, &session.analysis).map_err(|e| e.in_file(&session.file))?;
    let mut at = range.start;
    while at < range.end {
        let end = range.end.min(at + threads * STRIDE);
        let images = (at..end).map(|index| feeder.item(&data, index));
        let images = images.collect::<Result<Vec<_>>>()?;
        sums.add(&images, at, threads)?;
        at = end;
        let part = (at - range.start) as f64 / range.len() as f64;
        if !command.host.goes_on("summing what layers read", part) {
            return Err(Error::new("the measurement was stopped"));
        }
    }
    let count = u32::try_from(range.len()).map_err(|_| Error::new("there are too many images"))?;
    Ok(GramFile::new(&session.analysis, sums.grams, count, origin))
}

/// A value that can be merged.
enum Part {
    Evaluation(Box<EvaluationPart>),
    Measurement(Stats),
    Grams(Box<GramFile>),
}

/// What tells the two kinds apart.
#[derive(serde::Deserialize)]
struct Kind {
    format: Option<serde::de::IgnoredAny>,
    tensors: Option<serde::de::IgnoredAny>,
}

impl Part {
    fn read(bytes: &[u8]) -> Result<Part> {
        let neither = |e: String| {
            Error::new(format!(
                "is neither a file of `prune eval -o` nor of `prune calibrate` ({e})"
            ))
        };
        if GramFile::is_one(bytes) {
            return GramFile::from_bytes(bytes).map(|file| Part::Grams(Box::new(file)));
        }
        if bytes.len() > MAX_JSON_BYTES {
            let size = bytes.len();
            let reason = format!("has {size} bytes, more than the {MAX_JSON_BYTES} that are read");
            return Err(Error::new(reason));
        }
        let kind = serde_json::from_slice(bytes).map_err(|e| neither(e.to_string()))?;
        match kind {
            Kind {
                format: None,
                tensors: Some(_),
            } => {
                let stats = serde_json::from_slice(bytes);
                stats
                    .map(Part::Measurement)
                    .map_err(|e| neither(e.to_string()))
            }
            Kind { format: None, .. } => Err(neither("it says of no format what it is".into())),
            Kind { .. } => evaluate::read(bytes).map(|part| Part::Evaluation(Box::new(part))),
        }
    }

    fn merged(self, other: Part) -> Result<Part> {
        match (self, other) {
            (Part::Evaluation(one), Part::Evaluation(other)) => {
                evaluate::merged(*one, *other).map(|part| Part::Evaluation(Box::new(part)))
            }
            (Part::Measurement(one), Part::Measurement(other)) => {
                one.merged(other).map(Part::Measurement)
            }
            (Part::Grams(one), Part::Grams(other)) => {
                one.merged(*other).map(|file| Part::Grams(Box::new(file)))
            }
            _ => Err(Error::new(
                "is of another kind than the files before it: evaluations, measurements and Gram matrices do not mix",
            )),
        }
    }

    /// Images behind it, and images of the data sets they were taken of.
    fn seen(&self) -> (u64, u64) {
        match self {
            Part::Evaluation(part) => evaluate::seen(part),
            Part::Measurement(stats) => stats.seen(),
            Part::Grams(file) => file.seen(),
        }
    }
}

pub fn merge(command: &Command) -> Result<()> {
    let mut whole: Option<Part> = None;
    for path in std::iter::once(&command.model).chain(&command.images) {
        let name = path.display().to_string();
        let bytes = command.host.read_within(path, MAX_GRAM_BYTES)?;
        let part = Part::read(&bytes).map_err(|e| e.in_file(&name))?;
        whole = Some(match whole {
            Some(whole) => whole.merged(part).map_err(|e| e.in_file(&name))?,
            None => part,
        });
    }
    let whole = whole.ok_or_else(|| Error::new("there is no part to merge"))?;
    let (seen, images) = whole.seen();
    if seen < images {
        command.host.note(format!(
            "the parts have {seen} of {images} images; the others are missing"
        ));
    }
    let output = command.output.as_deref();
    match whole {
        Part::Evaluation(part) => {
            let figures = evaluate::reported(&part)?;
            output.map_or(Ok(()), |path| save(command, path, &part))?;
            printed(command, &figures)
        }
        Part::Measurement(stats) => {
            output.map_or(Ok(()), |path| save(command, path, &stats))?;
            match command.json {
                true => print::json(&command.host, &stats),
                false => print::measured(&stats),
            }
        }
        Part::Grams(file) => {
            let bytes = file.to_bytes()?;
            output.map_or(Ok(()), |path| write(&command.host, path, &bytes))?;
            match command.json {
                true => print::json(&command.host, &file.about),
                false => print::summed(&file),
            }
        }
    }
}

fn save<T: Serialize>(command: &Command, path: &Path, part: &T) -> Result<()> {
    let text = serde_json::to_vec(part).map_err(|e| Error::new(e.to_string()))?;
    write(&command.host, path, &text)
}

fn printed(command: &Command, figures: &Evaluation) -> Result<()> {
    match command.json {
        true => print::json(&command.host, figures),
        false => print::evaluation(figures),
    }
}
