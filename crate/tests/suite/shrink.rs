//! `prune shrink`: one target; what was chosen is said, and what it cost is counted on images that were not fitted to.

use std::process::Command;

use crate::support::files;

const SAMPLE: &str = "mobilenetv1_025_fashion.onnx";

/// The exit code, what was printed, what was said on stderr, and whether a file was written.
fn run(name: &str, options: &[&str]) -> (Option<i32>, Vec<u8>, String, Option<Vec<u8>>) {
    let out = std::env::temp_dir().join(format!("prune-shrink-{name}-{}.onnx", std::process::id()));
    let run = Command::new(env!("CARGO_BIN_EXE_prune"))
        .arg("shrink")
        .arg(files::sample(SAMPLE))
        .args(options)
        .args(["--json", "-o"])
        .arg(&out)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    let written = std::fs::read(&out).ok();
    let _ = std::fs::remove_file(&out);
    (run.status.code(), run.stdout, said, written)
}

fn shrunk(name: &str, options: &[&str]) -> serde_json::Value {
    let (code, printed, said, written) = run(name, options);
    assert_eq!(code, Some(0), "{said}");
    let json: serde_json::Value = serde_json::from_slice(&printed).unwrap();
    let size = written.unwrap().len();
    assert_eq!(json["bytes"]["after"].as_u64(), Some(size as u64));
    assert_eq!(json["check"]["passed"], true);
    json
}

/// The part of the MACs that is gone, in percent.
fn gone(json: &serde_json::Value) -> f64 {
    let macs = |when: &str| json["macs"][when].as_f64().unwrap();
    100.0 - 100.0 * macs("after") / macs("before")
}

fn shrink(name: &str, options: &[&str]) -> serde_json::Value {
    let json = shrunk(name, &[options, &["--macs", "30"]].concat());
    let gone = gone(&json);
    assert!((gone - 30.0).abs() < 1.0, "{gone}");
    json
}

#[test]
fn without_images_the_file_decides_and_nothing_is_judged() {
    let json = shrink("bare", &[]);
    let choice = &json["choice"];
    assert_eq!(choice["criterion"], "influence");
    assert_eq!(choice["compensation"], "merge");
    assert_eq!(choice["images"], 0);
    for unknown in ["predicted_kl", "agreement", "accuracy"] {
        assert!(json[unknown].is_null(), "{unknown}");
    }
    assert!(choice["preset"].is_null() && choice["allocation"].is_null());
}

#[test]
fn a_part_of_the_images_is_fitted_to_and_the_rest_judges() {
    let folder = files::sample("images/fashion");
    let images = folder.to_str().unwrap();
    let json = shrink("few", &["--images", images]);
    let choice = &json["choice"];
    let count = std::fs::read_dir(&folder).unwrap().count() as u64;
    // Too few to spare any.
    assert_eq!(choice["images"].as_u64(), Some(count));
    assert_eq!(choice["judged_on"], 0);
    assert_eq!(choice["criterion"], "reconstruction");
    assert!(json["accuracy"].is_null());
    let many = files::sample("data/fashion-mnist-1000.zip");
    let json = shrink("many", &["--images", many.to_str().unwrap()]);
    let choice = &json["choice"];
    assert_eq!(
        (choice["images"].as_u64(), choice["judged_on"].as_u64()),
        (Some(250), Some(750))
    );
    assert_eq!(choice["allocation"], "measured");
    assert_eq!(choice["preset"], "fashion-mnist");
    assert!(json["predicted_kl"].as_f64().unwrap() >= 0.0);
    assert!(json["agreement"].as_f64().unwrap() > 0.95, "{json}");
    let [low, high] = [0, 1].map(|k| json["accuracy_interval"][k].as_f64().unwrap());
    assert!((low..=high).contains(&json["accuracy"].as_f64().unwrap()));
}

#[test]
fn the_smallest_network_within_a_limit_is_found() {
    let many = files::sample("data/fashion-mnist-1000.zip");
    let images = many.to_str().unwrap();
    let within = |option: &str, limit: &str| {
        let json = shrunk(option, &["--images", images, option, limit]);
        assert_eq!(json["choice"]["criterion"], "reconstruction");
        assert_eq!(json["choice"]["images"], 250);
        assert_eq!(json["choice"]["judged_on"], 750);
        // What is printed is what the search found, on the images that were not fitted to.
        let found = &json["guard"]["evaluation"]["against"];
        for field in [
            "agreement",
            "agreement_interval",
            "accuracy",
            "difference",
            "difference_interval",
        ] {
            assert!(
                !json[field].is_null() && json[field] == found[field],
                "{field}"
            );
        }
        let tried = json["guard"]["plans"].as_u64().unwrap();
        assert!((1..=7).contains(&tried), "{tried}");
        json
    };
    let loss = within("--max-loss", "1");
    assert!(loss["difference"].as_f64().unwrap() >= -0.01, "{loss}");
    assert_eq!(loss["guard"]["max_loss"], 0.01);
    let near = within("--min-agreement", "90");
    assert!(near["agreement"].as_f64().unwrap() >= 0.9, "{near}");
    let nearer = within("--min-agreement", "97");
    assert!(nearer["agreement"].as_f64().unwrap() >= 0.97, "{nearer}");
    // A closer limit leaves a larger network.
    let [near, nearer] = [gone(&near), gone(&nearer)];
    assert!(near > nearer + 1.0 && nearer > 1.0, "{near} {nearer}");
}

#[test]
fn limits_that_cannot_be_judged_are_refused() {
    for (name, options, code, sentence) in [
        (
            "blind",
            vec!["--max-loss", "1"],
            2,
            "--max-loss and --min-agreement need --images PATH",
        ),
        (
            "both",
            vec!["--max-loss", "1", "--macs", "40"],
            2,
            "only one target",
        ),
        ("none", vec![], 2, "--min-agreement P"),
        (
            "beyond",
            vec!["--min-agreement", "101"],
            2,
            "between 0 and 100",
        ),
    ] {
        let (found, _, said, written) = run(name, &options);
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(sentence) && written.is_none(), "{said}");
    }
    // Too few to spare any.
    let few = files::sample("images/fashion");
    let (code, _, said, written) = run(
        "few-judged",
        &["--images", few.to_str().unwrap(), "--min-agreement", "90"],
    );
    assert_eq!(code, Some(1));
    assert!(
        said.contains("too few to judge by") && written.is_none(),
        "{said}"
    );
}
