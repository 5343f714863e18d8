//! What a command is given: a network, measurements, pictures.

use std::path::Path;

use channel_pruning::Session;
use channel_pruning::Stats;
use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate;
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

pub fn preset(session: &Session, command: &Command) -> String {
    command
        .preset
        .clone()
        .unwrap_or_else(|| session.guess_preset())
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
