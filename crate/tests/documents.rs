//! The documents say what is there: flags, fields of the JSON, files that links lead to, tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const SAMPLE: &str = "www/public/samples/mobilenetv1_025_fashion.onnx";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn prune(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_prune"))
        .args(arguments)
        .current_dir(root())
        .output();
    String::from_utf8(run.expect("prune runs").stdout).expect("is text")
}

/// All `--flags` of a text.
fn flags(text: &str) -> BTreeSet<&str> {
    let ends = |c: char| !(c.is_ascii_lowercase() || c == '-');
    let words = text.match_indices("--").filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-')
    });
    let flag = |(at, _): (usize, &str)| text[at..].split(ends).next().expect("one part");
    words.map(flag).filter(|f| f.len() > 3).collect()
}

#[test]
fn the_command_line_page_names_every_flag_and_no_other() {
    let help = prune(&["--help"]);
    let page = text("docs/cli.md");
    // Flags of cargo, and the one that prints the help itself.
    let other = BTreeSet::from(["--locked", "--path", "--help"]);
    let written: BTreeSet<&str> = flags(&page).difference(&other).copied().collect();
    assert!(
        flags(&help).len() > 20,
        "flags are seen: {:?}",
        flags(&help)
    );
    assert_eq!(written, flags(&help));
    for line in help.lines().filter_map(|l| l.trim().strip_prefix("prune ")) {
        let command = line.split_whitespace().next().expect("a name");
        let heading = format!("### prune {command}\n");
        assert!(
            page.contains(&heading),
            "docs/cli.md has no part on {command}"
        );
    }
}

/// What is printed is in the schema: a field that is missing there is missing for every reader of it.
#[test]
fn the_schema_names_every_field_that_is_printed() {
    let schema: Value = serde_json::from_str(&text("docs/json.schema.json")).expect("is JSON");
    let target = [
        "plan",
        SAMPLE,
        "--criterion",
        "sigma",
        "--target-macs",
        "20",
        "--json",
    ];
    for (definition, arguments) in [
        ("Inspect", &["inspect", SAMPLE, "--json"][..]),
        ("PlannedReport", &target[..]),
    ] {
        let printed: Value = serde_json::from_str(&prune(arguments)).expect("prints JSON");
        let known = schema["$defs"][definition]["properties"].as_object();
        let known = known.expect("has properties");
        let fields = printed.as_object().expect("is an object");
        assert!(fields.len() > 5);
        for field in fields.keys() {
            assert!(known.contains_key(field), "{definition} lacks {field}");
        }
        let required = schema["$defs"][definition]["required"].as_array();
        for field in required.expect("some are required") {
            let field = field.as_str().expect("is a name");
            assert!(
                fields.contains_key(field),
                "{definition} lacks {field} in print"
            );
        }
    }
}

fn documents() -> Vec<String> {
    let mut found: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(String::from)
        .into();
    found.extend(["crate/tests/README.md".into(), "tests/README.md".into()]);
    for entry in std::fs::read_dir(root().join("docs")).expect("there are documents") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy().into_owned();
        if name.ends_with(".md") {
            found.push(format!("docs/{name}"));
        }
    }
    found
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut followed = 0;
    for document in documents() {
        let page = text(&document);
        let folder = root().join(&document);
        let folder = folder.parent().expect("lies in a folder");
        for part in page.split("](").skip(1) {
            let link = part.split(')').next().expect("one part");
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            if link.starts_with("http") {
                continue;
            }
            followed += 1;
            let target = match file {
                "" => root().join(&document),
                file => folder.join(file),
            };
            assert!(target.exists(), "{document} links to {link}");
            if !heading.is_empty() {
                let target = std::fs::read_to_string(target).expect("is text");
                let mut headings = target.lines().filter(|l| l.starts_with('#'));
                let plain = |c: char| match c {
                    ' ' => Some('-'),
                    c if c.is_alphanumeric() || c == '-' => Some(c.to_ascii_lowercase()),
                    _ => None,
                };
                let anchor = |l: &str| -> String {
                    l.trim_start_matches('#')
                        .trim()
                        .chars()
                        .filter_map(plain)
                        .collect()
                };
                assert!(
                    headings.any(|l| anchor(l) == heading),
                    "{document} links to the heading {link}"
                );
            }
        }
    }
    assert!(followed > 20, "{followed} links");
}

#[test]
fn the_readme_is_short_and_the_index_of_tests_is_whole() {
    let lines = text("README.md").lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
    let index = text("crate/tests/README.md");
    let folders = ["crate/tests", "crate/tests/suite"].map(|f| root().join(f));
    let entries = folders.map(|f| std::fs::read_dir(f).expect("there are tests"));
    for entry in entries.into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|n| n.to_str()).expect("a name");
        let row = format!("| `{name}` |");
        let test = path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").exists();
        assert!(
            !test || name == "main" || index.contains(&row),
            "no line on {name}"
        );
    }
}

/// What crates.io would get: everything that is compiled or read by people, and no test, which needs the repository's samples.
#[test]
fn the_crates_package_holds_what_it_needs() {
    let run = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root().join("crate"))
        .output();
    let listed = String::from_utf8(run.expect("cargo runs").stdout).expect("is text");
    let files: BTreeSet<&str> = listed.lines().collect();
    for file in [
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "examples/shrink.rs",
        "src/bin/prune/main.rs",
        "src/labels/imagenet.txt",
    ] {
        assert!(files.contains(file), "the package lacks {file}");
    }
    let stray = files.iter().find(|f| f.starts_with("tests/"));
    assert_eq!(stray, None);
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert_eq!(text(&format!("crate/{name}")), text(name));
    }
}
