//! The crate's examples run, and say what is so.

use channel_pruning::Session;

use crate::support::files;

/// Their `main` is not run here.
#[allow(dead_code)]
#[path = "../../examples/inspect.rs"]
mod inspect;
#[allow(dead_code)]
#[path = "../../examples/prune.rs"]
mod prune;
#[allow(dead_code)]
#[path = "../../examples/shrink.rs"]
mod shrink;

fn sample(name: &str) -> String {
    files::sample(name).display().to_string()
}

fn output(name: &str) -> String {
    let file = format!("example-{name}-{}.onnx", std::process::id());
    std::env::temp_dir().join(file).display().to_string()
}

/// MACs of a file, which is removed.
fn macs(file: &str) -> u64 {
    let session = Session::open(file, &std::fs::read(file).unwrap()).unwrap();
    std::fs::remove_file(file).unwrap();
    session.overview().macs
}

#[test]
fn inspect_counts_the_channels() {
    let lines = inspect::run(&sample("mobilenetv1_025_fashion.onnx")).unwrap();
    assert!(lines[0].contains("13 depthwise pairs"), "{lines:?}");
    assert!(
        lines
            .iter()
            .any(|l| l.contains("channels likely dead before Relu"))
    );
}

#[test]
fn prune_writes_what_it_planned() {
    let file = output("prune");
    let plan = prune::run(&sample("mobilenetv1_025_fashion.onnx"), &file).unwrap();
    assert_eq!(macs(&file), plan.macs.after);
    assert!(plan.macs.after < plan.macs.before * 7 / 10);
}

#[test]
fn shrink_judges_on_images_that_it_did_not_fit_to() {
    let file = output("shrink");
    let (model, data) = (
        "mobilenetv1_025_fashion.onnx",
        "data/fashion-mnist-1000.zip",
    );
    let judged = shrink::run(&sample(model), &sample(data), &file).unwrap();
    assert_eq!(judged.images, 32);
    assert!(judged.against.unwrap().agreement > 0.8);
    assert!(macs(&file) > 0);
}
