//! What many machines find is, together, what one finds.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::files;
use serde_json::Value;

const MODEL: &str = "mobilenetv1_025_fashion.onnx";
const DATA: &str = "data/fashion-mnist-1000.zip";

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("prune-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn prune(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_prune"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command prints, which must succeed.
fn printed(arguments: &[&str]) -> Value {
    let run = prune(arguments);
    assert!(run.status.success(), "{}", text(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap_or(Value::Null)
}

fn read(file: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn refused(arguments: &[&str], code: i32) -> String {
    let run = prune(arguments);
    let sentence = text(&run.stderr);
    assert_eq!(run.status.code(), Some(code), "{sentence}");
    assert_eq!(sentence.trim().lines().count(), 1, "{sentence}");
    sentence
}

#[test]
fn parts_of_an_evaluation_are_the_single_run_to_the_bit() {
    let folder = Folder::new("eval-parts");
    let (model, data) = (files::sample(MODEL), files::sample(DATA));
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    let small = folder.file("small.onnx");
    let cut = [
        "apply",
        model,
        "--criterion",
        "sigma",
        "--share",
        "0.5",
        "-o",
        &small,
        "--json",
    ];
    printed(&cut);
    let judged = |more: &[&str]| {
        let eval = [
            "eval",
            model,
            "--against",
            &small,
            "--data",
            data,
            "--limit",
            "100",
            "--json",
        ];
        printed(&[&eval[..], more].concat())
    };
    let mut single = judged(&[]);
    single.as_object_mut().unwrap().remove("latency_ms");
    single["against"]
        .as_object_mut()
        .unwrap()
        .remove("latency_ms");
    let parts: Vec<String> = (1..=3).map(|k| folder.file(&format!("{k}.json"))).collect();
    let mut images = 0;
    for (k, part) in parts.iter().enumerate() {
        let shard = format!("{}/3", k + 1);
        let one = judged(&["--shard", &shard, "-o", part]);
        images += one["images"].as_u64().unwrap();
    }
    assert_eq!(images, 100);
    let whole = folder.file("whole.json");
    let order = [2, 0, 1, 0].map(|k: usize| parts[k].as_str());
    let merged = printed(&[&["merge"], &order[..], &["-o", &whole, "--json"]].concat());
    assert_eq!(merged, single);
    // Merged in two steps, and written on the way.
    let half = folder.file("half.json");
    let some = prune(&["merge", &parts[1], &parts[2], "-o", &half]);
    assert!(text(&some.stderr).contains("the parts have 67 of 100 images"));
    assert_eq!(printed(&["merge", &half, &parts[0], "--json"]), single);
    assert_eq!(
        read(&whole)["data"][0]["records"]["index"]
            .as_array()
            .unwrap()
            .len(),
        100
    );

    let other = folder.file("other.json");
    printed(&[
        "eval", &small, "--data", data, "--limit", "9", "-o", &other, "--json",
    ]);
    let sentence = refused(&["merge", &parts[0], &other], 1);
    assert!(
        sentence.contains("other.json: judges another network"),
        "{sentence}"
    );
    let sentence = refused(&["merge", &parts[0], model], 1);
    assert!(sentence.contains("is neither a file of"), "{sentence}");
    refused(&["merge"], 2);
    refused(&["eval", model, "--data", data, "--shard", "1/2"], 2);
    refused(
        &[
            "eval", model, "--data", data, "--shard", "0/2", "-o", &other,
        ],
        2,
    );
}

#[test]
fn parts_of_a_measurement_are_the_single_run_to_a_billionth() {
    let folder = Folder::new("stats-parts");
    let (model, data) = (files::sample(MODEL), files::sample(DATA));
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    let measure = |file: &str, more: &[&str]| {
        let calibrate = [
            "calibrate",
            model,
            "--data",
            data,
            "--images",
            "30",
            "-o",
            file,
        ];
        printed(&[&calibrate[..], more].concat());
    };
    let (single, whole) = (folder.file("single.json"), folder.file("whole.json"));
    measure(&single, &[]);
    let parts: Vec<String> = (1..=4).map(|k| folder.file(&format!("{k}.json"))).collect();
    for (k, part) in parts.iter().enumerate() {
        measure(part, &["--shard", &format!("{}/4", k + 1)]);
    }
    let order = [3, 1, 0, 2].map(|k: usize| parts[k].as_str());
    let merged = printed(&[&["merge"], &order[..], &["-o", &whole, "--json"]].concat());
    assert_eq!(merged, read(&whole));
    let single = read(&single);
    assert_eq!(merged["origin"], single["origin"]);
    assert_eq!(merged["images"], 30);
    let mut compared = 0;
    let tensors = |stats: &Value| stats["tensors"].as_array().unwrap().clone();
    for (one, other) in tensors(&merged).iter().zip(tensors(&single)) {
        assert_eq!(
            (&one["name"], &one["values"]),
            (&other["name"], &other["values"])
        );
        for field in ["mean", "std", "zeros"] {
            let numbers = |stats: &Value| stats[field].as_array().unwrap().clone();
            for (a, b) in numbers(one).iter().zip(numbers(&other)) {
                let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
                assert!((a - b).abs() <= 1e-9, "{} {field}: {a} {b}", one["name"]);
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
    // The same plan as well.
    let plan = |stats: &str| printed(&["plan", model, "--stats", stats, "--json"]);
    assert!(plan(&whole)["macs"]["after"].as_u64() > Some(0));
    let sentence = refused(&["merge", &parts[0], &whole], 1);
    assert!(
        sentence.contains("measures image 0 of a data set"),
        "{sentence}"
    );
}
