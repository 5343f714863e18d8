//! `prune`: the core as a command line.

use std::process::ExitCode;

pub fn main() -> ExitCode {
    // tract tries out much that fails, and with RUST_BACKTRACE=1 every failure records its stack: a
    // damaged network of 320 kB took 15 s instead of 0.5.
    // SAFETY: there is no other thread yet.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    channel_pruning::cli::main(std::env::args_os().skip(1))
}
