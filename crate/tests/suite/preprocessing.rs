//! How images are read: free on the command line, and found where labels are there.

use std::process::{Command, Output};

use crate::support::files;
use channel_pruning::Session;
use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate::preprocessing::find;
use channel_pruning::internals::onnx::{self, pb};

const SAMPLE: &str = "mobilenetv1_025_fashion.onnx";

fn images() -> std::path::PathBuf {
    files::sample("data/fashion-mnist-1000.zip")
}

fn eval(options: &[&str]) -> Output {
    let run = Command::new(env!("CARGO_BIN_EXE_prune"))
        .arg("eval")
        .arg(files::sample(SAMPLE))
        .args(["--limit", "60", "--json", "--data"])
        .arg(images())
        .args(options)
        .output();
    run.unwrap()
}

fn accuracy(options: &[&str]) -> f64 {
    let run = eval(options);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{options:?}: {said}");
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    json["accuracy"].as_f64().unwrap()
}

#[test]
fn numbers_stand_in_place_of_a_preset() {
    let known = accuracy(&["--preset", "fashion-mnist"]);
    let free = ["--preset", "[0,1]", "--mean", "0.286", "--std", "0.353"];
    assert_eq!(accuracy(&free), known);
    let levels = [
        "--range", "0..255", "--mean", "72.93", "--std", "90.015", "--fit", "stretch",
    ];
    assert_eq!(accuracy(&levels), known);
    // Wrong numbers are not ignored.
    assert!(accuracy(&["--mean", "5", "--std", "0.1"]) < known - 0.3);
}

#[test]
fn wrong_preprocessing_is_wrong_usage_in_one_sentence() {
    for (options, part) in [
        (["--order", "gbr"], "order takes rgb or bgr"),
        (["--resize", "none"], "resize takes a side in pixels"),
        (["--mean", "1,2"], "mean takes one number or R,G,B"),
        (["--range", "255"], "range takes LOW..HIGH"),
    ] {
        let run = eval(&options);
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains(part), "{said}");
    }
    let run = eval(&["--fit", "stretch", "--crop", "28"]);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(said.contains("neither resize nor crop"), "{said}");
    let plan = Command::new(env!("CARGO_BIN_EXE_prune"))
        .args(["inspect", "--mean", "0.5"])
        .arg(files::sample(SAMPLE))
        .output()
        .unwrap();
    assert_eq!(plan.status.code(), Some(2));
}

/// The sample behind nodes that take off a mean and divide by a deviation.
fn behind(mean: f32, std: f32) -> pb::ModelProto {
    let mut model = onnx::decode(&files::read(&files::sample(SAMPLE))).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let input = graph.input[0].name.clone();
    for node in &mut graph.node {
        let uses = node.input.iter_mut().filter(|name| **name == input);
        uses.for_each(|name| *name = "normalised".into());
    }
    let number = |name: &str, value: f32| pb::TensorProto {
        name: name.into(),
        dims: vec![1],
        data_type: 1,
        float_data: vec![value],
        ..Default::default()
    };
    graph.initializer.push(number("level_mean", mean));
    graph.initializer.push(number("level_std", std));
    let node = |op: &str, inputs: [&str; 2], output: &str| pb::NodeProto {
        op_type: op.into(),
        name: format!("level_{op}"),
        input: inputs.map(String::from).to_vec(),
        output: vec![output.into()],
        ..Default::default()
    };
    let nodes = [
        node("Sub", [&input, "level_mean"], "centred"),
        node("Div", ["centred", "level_std"], "normalised"),
    ];
    graph.node.splice(0..0, nodes);
    model
}

/// It reads 0 to 255 and says that it reads 0 to 1.
fn misled() -> pb::ModelProto {
    let mut model = behind(72.93, 90.015);
    model.metadata_props.push(pb::StringStringEntryProto {
        key: "Image.NominalPixelRange".into(),
        value: "Normalized_0_1".into(),
    });
    model
}

#[test]
fn labelled_images_show_how_a_network_wants_them() {
    let data = || Dataset::open(images(), None).unwrap().mixed();
    let sample = Session::open(SAMPLE, &files::read(&files::sample(SAMPLE))).unwrap();
    assert_eq!(
        find(&sample, &data(), 2).unwrap(),
        None,
        "the guess is right"
    );
    // What the file says of itself is only a better guess.
    let levels = Session::open("levels.onnx", &onnx::encode(&misled())).unwrap();
    assert_eq!(levels.guess_preset(), "fashion-mnist;range=0..1");
    let found = find(&levels, &data(), 2).unwrap().expect("another way");
    assert_eq!(found.preset, "fashion-mnist;range=0..255");
    assert!(found.right > found.right_by_guess, "{found:?}");
    // The number of threads decides nothing, and three images are too few to say.
    assert_eq!(find(&levels, &data(), 1).unwrap(), Some(found));
    let few = Dataset::open(images(), Some(3)).unwrap();
    assert_eq!(find(&levels, &few, 2).unwrap(), None);
}

#[test]
fn arithmetic_in_front_shows_the_scale() {
    for (mean, std, preset) in [
        (72.93, 90.015, "fashion-mnist;range=0..255"),
        (0.286, 0.353, "fashion-mnist;range=0..1"),
        (0.0, 255.0, "fashion-mnist;range=0..255"),
        (104.0, 1.0, "fashion-mnist;range=0..255"),
        (0.5, 1.0, "fashion-mnist;range=0..1"),
        (0.0, 1e-4, "fashion-mnist"),
        (0.0, 0.0, "fashion-mnist"),
    ] {
        let session = Session::open("b", &onnx::encode(&behind(mean, std))).unwrap();
        assert_eq!(session.guess_preset(), preset, "{mean} {std}");
    }
}

#[test]
fn a_file_carries_how_its_images_are_read_where_that_is_known() {
    let out = std::env::temp_dir().join(format!("prune-carried-{}.onnx", std::process::id()));
    let written = |command: &str, model: &std::path::Path, options: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_prune"))
            .arg(command)
            .arg(model)
            .args(options)
            .arg("-o")
            .arg(&out)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(0), "{said}");
        (Session::open("out", &files::read(&out)).unwrap(), said)
    };
    let model = files::sample(SAMPLE);
    let (plain, _) = written("apply", &model, &["--threshold", "0.99"]);
    assert_eq!(plain.carried_preset(), None);
    let named = ["--preset", "[0,1]", "--order", "bgr"];
    let (named, _) = written("shrink", &model, &[&["--macs", "20"], &named[..]].concat());
    assert_eq!(named.carried_preset(), Some("[0,1];order=bgr"));
    // Found once, then read from the file: nothing is tried again.
    let raw = std::env::temp_dir().join(format!("prune-carried-raw-{}.onnx", std::process::id()));
    std::fs::write(&raw, onnx::encode(&misled())).unwrap();
    let images = images();
    let by = ["--macs", "20", "--images", images.to_str().unwrap()];
    let (found, said) = written("shrink", &raw, &by);
    let preset = "fashion-mnist;range=0..255";
    assert!(said.contains(preset), "{said}");
    assert_eq!(found.carried_preset(), Some(preset));
    let again = out.with_extension("again.onnx");
    std::fs::copy(&out, &again).unwrap();
    let (twice, said) = written("shrink", &again, &by);
    assert_eq!((twice.carried_preset(), said.as_str()), (Some(preset), ""));
    for path in [out, raw, again] {
        let _ = std::fs::remove_file(path);
    }
}
