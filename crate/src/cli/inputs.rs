//! What a command is given: a network, measurements, pictures.

use std::ops::Range;
use std::path::Path;

use crate::Session;
use crate::Stats;
use crate::dataset::Dataset;
use crate::evaluate::{self, preprocessing};
use crate::measure::gram_file::GramFile;
use crate::report::{Compensation, Criterion};
use crate::{Error, Result};

use super::args::{Command, Reading, Target};
use super::files::file_name;

/// Bytes of a file of Gram matrices: those of ResNet-50 have 500 MB.
pub const MAX_GRAM_BYTES: u64 = 1 << 31;
/// Pictures that calibration and repair take by default.
const IMAGES: usize = 64;

pub fn open(command: &Command, path: &Path) -> Result<Session> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    // Weights may lie beside the model, never outside its folder.
    let beside = |name: &str| {
        let relative = Path::new(name);
        let inside = relative
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_)));
        if inside {
            std::fs::read(folder.join(relative)).ok()
        } else {
            None
        }
    };
    Session::open_external(&file_name(path), &command.host.read(path)?, &beside)
}

/// Opens the model and applies measured statistics: a file of them, or pictures to measure now.
pub fn prepared(command: &Command) -> Result<Session> {
    let mut session = open(command, &command.model)?;
    if let Some(path) = &command.stats {
        let bytes = command.host.read(path)?;
        let stats: Stats = serde_json::from_slice(&bytes).map_err(|e| {
            Error::new(format!(
                "{}: is not a file of `prune calibrate` ({e})",
                path.display()
            ))
        })?;
        if !session.use_stats(&stats) {
            let reason = format!(
                "{}: measures none of the tensors of {}",
                path.display(),
                session.file
            );
            return Err(Error::new(reason));
        }
    } else if command.data.is_some() && measures(&session, command) {
        measure(&mut session, command)?;
    }
    order_by(&mut session, command)?;
    // With `merge` the plan takes the order from the file, where there are no images.
    let from_the_file =
        command.options.compensation == Compensation::Merge && command.data.is_none();
    let at_hand = from_the_file || command.grams.is_some();
    if command.options.criterion == Criterion::Reconstruction && !at_hand {
        let feeder = session.feeder(&preset(&session, command))?;
        let mut images = Vec::new();
        if command.data.is_some() {
            let data = pictures(command)?;
            for index in 0..data.len() {
                images.push(feeder.item(&data, index)?);
            }
        }
        let (multiple, threads) = (command.options.multiple, evaluate::cores());
        let mut at = |done: usize, total: usize| {
            let part = done as f64 / total.max(1) as f64;
            command
                .host
                .goes_on("measuring what each layer can spare", part)
        };
        session.measure_reconstruction(&images, true, multiple, threads, &mut at)?;
    }
    Ok(session)
}

/// What the order of `reconstruction` goes by: `--blocks`, and the Gram matrices that `--grams` names.
pub fn order_by(session: &mut Session, command: &Command) -> Result<()> {
    session.allow_blocks(command.blocks);
    let Some(path) = &command.grams else {
        return Ok(());
    };
    let bytes = command.host.read_within(path, MAX_GRAM_BYTES)?;
    let taken = GramFile::from_bytes(&bytes).and_then(|file| session.use_grams(&file));
    taken.map_err(|e| e.in_file(&path.display().to_string()))
}

/// How images are read: as the command says; else as the file says; else found on those of `--data` that have labels; else guessed.
pub fn preset(session: &Session, command: &Command) -> String {
    let reading = command.reading.get_or_init(|| {
        if command.preset.is_none() && command.preprocessing.is_empty() {
            let found = searched(session, command);
            return Reading {
                sure: found.is_some(),
                preset: found.unwrap_or_else(|| session.guess_preset()),
            };
        }
        let base = command.preset.clone();
        let mut parts = vec![base.unwrap_or_else(|| session.guess_preset())];
        parts.extend(command.preprocessing.iter().cloned());
        Reading {
            preset: parts.join(";"),
            sure: true,
        }
    });
    reading.preset.clone()
}

/// Has the file that is written say how images are read, if that is known and not only guessed.
pub fn carry_preset(session: &mut Session, command: &Command) -> Result<()> {
    if command.preset.is_some() || !command.preprocessing.is_empty() {
        preset(session, command);
    }
    match command.reading.get() {
        Some(reading) if reading.sure => session.carry_preset(&reading.preset),
        _ => Ok(()),
    }
}

/// What labelled images say; an image that cannot be read is reported by whoever needs it.
fn searched(session: &Session, command: &Command) -> Option<String> {
    let data = command
        .host
        .data(Some(command.data.as_deref()?), None)
        .ok()?
        .mixed();
    let found = preprocessing::find(session, &data, evaluate::cores()).ok()??;
    command.host.note(format!(
        "images are read as {}: so {} of {} labelled ones are named right, and {} as {}, the guess from the input's shape",
        found.preset, found.right, found.images, found.right_by_guess, found.guess
    ));
    Some(found.preset)
}

/// Whether the plan is made with what `--data` shows: where the images are for judging plans, only if there is no other way.
fn measures(session: &Session, command: &Command) -> bool {
    let judged = match command.target {
        Some(Target::MaxLoss(_) | Target::MinAgreement(_)) => true,
        _ => command.name == "sweep",
    };
    let criteria = [&[command.options.criterion][..], &command.criteria].concat();
    let needed = criteria.contains(&Criterion::Apoz) || !session.has_normalisation();
    command.name != "repair" && (!judged || needed)
}

/// At most `--images` pictures of `--data`.
pub fn pictures(command: &Command) -> Result<Dataset> {
    let limit = Some(command.image_count.unwrap_or(IMAGES));
    command.host.data(command.data.as_deref(), limit)
}

/// Measures the images of `--data`, or those of its part that `--shard` names; gives their places.
pub fn measure(session: &mut Session, command: &Command) -> Result<Range<usize>> {
    let preset = preset(session, command);
    let data = pictures(command)?;
    let feeder = session.feeder(&preset)?;
    let range = match command.shard {
        Some(shard) => shard.range(data.len()),
        None => 0..data.len(),
    };
    for index in range.clone() {
        session.calibrate_on(feeder.item(&data, index)?)?;
        let part = (index + 1 - range.start) as f64 / range.len() as f64;
        if !command.host.goes_on("measuring images", part) {
            return Err(Error::new("the measurement was stopped"));
        }
    }
    Ok(range)
}
