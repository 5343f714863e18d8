//! `prune shrink`: one target; what was chosen is said, and what it cost is counted on images that were not fitted to.

use std::process::Command;

use crate::support::files;

const SAMPLE: &str = "mobilenetv1_025_fashion.onnx";

fn shrink(name: &str, options: &[&str]) -> serde_json::Value {
    let out = std::env::temp_dir().join(format!("prune-shrink-{name}-{}.onnx", std::process::id()));
    let run = Command::new(env!("CARGO_BIN_EXE_prune"))
        .arg("shrink")
        .arg(files::sample(SAMPLE))
        .args(options)
        .args(["--macs", "30", "--json", "-o"])
        .arg(&out)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{said}");
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let size = std::fs::metadata(&out).unwrap().len();
    assert_eq!(json["bytes"]["after"].as_u64(), Some(size));
    std::fs::remove_file(&out).unwrap();
    let macs = |when: &str| json["macs"][when].as_f64().unwrap();
    let gone = 100.0 - 100.0 * macs("after") / macs("before");
    assert!((gone - 30.0).abs() < 1.0, "{gone}");
    assert_eq!(json["check"]["passed"], true);
    json
}

#[test]
fn without_images_the_file_decides_and_nothing_is_judged() {
    let json = shrink("bare", &[]);
    let choice = &json["choice"];
    assert_eq!(choice["criterion"], "influence");
    assert_eq!(choice["compensation"], "moments");
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
