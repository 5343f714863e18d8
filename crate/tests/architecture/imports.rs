//! What the sources import, read from their syntax.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// A module path, as `["plan", "cases"]`.
pub type Module = Vec<String>;

/// One file and what it says.
pub struct File {
    /// Relative to the crate.
    pub path: String,
    pub module: Module,
    pub imports: Imports,
}

/// Paths of one file, and the names it re-exports from its children.
#[derive(Default)]
pub struct Imports {
    paths: Vec<Vec<String>>,
    /// Name → path, for `pub use`.
    exports: BTreeMap<String, Vec<String>>,
    /// Identifiers that the file's items use.
    used: BTreeSet<String>,
}

impl Imports {
    pub fn of(source: &syn::File) -> Imports {
        let mut imports = Imports::default();
        imports.visit_file(source);
        imports
    }

    fn tree(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>, public: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.tree(&path.tree, prefix, public);
                prefix.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, prefix, public);
                }
            }
            syn::UseTree::Glob(_) => self.leaf(prefix.clone(), "*".into(), public),
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                let mut path = prefix.clone();
                if name != "self" {
                    path.push(name.clone());
                }
                let known = path.last().cloned().unwrap_or(name);
                self.leaf(path, known, public);
            }
            syn::UseTree::Rename(rename) => {
                let mut path = prefix.clone();
                path.push(rename.ident.to_string());
                self.leaf(path, rename.rename.to_string(), public);
            }
        }
    }

    fn leaf(&mut self, path: Vec<String>, name: String, public: bool) {
        if public {
            self.exports.insert(name, path);
        } else {
            self.paths.push(path);
        }
    }
}

fn for_tests_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("cfg")
            && a.parse_args::<syn::Ident>()
                .is_ok_and(|what| what == "test")
    })
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(it) => &it.attrs,
            syn::Item::Use(it) => &it.attrs,
            syn::Item::Fn(it) => &it.attrs,
            _ => &Vec::new(),
        };
        if !for_tests_only(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &mut Vec::new(), public);
    }

    /// `pub(super)` says who may look, not what is looked at.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        self.used.extend(names.first().cloned());
        self.paths.push(names);
        visit::visit_path(self, path);
    }

    /// What a macro is given has no syntax of its own: its words are read one by one.
    fn visit_macro(&mut self, given: &'ast syn::Macro) {
        let text = given.tokens.to_string();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut at = 0;
        while at < words.len() {
            let mut path = vec![words[at].to_string()];
            while words.get(at + 1) == Some(&"::") && at + 2 < words.len() {
                path.push(words[at + 2].to_string());
                at += 2;
            }
            at += 1;
            let name = |word: &String| word.chars().all(|c| c.is_alphanumeric() || c == '_');
            if path.iter().all(name) {
                self.used.extend(path.first().cloned());
                self.paths.push(path);
            }
        }
        visit::visit_macro(self, given);
    }
}

/// All files below a folder but those of tests, with the module each is.
fn read(root: &Path, folder: &Path, found: &mut Vec<File>) {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
        if path.is_dir() {
            if stem != "bin" && stem != "tests" {
                read(root, &path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") && stem != "tests" {
            let relative = path.strip_prefix(root).expect("lies below");
            let mut module: Module = relative
                .with_extension("")
                .iter()
                .map(|p| p.to_string_lossy().into_owned())
                .collect();
            if module
                .last()
                .is_some_and(|m| ["mod", "lib", "main"].contains(&m.as_str()))
            {
                module.pop();
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            let source = syn::parse_file(&text).expect("compiles, so it parses");
            found.push(File {
                path: relative.display().to_string(),
                module,
                imports: Imports::of(&source),
            });
        }
    }
}

pub fn files(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    read(&root, &root, &mut found);
    assert!(found.len() > 3, "{folder} holds the sources");
    found
}

/// The files by their modules.
pub struct Tree<'a> {
    files: &'a [File],
    by_module: BTreeMap<&'a [String], usize>,
}

impl<'a> Tree<'a> {
    pub fn new(files: &'a [File]) -> Tree<'a> {
        let numbered = files.iter().enumerate();
        Tree {
            files,
            by_module: numbered.map(|(i, f)| (f.module.as_slice(), i)).collect(),
        }
    }

    /// The file in which a path that is written in `from` ends; `None` outside the crate.
    fn target(&self, from: usize, path: &[String]) -> Option<usize> {
        let mut module = self.files[from].module.clone();
        let rest = match path.first()?.as_str() {
            "crate" => {
                module.clear();
                &path[1..]
            }
            "self" => &path[1..],
            "super" => {
                let ups = path.iter().take_while(|p| *p == "super").count();
                module.truncate(module.len().checked_sub(ups)?);
                &path[ups..]
            }
            // One word alone is a variable or what was imported above.
            _ if path.len() == 1 => return None,
            child => {
                module.push(child.to_string());
                let known = self.by_module.contains_key(module.as_slice());
                return known.then(|| self.walk(module, &path[1..], 0)).flatten();
            }
        };
        self.walk(module, rest, 0)
    }

    /// Goes down from a module along names, and on where they are re-exported.
    fn walk(&self, mut module: Module, names: &[String], depth: usize) -> Option<usize> {
        let mut names = names;
        while let Some(name) = names.first() {
            module.push(name.clone());
            if !self.by_module.contains_key(module.as_slice()) {
                module.pop();
                break;
            }
            names = &names[1..];
        }
        let here = *self.by_module.get(module.as_slice())?;
        let export = names.first().and_then(|name| {
            let exports = &self.files[here].imports.exports;
            exports.get(name)
        });
        match export {
            Some(path) if depth < 8 => self.follow(here, path, depth).or(Some(here)),
            _ => Some(here),
        }
    }

    fn follow(&self, from: usize, path: &[String], depth: usize) -> Option<usize> {
        let mut module = self.files[from].module.clone();
        let rest = match path.first()?.as_str() {
            "crate" => {
                module.clear();
                &path[1..]
            }
            "self" => &path[1..],
            "super" => {
                module.pop()?;
                &path[1..]
            }
            child => {
                module.push(child.to_string());
                &path[1..]
            }
        };
        self.by_module
            .contains_key(module.as_slice())
            .then_some(())?;
        self.walk(module, rest, depth + 1)
    }

    /// Which files each file imports.
    pub fn edges(&self) -> Vec<BTreeSet<usize>> {
        let of = |(from, file): (usize, &File)| {
            let imports = &file.imports;
            let used = |(name, _): &(&String, &Vec<String>)| imports.used.contains(*name);
            let exported = imports.exports.iter().filter(used).map(|(_, path)| path);
            let paths = imports.paths.iter().chain(exported);
            let mut targets: BTreeSet<usize> =
                paths.filter_map(|path| self.target(from, path)).collect();
            targets.remove(&from);
            targets
        };
        self.files.iter().enumerate().map(of).collect()
    }
}
