//! `prune`: the core as a command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    channel_pruning::cli::main(std::env::args_os().skip(1))
}
