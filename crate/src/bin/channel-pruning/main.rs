//! `channel-pruning`: the command line `prune` by a name that nothing else has.

use std::process::ExitCode;

fn main() -> ExitCode {
    channel_pruning::cli::main(std::env::args_os().skip(1))
}
