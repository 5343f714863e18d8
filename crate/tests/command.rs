//! The command line: what it leaves on the disk when it fails.

mod support;

use std::process::Command;

use channel_pruning::onnx;
use support::build::small;

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
