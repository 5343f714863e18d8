//! `prune`: the core as a command line. Translates arguments and prints; does nothing else.

mod args;
mod commands;
mod print;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match args::parse(std::env::args_os().skip(1)) {
        Ok(args::Parsed::Help(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Ok(args::Parsed::Run(command)) => commands::run(&command),
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
