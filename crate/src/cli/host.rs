//! What a command stands on: the disk and a terminal, or a program that hands things over in memory.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::dataset::Dataset;
use crate::{Error, Result};

/// How far a command is: what it does, and the part of the whole that is done, from 0 to 1.
/// Returning false ends the command.
pub type Progress = Box<dyn Fn(&str, f64) -> bool + Send + Sync>;

/// What a calling program hands over, and where its results are kept. The default hands nothing over.
#[derive(Default)]
pub struct Host {
    /// Files that are read from here and not from the disk, by the path that the arguments name.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Images that are at hand, in place of those of `--data` or `--images PATH`.
    pub data: Option<Dataset>,
    /// Called as the work goes on.
    pub progress: Option<Progress>,
    /// What came of it.
    pub results: Mutex<Results>,
    /// Whether results go to `results`; else they are printed and written.
    kept: bool,
}

/// What a command leaves behind.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// What `--json` prints.
    pub printed: String,
    /// Files that would be written, by the path that the arguments name.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Remarks that a terminal would show beside the result.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.files.iter().map(|(path, _)| path).collect();
        f.debug_struct("Host").field("files", &names).finish()
    }
}

impl Host {
    /// A host that keeps results in memory.
    pub fn in_memory() -> Host {
        Host {
            kept: true,
            ..Host::default()
        }
    }

    /// Whether somebody sits before a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        !self.kept
    }

    fn results(&self) -> std::sync::MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file's content.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>> {
        match self.files.iter().find(|(name, _)| name == path) {
            Some((_, bytes)) => Ok(bytes.clone()),
            None => std::fs::read(path).map_err(|e| Error::new(format!("{}: {e}", path.display()))),
        }
    }

    /// A file's content, if it has no more bytes than that.
    pub(super) fn read_within(&self, path: &Path, limit: u64) -> Result<Vec<u8>> {
        let size = match self.files.iter().any(|(name, _)| name == path) {
            true => 0,
            false => std::fs::metadata(path).map_or(0, |found| found.len()),
        };
        match size <= limit {
            true => self.read(path),
            false => Err(Error::new(format!(
                "{}: has {size} bytes, more than the {limit} that are read",
                path.display()
            ))),
        }
    }

    /// The images of a path, the first so many of them.
    pub(super) fn data(&self, path: Option<&Path>, limit: Option<usize>) -> Result<Dataset> {
        match &self.data {
            Some(data) => Ok(data.clone().first(limit)),
            None => {
                let path = path.unwrap_or_else(|| Path::new(""));
                Dataset::open(path, limit).map_err(Error::new)
            }
        }
    }

    /// A line of JSON. False where it has to be printed.
    pub(super) fn keep_printed(&self, text: &str) -> bool {
        if self.kept {
            self.results().printed.push_str(text);
        }
        self.kept
    }

    /// Files that a command writes. False where they have to go to the disk.
    pub(super) fn keep_files(&self, files: &[(&Path, Vec<u8>)]) -> bool {
        if self.kept {
            let files = files
                .iter()
                .map(|(p, bytes)| (p.to_path_buf(), bytes.clone()));
            self.results().files.extend(files);
        }
        self.kept
    }

    /// Adds to the end of a file that is kept.
    pub(super) fn append(&self, path: &Path, text: &str) {
        let files = &mut self.results().files;
        match files.iter_mut().find(|(name, _)| name == path) {
            Some((_, bytes)) => bytes.extend_from_slice(text.as_bytes()),
            None => files.push((path.to_path_buf(), text.as_bytes().to_vec())),
        }
    }

    /// A remark beside the result.
    pub(super) fn note(&self, text: String) {
        match self.kept {
            true => self.results().notes.push(text),
            false => eprintln!("prune: {text}"),
        }
    }

    /// Whether the work is to go on.
    pub(super) fn goes_on(&self, what: &str, part: f64) -> bool {
        match &self.progress {
            Some(progress) => progress(what, part.clamp(0.0, 1.0)),
            None => true,
        }
    }
}
