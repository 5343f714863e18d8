//! Shrinks a network with images and judges it on others:
//! `cargo run --example shrink -- MODEL.onnx IMAGES SMALLER.onnx`

use std::error::Error;

use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate;
use channel_pruning::report::{Evaluation, PlanOptions};
use channel_pruning::{Measure, Session};

/// Removes about 30 % of the MACs; fits to three quarters of the images.
pub fn run(path: &str, images: &str, output: &str) -> Result<Evaluation, Box<dyn Error>> {
    let mut session = Session::open(path, &std::fs::read(path)?)?;
    let data = Dataset::open(images, Some(128))?;
    let preset = session.guess_preset();
    let feeder = session.feeder(&preset)?;
    let fitted = data.len() * 3 / 4;
    let tensors: Result<Vec<_>, _> = (0..fitted).map(|k| feeder.item(&data, k)).collect();

    let options = PlanOptions::default();
    let threads = evaluate::cores();
    let mut progress = |phase, done, total| {
        eprintln!("{phase:?}: {done} of {total}");
        true
    };
    let tensors = tensors?;
    let shrunk = session.shrink(
        Measure::Macs,
        30.0,
        &options,
        &tensors,
        threads,
        &mut progress,
    )?;
    std::fs::write(output, &shrunk.pruned.bytes)?;

    // On the images that nothing was fitted to.
    let smaller = Session::open(output, &shrunk.pruned.bytes)?;
    let judge = evaluate::judge(&session, Some(&smaller), data, &preset)?;
    let records = evaluate::since(&judge, fitted, threads)?;
    Ok(judge.report(&records))
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, images, output] = args.as_slice() else {
        return Err("name a MODEL.onnx, a folder of IMAGES and a SMALLER.onnx".into());
    };
    let judged = run(path, images, output)?;
    if let Some(against) = judged.against {
        println!("agreement {:.3}", against.agreement);
    }
    Ok(())
}
