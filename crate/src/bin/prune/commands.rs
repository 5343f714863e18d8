//! One function per command.

use std::path::Path;

use channel_pruning::error::{Error, Result};
use channel_pruning::onnx;
use channel_pruning::session::Session;

use crate::args::Command;
use crate::print;

pub fn run(command: &Command) -> Result<()> {
    match command.name.as_str() {
        "inspect" => inspect(command),
        "plan" => plan(command),
        "apply" => apply(command),
        other => Err(Error::new(format!("{other} is not built yet"))),
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
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = std::path::PathBuf::from(part);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|e| {
        let _ = std::fs::remove_file(&part);
        Error::new(format!("{}: {e}", path.display()))
    })
}

fn open(path: &Path) -> Result<Session> {
    Session::open(&file_name(path), &read(path)?)
}

fn inspect(command: &Command) -> Result<()> {
    let session = open(&command.model)?;
    if command.json {
        print::json(&session.inspect())
    } else {
        print::overview(&session.overview())
    }
}

fn plan(command: &Command) -> Result<()> {
    let mut session = open(&command.model)?;
    let plan = session.plan(&command.options)?;
    if command.json {
        print::json(&plan)
    } else {
        print::plan(&plan)
    }
}

fn apply(command: &Command) -> Result<()> {
    let mut session = open(&command.model)?;
    let mut pruned = session.prune(&command.options)?;
    let check = session.check(&pruned)?;
    if !check.passed {
        return Err(Error::new(format!(
            "the pruned network differs from its masked twin by {:.3e}, so it was not written; please report this model",
            check.max_abs_diff
        ))
        .in_file(&session.file));
    }
    pruned.plan.check = Some(check);
    if let Some(path) = &command.twin {
        write(path, &onnx::encode(&session.twin(&pruned.decision)?))?;
    }
    if let Some(path) = &command.output {
        write(path, &pruned.bytes)?;
    }
    if command.json {
        print::json(&pruned.plan)
    } else {
        print::plan(&pruned.plan)
    }
}
