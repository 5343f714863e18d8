//! The command line: what it leaves on the disk when it fails.

use std::process::Command;

use crate::support::build::small;
use channel_pruning::internals::onnx;

#[test]
fn apply_writes_all_of_its_files_or_none() {
    let folder = std::env::temp_dir().join(format!("prune-command-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("taken")).unwrap();
    let file = |name: &str| folder.join(name);
    std::fs::write(file("in.onnx"), onnx::encode(&small(|_| {}))).unwrap();
    let apply = |result: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_prune"))
            .args(["apply", "--criterion", "l1"])
            .arg(file("in.onnx"))
            .arg("-o")
            .arg(file(result))
            .arg("--twin")
            .arg(file("twin.onnx"))
            .output();
        run.unwrap().status.code()
    };
    for failing in ["missing/out.onnx", "taken", "twin.onnx"] {
        assert_eq!(apply(failing), Some(1), "{failing}");
        let mut left: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["in.onnx", "taken"], "{failing}");
    }
    assert_eq!(apply("out.onnx"), Some(0));
    assert!(file("out.onnx").is_file() && file("twin.onnx").is_file());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn limits_of_a_layer_are_read_and_wrong_ones_are_usage() {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../www/public/samples/mobilenetv1_025_fashion.onnx"
    );
    let plan = |layer: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_prune"))
            .args(["plan", sample, "--json", "--layer", layer])
            .output()
            .unwrap();
        (run.status.code(), run.stdout)
    };
    let inspected = Command::new(env!("CARGO_BIN_EXE_prune"))
        .args(["inspect", sample, "--json"])
        .output()
        .unwrap();
    let inspected: serde_json::Value = serde_json::from_slice(&inspected.stdout).unwrap();
    let norm = inspected["channels"][3]["norm"].as_str().unwrap();
    let (code, json) = plan(&format!("{norm}:threshold=0.5,floor=4"));
    assert_eq!(code, Some(0));
    let stated: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let limits = serde_json::json!([{ "layer": norm, "threshold": 0.5, "floor": 4 }]);
    assert_eq!(stated["limits"], limits);
    for wrong in ["threshold=2", "floor=0", "tau=0.5", "threshold", ""] {
        assert_eq!(plan(&format!("{norm}:{wrong}")).0, Some(2), "{wrong}");
    }
    assert_eq!(plan("nowhere:threshold=0.5").0, Some(1));
}
