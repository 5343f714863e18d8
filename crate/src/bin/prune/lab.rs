//! What needs labelled images: evaluation, sweeps, and plans that keep to a budget.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate::{self, Done, HEADER, Judge, SweepRequest};
use channel_pruning::{Error, Result};
use channel_pruning::{Knob, Measure, Session};

use crate::args::{Command, Target};
use crate::budget::{Budget, promise};
use crate::inputs::{open, preset};
use crate::print;

/// Plans per curve of a sweep.
const POINTS: usize = 12;

fn data(command: &Command) -> Result<Dataset> {
    let path = command.data.as_deref().unwrap_or_else(|| Path::new(""));
    Dataset::open(path, command.limit).map_err(Error::new)
}

fn judge(session: &Session, command: &Command) -> Result<Judge> {
    let preset = preset(session, command);
    Judge::new(&session.model, &session.file, data(command)?, &preset)
}

pub fn eval(command: &Command) -> Result<()> {
    let session = open(&command.model)?;
    let against = command.against.as_ref().map(|p| open(p)).transpose()?;
    let preset = preset(&session, command);
    let result = evaluate::evaluate(&session, against.as_ref(), data(command)?, &preset)?;
    if command.json {
        print::json(&result)
    } else {
        print::evaluation(&result)
    }
}

/// The plan options with what a target or a promise makes of them, and what was found on the images.
pub fn budget(session: &mut Session, command: &Command) -> Result<Budget> {
    let mut options = command.options.clone();
    let mut solve = |measure, percent| -> Result<Budget> {
        let solved = session.solve(&options, measure, percent)?;
        if let Some(reason) = &solved.reason {
            eprintln!(
                "prune: asked for {percent} %, closest reachable: {:.1} %, because {reason}",
                solved.removed
            );
        }
        Knob::of(options.criterion).set(&mut options, solved.amount);
        Ok(Budget {
            options: options.clone(),
            guarded: None,
            solved: Some(solved),
        })
    };
    match command.target {
        Some(Target::Macs(percent)) => return solve(Measure::Macs, percent),
        Some(Target::Params(percent)) => return solve(Measure::Params, percent),
        _ => (),
    }
    let Some(promise) = promise(command.target) else {
        return Ok(Budget {
            options,
            guarded: None,
            solved: None,
        });
    };
    let mut judge = judge(session, command)?;
    let (options, guarded) = evaluate::largest(session, &mut judge, &options, promise)?;
    Ok(Budget {
        options,
        guarded: Some(guarded),
        solved: None,
    })
}

pub fn sweep(session: &mut Session, command: &Command) -> Result<()> {
    let path = command.output.as_deref().unwrap_or_else(|| Path::new(""));
    let failed = |e: &dyn std::fmt::Display| Error::new(format!("{}: {e}", path.display()));
    let done = match std::fs::read(path) {
        Ok(bytes) => Done::read(&String::from_utf8_lossy(&bytes))
            .map_err(|e| e.in_file(&path.display().to_string()))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Done::default(),
        Err(e) => return Err(failed(&e)),
    };
    let mut judge = judge(session, command)?;
    let request = SweepRequest {
        criteria: command.criteria.clone(),
        compensations: command.compensations.clone(),
        points: command.points.unwrap_or(POINTS),
        options: command.options.clone(),
    };
    let options = OpenOptions::new().create(true).append(true).open(path);
    let mut file = options.map_err(|e| failed(&e))?;
    // A line that was cut off is written anew.
    file.set_len(done.whole as u64).map_err(|e| failed(&e))?;
    if done.whole == 0 {
        writeln!(file, "{HEADER}").map_err(|e| failed(&e))?;
    }
    let mut rows = 0;
    let each = |line: &str| {
        rows += 1;
        // One write a line, so that what stands in the file is whole.
        let written = file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|e| failed(&e))
    };
    evaluate::sweep(session, &mut judge, &request, &done, each)?;
    print::swept(path, rows, done.rows())
}
