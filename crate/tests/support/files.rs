//! Where fixtures, samples and shared files lie, and how they are read.

use std::path::{Path, PathBuf};

use channel_pruning::internals::onnx::{self, pb};
use prost::Message;
use serde_json::Value;

use super::fill::{Fill, fill};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the repository")
        .to_path_buf()
}

pub fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures").join(name)
}

pub fn sample(name: &str) -> PathBuf {
    root().join("www/public/samples").join(name)
}

/// Files that are not part of the repository; `None` where they are not at hand.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(folder);
    path.is_dir().then_some(path)
}

pub fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn model(path: &Path) -> pb::ModelProto {
    onnx::decode(&read(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A fixture as it is stored: large weights have no data yet.
pub fn skeleton(name: &str) -> pb::ModelProto {
    pb::ModelProto::decode(read(&fixture(name)).as_slice())
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A fixture with random weights.
pub fn filled(name: &str, seed: u64, how: &Fill) -> pb::ModelProto {
    let mut model = skeleton(name);
    fill(&mut model, seed, how);
    model
}

/// Names of all fixtures, sorted.
pub fn fixtures() -> Vec<String> {
    let folder = fixture("");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|e| {
            e.expect("a directory entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|n| n.ends_with(".onnx"))
        .collect();
    names.sort();
    names
}

pub const SAMPLES: [&str; 6] = [
    "ghostnet_050_cifar10.onnx",
    "mobilenetv1_025_fashion.onnx",
    "mobilenetv1_050_cifar10.onnx",
    "mobilenetv2_050_cifar10.onnx",
    "shufflenetv1_100_cifar10.onnx",
    "shufflenetv2_050_cifar10.onnx",
];
