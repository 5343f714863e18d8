//! One function per command.

use std::path::{Path, PathBuf};

use channel_pruning::calibrate::Stats;
use channel_pruning::dataset::Dataset;
use channel_pruning::error::{Error, Result};
use channel_pruning::evaluate;
use channel_pruning::image::Image;
use channel_pruning::report::Criterion;
use channel_pruning::session::{Session, Which};

use crate::args::{Command, Target};
use crate::progress::Progress;
use crate::{lab, print};

/// Pictures that calibration and repair take by default.
const IMAGES: usize = 64;

pub fn run(command: &Command) -> Result<()> {
    match command.name.as_str() {
        "inspect" => inspect(command),
        "plan" => plan(command),
        "apply" => apply(command),
        "run" => run_images(command),
        "eval" => lab::eval(command),
        "calibrate" => calibrate(command),
        "repair" => repair(command),
        "shrink" => crate::shrink::shrink(command),
        "sweep" => lab::sweep(&mut prepared(command)?, command),
        other => Err(Error::new(format!("there is no command {other}"))),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::new(format!("{}: {e}", path.display())))
}

/// Writes beside the target and renames, so that nothing half-written is left.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_all(&[(path, bytes.to_vec())])
}

/// Writes all of these files or none: each is complete beside its target before the first is renamed.
fn write_all(files: &[(&Path, Vec<u8>)]) -> Result<()> {
    let part = |path: &Path| {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        PathBuf::from(part)
    };
    let failed = |path: &Path, e: &std::io::Error| {
        for (other, _) in files {
            let _ = std::fs::remove_file(part(other));
        }
        Error::new(format!("{}: {e}", path.display()))
    };
    for (k, (path, bytes)) in files.iter().enumerate() {
        if files[..k].iter().any(|(other, _)| other == path) {
            let twice = std::io::Error::other("is named for two files");
            return Err(failed(path, &twice));
        }
        // A directory lets itself be written beside, and not be replaced.
        let target = match path.is_dir() {
            true => Err(std::io::Error::other("is a directory")),
            false => Ok(part(path)),
        };
        let written = target.and_then(|target| std::fs::write(target, bytes));
        written.map_err(|e| failed(path, &e))?;
    }
    for (path, _) in files {
        std::fs::rename(part(path), path).map_err(|e| failed(path, &e))?;
    }
    Ok(())
}

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
fn prepared(command: &Command) -> Result<Session> {
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
fn pictures(command: &Command) -> Result<Dataset> {
    let path = command.data.as_deref().unwrap_or_else(|| Path::new(""));
    Dataset::open(path, Some(command.image_count.unwrap_or(IMAGES))).map_err(Error::new)
}

fn measure(session: &mut Session, command: &Command) -> Result<()> {
    let preset = preset(session, command);
    for item in pictures(command)?.iter() {
        session.calibrate(&item.map_err(Error::new)?.image, &preset)?;
    }
    Ok(())
}

fn inspect(command: &Command) -> Result<()> {
    let session = prepared(command)?;
    if command.json {
        print::json(&session.inspect())
    } else {
        print::overview(&session.overview())
    }
}

fn plan(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let budget = lab::budget(&mut session, command)?;
    let plan = session.plan(&budget.options)?;
    print::planned(command.json, &plan, &budget)
}

fn apply(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let budget = lab::budget(&mut session, command)?;
    let mut pruned = session.prune(&budget.options)?;
    let check = session.check(&pruned)?;
    if !check.passed {
        return Err(Error::new(format!(
            "the pruned network differs from its masked twin by {:.3e} where outputs reach {:.3e}, so it was not written; please report this model",
            check.max_abs_diff, check.max_abs_output
        ))
        .in_file(&session.file));
    }
    pruned.plan.check = Some(check);
    let twin = command.twin.as_deref().map(|path| {
        let twin = session.twin(&pruned.decision)?;
        Ok((path, session.encode(&twin)))
    });
    let twin = twin.transpose()?;
    let result = command.output.as_deref().map(|p| (p, pruned.bytes.clone()));
    write_all(&[result, twin].into_iter().flatten().collect::<Vec<_>>())?;
    print::planned(command.json, &pruned.plan, &budget)
}

fn run_images(command: &Command) -> Result<()> {
    let mut session = open(&command.model)?;
    let preset = preset(&session, command);
    match &command.labels {
        Some(path) if Path::new(path).is_file() => {
            let text = String::from_utf8_lossy(&read(Path::new(path))?).into_owned();
            session.set_labels(&text);
        }
        Some(name) if channel_pruning::labels::by_name(name).is_none() && name != "none" => {
            let known = channel_pruning::labels::names().join(", ");
            return Err(Error::new(format!(
                "there is no file and no label set {name}; there are {known}"
            )));
        }
        Some(name) => session.set_labels(name),
        None => {
            let guess = session.guess_labels(&preset);
            session.set_labels(&guess);
        }
    }
    let mut rows = Vec::new();
    for path in &command.images {
        let image = Image::decode(&read(path)?)
            .map_err(|e| Error::new(format!("{}: {e}", path.display())))?;
        let prediction = session.predict(Which::Original, &image, &preset, command.top)?;
        rows.push(print::Row {
            image: file_name(path),
            prediction,
        });
    }
    if command.json {
        print::json(&rows)
    } else {
        print::predictions(&rows)
    }
}

fn calibrate(command: &Command) -> Result<()> {
    let mut session = open(&command.model)?;
    measure(&mut session, command)?;
    let stats = session
        .stats()
        .ok_or_else(|| Error::new("no picture was measured"))?;
    let text = serde_json::to_vec(&stats).map_err(|e| Error::new(e.to_string()))?;
    if let Some(path) = &command.output {
        write(path, &text)?;
    }
    print::measured(&stats)
}

fn repair(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let feeder = session.feeder(&preset(&session, command))?;
    let mut images = Vec::new();
    for item in pictures(command)?.iter() {
        images.push(feeder.feed(&item.map_err(Error::new)?.image));
    }
    let budget = lab::budget(&mut session, command)?;
    let progress = Progress::new("refitting layer");
    let tick = |at, total| progress.step(at, total);
    let repaired = session.repair(&budget.options, &command.steps, &images, tick)?;
    drop(progress);
    if let Some(path) = &command.output {
        write(path, &repaired.bytes)?;
    }
    if command.json {
        print::json(&repaired.plan)
    } else {
        print::plan(&repaired.plan)
    }
}
