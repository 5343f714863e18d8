//! `channel-pruning`: the command line `prune` by a name that nothing else has.

#[path = "../prune/main.rs"]
mod prune;

fn main() -> std::process::ExitCode {
    prune::main()
}
