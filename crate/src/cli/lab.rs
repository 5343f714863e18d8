//! What needs labelled images: evaluation, sweeps, and plans that keep to a budget.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::dataset::Dataset;
use crate::evaluate::{self, Done, HEADER, Judge, SweepRequest};
use crate::{Error, Result};
use crate::{Knob, Measure, Session};

use super::args::{Command, Target};
use super::budget::{Budget, promise};
use super::host::Host;
use super::inputs::preset;
use super::print;

/// Plans per curve of a sweep.
const POINTS: usize = 12;

pub fn data(command: &Command) -> Result<Dataset> {
    command.host.data(command.data.as_deref(), command.limit)
}

fn judge(session: &Session, command: &Command) -> Result<Judge> {
    let preset = preset(session, command);
    Judge::new(&session.model, &session.file, data(command)?, &preset)
}

/// The plan options with what a target or a promise makes of them, and what was found on the images.
pub fn budget(session: &mut Session, command: &Command) -> Result<Budget> {
    let mut options = command.options.clone();
    let mut solve = |measure, percent| -> Result<Budget> {
        let solved = session.solve(&options, measure, percent)?;
        if let Some(reason) = &solved.reason {
            command.host.note(format!(
                "asked for {percent} %, closest reachable: {:.1} %, because {reason}",
                solved.removed
            ));
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
    // What a program keeps in memory is always begun anew.
    let there = match command.host.is_terminal() {
        true => std::fs::read(path),
        false => Err(std::io::ErrorKind::NotFound.into()),
    };
    let done = match there {
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
    let curves = request.criteria.len() * request.compensations.len();
    let expected = (curves * (request.points + 1))
        .saturating_sub(done.rows())
        .max(1);
    let mut rows = 0;
    let mut table = Table::open(&command.host, path, done.whole).map_err(|e| failed(&e))?;
    let each = |line: &str| {
        rows += 1;
        table.add(line).map_err(|e| failed(&e))?;
        let part = rows as f64 / expected as f64;
        match command.host.goes_on("judging plans", part) {
            true => Ok(()),
            false => Err(Error::new("the sweep was stopped")),
        }
    };
    evaluate::sweep(session, &mut judge, &request, &done, each)?;
    match command.host.is_terminal() {
        true => print::swept(path, rows, done.rows()),
        false => Ok(()),
    }
}

/// The table of a sweep, which grows line by line.
enum Table<'a> {
    Disk(std::fs::File),
    Memory(&'a Host, &'a Path),
}

impl<'a> Table<'a> {
    /// Goes on behind the first `whole` bytes: a line that was cut off is written anew.
    fn open(host: &'a Host, path: &'a Path, whole: usize) -> std::io::Result<Table<'a>> {
        let mut table = match host.is_terminal() {
            true => {
                let file = OpenOptions::new().create(true).append(true).open(path)?;
                file.set_len(whole as u64)?;
                Table::Disk(file)
            }
            false => Table::Memory(host, path),
        };
        if whole == 0 {
            table.add(HEADER)?;
        }
        Ok(table)
    }

    fn add(&mut self, line: &str) -> std::io::Result<()> {
        let line = format!("{line}\n");
        match self {
            // One write a line, so that what stands in the file is whole.
            Table::Disk(file) => file.write_all(line.as_bytes()),
            Table::Memory(host, path) => {
                host.append(path, &line);
                Ok(())
            }
        }
    }
}
