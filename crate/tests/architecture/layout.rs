//! The layout rules of CONTRIBUTING.md: where modules and their tests stand, and how long a file is.

use std::path::{Path, PathBuf};

/// A file does one job and has fewer lines than this.
const MAX_LINES: usize = 400;
/// Unit tests longer than this have a file of their own.
const MAX_TEST_LINES: usize = 100;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The sources below folders of the crate, with their text.
fn all(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in folders {
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut found,
        );
    }
    assert!(found.len() > 100, "the sources are found");
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source");
        (path, text)
    };
    found.into_iter().map(text).collect()
}

/// What breaks the rules in one file; `is_folder` says whether a folder exists.
fn broken(path: &Path, text: &str, is_folder: impl Fn(&Path) -> bool) -> Vec<String> {
    let name = path.display();
    let mut wrong = Vec::new();
    if is_folder(&path.with_extension("")) {
        wrong.push(format!(
            "{name} stands beside its folder; it is mod.rs in it"
        ));
    }
    let lines = text.lines().count();
    if lines >= MAX_LINES {
        wrong.push(format!(
            "{name} has {lines} lines, not fewer than {MAX_LINES}"
        ));
    }
    let tests = text.lines().skip_while(|l| *l != "mod tests {").count();
    if tests > MAX_TEST_LINES {
        wrong.push(format!(
            "{name} has {tests} lines of tests; they belong in tests.rs"
        ));
    }
    wrong
}

#[test]
fn files_keep_the_layout_rules() {
    let files = all(&["src", "tests"]);
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| broken(path, text, Path::is_dir))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn broken_rules_are_seen() {
    let path = Path::new("src/engine.rs");
    assert!(broken(path, "mod a;\n", |_| false).is_empty());
    assert_eq!(
        broken(path, "mod a;\n", |folder| folder == Path::new("src/engine")).len(),
        1
    );
    assert_eq!(broken(path, &"x\n".repeat(MAX_LINES), |_| false).len(), 1);
    let tests = format!("mod tests {{\n{}}}\n", "x\n".repeat(MAX_TEST_LINES));
    assert_eq!(broken(path, &tests, |_| false).len(), 1);
    let beside = "mod tests;\n".to_string() + &"x\n".repeat(MAX_TEST_LINES + 1);
    assert!(broken(path, &beside, |_| false).is_empty());
}
