//! What a command is given: a network, measurements, pictures.

use std::path::Path;

use channel_pruning::Session;
use channel_pruning::Stats;
use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate::{self, preprocessing};
use channel_pruning::report::Criterion;
use channel_pruning::{Error, Result};

use crate::args::{Command, Target};
use crate::files::{file_name, read};

/// Pictures that calibration and repair take by default.
const IMAGES: usize = 64;

pub fn open(path: &Path) -> Result<Session> {
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
    Session::open_external(&file_name(path), &read(path)?, &beside)
}

/// Opens the model and applies measured statistics: a file of them, or pictures to measure now.
pub fn prepared(command: &Command) -> Result<Session> {
    let mut session = open(&command.model)?;
    if let Some(path) = &command.stats {
        let bytes = read(path)?;
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
    if command.options.criterion == Criterion::Reconstruction {
        let feeder = session.feeder(&preset(&session, command))?;
        let mut images = Vec::new();
        if command.data.is_some() {
            for item in pictures(command)?.iter() {
                images.push(feeder.feed(&item.map_err(Error::new)?.image));
            }
        }
        let (multiple, threads) = (command.options.multiple, evaluate::cores());
        session.measure_reconstruction(&images, true, multiple, threads, &mut |_, _| true)?;
    }
    Ok(session)
}

/// How images are read: as the command says; else found on those of `--data` that have labels; else guessed.
pub fn preset(session: &Session, command: &Command) -> String {
    let reading = command.reading.get_or_init(|| {
        if command.preset.is_none() && command.preprocessing.is_empty() {
            let found = searched(session, command);
            return found.unwrap_or_else(|| session.guess_preset());
        }
        let base = command.preset.clone();
        let mut parts = vec![base.unwrap_or_else(|| session.guess_preset())];
        parts.extend(command.preprocessing.iter().cloned());
        parts.join(";")
    });
    reading.clone()
}

/// What labelled images say; an image that cannot be read is reported by whoever needs it.
fn searched(session: &Session, command: &Command) -> Option<String> {
    let data = Dataset::open(command.data.as_deref()?, None).ok()?.mixed();
    let found = preprocessing::find(session, &data, evaluate::cores()).ok()??;
    eprintln!(
        "prune: images are read as {}: so {} of {} labelled ones are named right, and {} as {}, the guess from the input's shape",
        found.preset, found.right, found.images, found.right_by_guess, found.guess
    );
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
    let path = command.data.as_deref().unwrap_or_else(|| Path::new(""));
    Dataset::open(path, Some(command.image_count.unwrap_or(IMAGES))).map_err(Error::new)
}

pub fn measure(session: &mut Session, command: &Command) -> Result<()> {
    let preset = preset(session, command);
    for item in pictures(command)?.iter() {
        session.calibrate(&item.map_err(Error::new)?.image, &preset)?;
    }
    Ok(())
}
