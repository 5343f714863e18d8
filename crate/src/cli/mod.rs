//! The command line `prune`: translates arguments and prints; does nothing else.
//!
//! [`main`] is the program. [`call`] runs the same commands for another program (the Python package), which hands images over in
//! memory and takes files and JSON back: so its figures are the command line's, to the bit.

mod args;
mod budget;
mod commands;
mod files;
mod help;
mod host;
mod inputs;
mod lab;
mod parts;
mod print;
mod progress;
mod shrink;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::engine;
use crate::error::{Error, Result, caught};

pub use host::{Host, Progress, Results};

/// A hostile file may still trip the inference engine; that is one sentence like any other failure.
fn guarded(command: &args::Command) -> Result<()> {
    caught(engine::FAILS, || Ok(commands::run(command)))
        .map_err(|e| e.in_file(&command.model.display().to_string()))?
}

/// Runs the command that `args` (without the program's name) name, prints, and gives the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    main_code(args).into()
}

/// [`main`] with the code as a number: 0, 1 for a failure, 2 for wrong arguments.
pub fn main_code(args: impl IntoIterator<Item = OsString>) -> u8 {
    silence_panics();
    let outcome = match args::parse(args) {
        Ok(args::Parsed::Help(text)) => {
            print!("{text}");
            return 0;
        }
        Ok(args::Parsed::Run(command)) => guarded(&command),
        Err(usage) => {
            eprintln!("prune: {usage} (see prune --help)");
            return 2;
        }
    };
    match outcome {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("prune: {error}");
            1
        }
    }
}

/// Runs a command for a program; what it leaves behind is returned, as far as `host` keeps it.
///
/// # Errors
/// One sentence, for wrong arguments too.
pub fn call(args: impl IntoIterator<Item = OsString>, host: Host) -> Result<Results> {
    match args::parse(args).map_err(|e| Error::new(e.to_string()))? {
        args::Parsed::Help(text) => Ok(Results {
            printed: text,
            ..Results::default()
        }),
        args::Parsed::Run(mut command) => {
            command.host = host;
            guarded(&command)?;
            let results = command.host.results.into_inner();
            Ok(results.unwrap_or_else(std::sync::PoisonError::into_inner))
        }
    }
}

/// Panics become sentences, so what they print of themselves is left out.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|_| ()));
}
