//! The order of the crate's rooms, and that no two of its files import each other.
//!
//! A room is a module at the top of the crate. It may import the rooms in front of it in [`ROOMS`] and none
//! behind it. Imports are read from the source: `use` items, paths that are written out, and paths inside
//! macros; what is compiled for tests alone may import anything. Re-exports of a module's own children
//! (`pub use child::Name`) are how a room presents itself and count only if the module uses the name too.

mod imports;
mod layout;

use std::collections::BTreeSet;

use imports::{File, Imports, Tree, files};

/// All rooms, from the ground up.
const ROOMS: [&str; 28] = [
    // Words and numbers that everything may use.
    "error",
    "limits",
    "clock",
    "random",
    "digest",
    "gaussian",
    "activation",
    "scores",
    "report",
    "boxes",
    // The file, and running it.
    "onnx",
    "graph",
    "engine",
    // Pictures.
    "image",
    "labels",
    "dataset",
    // What is known of a network before any plan.
    "channels",
    "statistics",
    "network",
    "measure",
    // Plans, and carrying them out.
    "criterion",
    "plan",
    "surgery",
    "repair",
    "session",
    "evaluate",
    // The page and the command line.
    "wasm",
    "cli",
];

/// Sets of files that import one another, directly or around several corners.
fn circles(edges: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let reaches = |from: usize| {
        let (mut seen, mut stack) = (BTreeSet::new(), vec![from]);
        while let Some(at) = stack.pop() {
            stack.extend(edges[at].iter().filter(|to| seen.insert(**to)));
        }
        seen
    };
    let reached: Vec<BTreeSet<usize>> = (0..edges.len()).map(reaches).collect();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for from in 0..edges.len() {
        let both = |to: &usize| reached[from].contains(to) && reached[*to].contains(&from);
        let circle: Vec<usize> = (0..edges.len()).filter(both).collect();
        if circle.len() > 1 && circle[0] == from {
            found.push(circle);
        }
    }
    found
}

/// The circles of a folder's files, one a line with the imports that close them.
fn described(files: &[File], edges: &[BTreeSet<usize>]) -> String {
    let name = |i: &usize| files[*i].path.as_str();
    let mut text = String::new();
    for circle in circles(edges) {
        for from in &circle {
            let inside: Vec<&str> = edges[*from]
                .iter()
                .filter(|to| circle.contains(to))
                .map(name)
                .collect();
            text += &format!("  {} imports {}\n", name(from), inside.join(", "));
        }
        text += "\n";
    }
    text
}

#[test]
fn rooms_import_only_what_stands_before_them() {
    let files = files("src");
    let place = |room: &str| ROOMS.iter().position(|known| *known == room);
    let present: BTreeSet<&str> = files
        .iter()
        .filter_map(|f| f.module.first())
        .map(String::as_str)
        .collect();
    for room in &present {
        assert!(place(room).is_some(), "{room} has no place in ROOMS");
    }
    for room in ROOMS {
        assert!(present.contains(room), "{room} is in ROOMS and not there");
    }
    let tree = Tree::new(&files);
    let mut wrong = Vec::new();
    for (from, targets) in tree.edges().iter().enumerate() {
        for to in targets {
            let (file, other) = (&files[from], &files[*to]);
            let (Some(here), Some(there)) = (file.module.first(), other.module.first()) else {
                continue;
            };
            if place(there) > place(here) {
                wrong.push(format!("{} imports {}", file.path, other.path));
            }
        }
    }
    assert!(wrong.is_empty(), "against the order:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other() {
    let files = files("src");
    let edges = Tree::new(&files).edges();
    let circles = described(&files, &edges);
    assert!(circles.is_empty(), "circles:\n{circles}");
}

/// The reader itself: it must see what it claims to see.
#[test]
fn imports_are_seen_wherever_they_are_written() {
    let file = |path: &str, module: &[&str], text: &str| File {
        path: path.into(),
        module: module.iter().map(ToString::to_string).collect(),
        imports: Imports::of(&syn::parse_file(text).expect("parses")),
    };
    let files = [
        file(
            "a/mod.rs",
            &["a"],
            "mod one; mod two; pub use one::Thing; pub fn make() {}",
        ),
        file("a/one.rs", &["a", "one"], "pub struct Thing;"),
        file(
            "a/two.rs",
            &["a", "two"],
            "use super::Thing; fn f() { crate::b::g() }",
        ),
        file(
            "b.rs",
            &["b"],
            "fn f() { debug_assert!(crate::a::make() == 1); }",
        ),
        file(
            "c.rs",
            &["c"],
            "#[cfg(test)] mod tests { use crate::a::make; }",
        ),
        file(
            "d.rs",
            &["d"],
            "use crate::{a::{self, Thing as Other}, b}; ",
        ),
    ];
    let edges = Tree::new(&files).edges();
    let seen: Vec<Vec<usize>> = edges.iter().map(|e| e.iter().copied().collect()).collect();
    assert_eq!(
        seen,
        [vec![], vec![], vec![1, 3], vec![0], vec![], vec![0, 1, 3]]
    );
    assert!(circles(&edges).is_empty());
    let ring = [
        BTreeSet::from([1]),
        BTreeSet::from([2]),
        BTreeSet::from([0]),
    ];
    assert_eq!(circles(&ring), [vec![0, 1, 2]]);
}
