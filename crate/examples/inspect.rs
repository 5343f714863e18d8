//! What a file says of its channels: `cargo run --example inspect -- MODEL.onnx`

use std::error::Error;

use channel_pruning::Session;

/// Lines that say what there is, and how many channels of each row are likely dead.
pub fn run(path: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let session = Session::open(path, &std::fs::read(path)?)?;
    let overview = session.overview();
    let mut lines = vec![format!(
        "{} parameters, {} MACs, {} depthwise pairs",
        overview.params,
        overview.macs,
        overview.pairs.len()
    )];
    for row in session.inspect().channels {
        let dead = row.probability.iter().flatten().filter(|p| **p >= 0.99);
        lines.push(format!(
            "{} of {} channels likely dead before {} ({})",
            dead.count(),
            row.mean.len(),
            row.activation,
            row.norm
        ));
    }
    for kept in overview.not_prunable {
        lines.push(format!("{} stays: {}", kept.node, kept.reason));
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a MODEL.onnx")?;
    run(&path)?.iter().for_each(|line| println!("{line}"));
    Ok(())
}
