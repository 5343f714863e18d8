//! Opens a network, plans a cut, carries it out and checks it: `cargo run --example prune -- MODEL.onnx SMALLER.onnx`

use std::error::Error;

use channel_pruning::report::{Compensation, Criterion, Plan, PlanOptions};
use channel_pruning::{Knob, Measure, Session};

/// Removes about 40 % of the MACs, without images.
pub fn run(path: &str, output: &str) -> Result<Plan, Box<dyn Error>> {
    let mut session = Session::open(path, &std::fs::read(path)?)?;
    let mut options = PlanOptions {
        criterion: Criterion::Influence,
        compensation: Compensation::Moments,
        // Runtimes are fast at whole blocks of channels.
        multiple: 8,
        ..PlanOptions::default()
    };
    let solved = session.solve(&options, Measure::Macs, 40.0)?;
    Knob::of(options.criterion).set(&mut options, solved.amount);

    let pruned = session.prune(&options)?;
    let check = session.check(&pruned)?;
    if !check.passed {
        return Err(format!("differs from the masked original by {}", check.max_abs_diff).into());
    }
    std::fs::write(output, &pruned.bytes)?;
    Ok(pruned.plan)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(output)) = (args.next(), args.next()) else {
        return Err("name a MODEL.onnx and a SMALLER.onnx".into());
    };
    let plan = run(&path, &output)?;
    println!("MACs {} -> {}", plan.macs.before, plan.macs.after);
    Ok(())
}
