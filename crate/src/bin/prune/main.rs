//! `prune`: the core as a command line. Translates arguments and prints; does nothing else.

mod args;
mod budget;
mod commands;
mod files;
mod help;
mod inputs;
mod lab;
mod print;
mod progress;
mod shrink;
mod values;

use std::process::ExitCode;

use channel_pruning::{Error, Result};

/// A hostile file may still trip the inference engine; that is one sentence like any other failure.
fn guarded(command: &args::Command) -> Result<()> {
    std::panic::set_hook(Box::new(|_| ()));
    std::panic::catch_unwind(|| commands::run(command)).unwrap_or_else(|_| {
        Err(
            Error::new("makes the inference engine fail; the file may be damaged")
                .in_file(&command.model.display().to_string()),
        )
    })
}

fn main() -> ExitCode {
    let outcome = match args::parse(std::env::args_os().skip(1)) {
        Ok(args::Parsed::Help(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Ok(args::Parsed::Run(command)) => guarded(&command),
        Err(usage) => {
            eprintln!("prune: {usage} (see prune --help)");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("prune: {error}");
            ExitCode::FAILURE
        }
    }
}
