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
    // Histograms are counts.
    let counts = |k: usize, more: &[&str]| {
        let file = folder.file(&format!("h{k}.json"));
        measure(&file, &[&["--histograms"], more].concat());
        file
    };
    let halves = [
        counts(1, &["--shard", "1/2"]),
        counts(2, &["--shard", "2/2"]),
    ];
    let both = printed(&["merge", &halves[1], &halves[0], "--json"]);
    let at_once = read(counts(0, &[]));
    let mut values = 0;
    for (one, other) in tensors(&both).iter().zip(tensors(&at_once)) {
        assert_eq!(one["histogram"], other["histogram"], "{}", one["name"]);
        let counts = one["histogram"]["counts"].as_array();
        let sum = |counts: &Vec<Value>| counts.iter().filter_map(Value::as_u64).sum::<u64>();
        values += counts.map_or(0, sum);
    }
    assert!(values > 100_000, "{values}");
    // The same plan as well.
    let plan = |stats: &str| printed(&["plan", model, "--stats", stats, "--json"]);
    assert!(plan(&whole)["macs"]["after"].as_u64() > Some(0));
    let sentence = refused(&["merge", &parts[0], &whole], 1);
    assert!(
        sentence.contains("measures image 0 of a data set"),
        "{sentence}"
    );
}

/// All numbers of a tensor of a safetensors file, by way of its header.
fn tensor(bytes: &[u8], name: &str) -> Vec<f64> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let at = |k: usize| header[name]["data_offsets"][k].as_u64().unwrap() as usize;
    let content = &bytes[8 + length..][at(0)..at(1)];
    let number = |v: &[u8]| f64::from_le_bytes(v.try_into().unwrap());
    content.chunks(8).map(number).collect()
}

#[test]
fn gram_matrices_of_many_machines_plan_as_those_of_one() {
    let folder = Folder::new("gram-parts");
    let (model, data) = (files::sample(MODEL), files::sample(DATA));
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    let measure = |name: &str, more: &[&str]| {
        let (stats, grams) = (folder.file("stats.json"), folder.file(name));
        let images = ["calibrate", model, "--data", data, "--images", "30"];
        let files = ["-o", &stats, "--grams", &grams];
        printed(&[&images[..], &files, more].concat());
        grams
    };
    let single = measure("single.safetensors", &[]);
    let part = |k: usize| measure(&format!("{k}.safetensors"), &["--shard", &format!("{k}/3")]);
    let parts = [1, 2, 3].map(part);
    let whole = folder.file("whole.safetensors");
    let about = printed(&[
        "merge", &parts[2], &parts[0], &parts[1], "-o", &whole, "--json",
    ]);
    assert_eq!(
        (&about["images"], &about["format"]),
        (&Value::from(30), &Value::from("gram 1"))
    );

    let [one, three] = [&single, &whole].map(|file| std::fs::read(file).unwrap());
    assert_eq!(one.len(), three.len());
    let text = String::from_utf8_lossy(&one[8..20_000]).into_owned();
    let names = text.split('"').filter(|word| word.ends_with("/square"));
    let mut compared = 0;
    for name in names {
        let (a, b) = (tensor(&one, name), tensor(&three, name));
        let largest = a.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() <= 1e-9 * largest, "{name}: {a} {b}");
        }
        compared += a.len();
    }
    assert!(compared > 10_000, "{compared}");

    // Without an image, the same cut from either; nearer to the original than by what the file says.
    let cut = |sums: &[&str]| {
        let small = folder.file("small.onnx");
        let shrink = ["shrink", model, "--macs", "60", "-o", &small, "--json"];
        let report = printed(&[&shrink[..], sums].concat());
        let eval = ["eval", model, "--against", &small, "--data", data, "--json"];
        (
            report,
            printed(&eval)["against"]["mean_kl"].as_f64().unwrap(),
        )
    };
    let (by_one, kl) = cut(&["--grams", &single]);
    let (by_three, _) = cut(&["--grams", &whole]);
    assert_eq!(by_one["layers"], by_three["layers"]);
    assert_eq!(by_one["choice"]["criterion"], "reconstruction");
    let (_, kl_of_file) = cut(&[]);
    assert!(kl < kl_of_file, "{kl} {kl_of_file}");

    let sentence = refused(&["merge", &parts[0], &whole], 1);
    assert!(sentence.contains("measures image 0"), "{sentence}");
    let other = files::sample("mobilenetv2_035_fashion.onnx");
    let out = folder.file("out.onnx");
    let sentence = refused(
        &[
            "apply",
            other.to_str().unwrap(),
            "--grams",
            &whole,
            "-o",
            &out,
        ],
        1,
    );
    assert!(sentence.contains("whole.safetensors"), "{sentence}");
    refused(
        &[
            "shrink", model, "--macs", "60", "--grams", &whole, "--images", data, "-o", &out,
        ],
        2,
    );
}
