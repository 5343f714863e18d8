//! One function per command.

use std::path::Path;

use crate::Which;
use crate::image::Image;
use crate::report::ImageReport;
use crate::{Error, Result};

use super::args::Command;
use super::files::{file_name, write, write_all};
use super::inputs::{carry_preset, measure, open, pictures, prepared, preset};
use super::progress::Progress;
use super::{lab, parts, print};

pub fn run(command: &Command) -> Result<()> {
    match command.name.as_str() {
        "inspect" => inspect(command),
        "plan" => plan(command),
        "apply" => apply(command),
        "run" => run_images(command),
        "eval" => parts::eval(command),
        "merge" => parts::merge(command),
        "calibrate" => calibrate(command),
        "repair" => repair(command),
        "shrink" => super::shrink::shrink(command),
        "sweep" => lab::sweep(&mut prepared(command)?, command),
        other => Err(Error::new(format!("there is no command {other}"))),
    }
}

fn inspect(command: &Command) -> Result<()> {
    let session = prepared(command)?;
    if command.json {
        print::json(&command.host, &session.inspect())
    } else {
        print::overview(&session.overview())
    }
}

fn plan(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let budget = lab::budget(&mut session, command)?;
    let plan = session.plan(&budget.options)?;
    print::planned(command, &plan, &budget)
}

fn apply(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let budget = lab::budget(&mut session, command)?;
    carry_preset(&mut session, command)?;
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
        let twin = session.twin_of(&pruned)?;
        Ok((path, session.encode(&twin)))
    });
    let twin = twin.transpose()?;
    let result = command.output.as_deref().map(|p| (p, pruned.bytes.clone()));
    write_all(
        &command.host,
        &[result, twin].into_iter().flatten().collect::<Vec<_>>(),
    )?;
    print::planned(command, &pruned.plan, &budget)
}

fn run_images(command: &Command) -> Result<()> {
    let mut session = open(command, &command.model)?;
    let preset = preset(&session, command);
    match &command.labels {
        Some(path) if Path::new(path).is_file() => {
            let text = String::from_utf8_lossy(&command.host.read(Path::new(path))?).into_owned();
            session.set_labels(&text);
        }
        Some(name) if crate::labels::by_name(name).is_none() && name != "none" => {
            let known = crate::labels::names().join(", ");
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
        let image = Image::decode(&command.host.read(path)?)
            .map_err(|e| Error::new(format!("{}: {e}", path.display())))?;
        let prediction = session.predict(Which::Original, &image, &preset, command.top)?;
        rows.push(ImageReport {
            image: file_name(path),
            prediction,
        });
    }
    if let Some(note) = session.engine_note(Which::Original)? {
        eprintln!("{}: {note}", session.file);
    }
    if command.json {
        print::json(&command.host, &rows)
    } else {
        print::predictions(&rows)
    }
}

fn calibrate(command: &Command) -> Result<()> {
    let mut session = open(command, &command.model)?;
    let range = measure(&mut session, command)?;
    let stats = match command.histograms {
        true => session.stats_with_histograms(),
        false => session.stats(),
    };
    let mut stats = stats.ok_or_else(|| Error::new("no picture was measured"))?;
    let origin = parts::origin(&session, command, range.clone())?;
    stats.origin = Some(origin.clone());
    if let Some(path) = &command.grams {
        let bytes = parts::summed(&session, command, range, origin)?.to_bytes()?;
        write(&command.host, path, &bytes)?;
    }
    let text = serde_json::to_vec(&stats).map_err(|e| Error::new(e.to_string()))?;
    if let Some(path) = &command.output {
        write(&command.host, path, &text)?;
    }
    match command.host.is_terminal() {
        true => print::measured(&stats),
        false => Ok(()),
    }
}

fn repair(command: &Command) -> Result<()> {
    let mut session = prepared(command)?;
    let feeder = session.feeder(&preset(&session, command))?;
    let mut images = Vec::new();
    let data = pictures(command)?;
    for index in 0..data.len() {
        images.push(feeder.item(&data, index)?);
    }
    let budget = lab::budget(&mut session, command)?;
    carry_preset(&mut session, command)?;
    let progress = Progress::new(&command.host, "refitting layer");
    let tick = |at, total| progress.step(at, total);
    let repaired = session.repair(&budget.options, &command.steps, &images, tick)?;
    drop(progress);
    if let Some(path) = &command.output {
        write(&command.host, path, &repaired.bytes)?;
    }
    if command.json {
        print::json(&command.host, &repaired.plan)
    } else {
        print::plan(&repaired.plan)
    }
}
