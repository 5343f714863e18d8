//! A file of a data set, wherever it lies: on the disk, in memory (as the page has it), or in an archive.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::{Archive, Seekable};
use super::source::{MAX_FILE_BYTES, read_limited};

#[derive(Clone)]
enum Place {
    Disk(PathBuf),
    Memory(Arc<[u8]>),
    Zip(Arc<Archive>, usize),
}

#[derive(Clone)]
pub(super) struct Entry {
    /// Relative to what was opened, `/` between its parts.
    pub name: String,
    /// Of what it was taken out of, for error sentences.
    inside: Option<Arc<str>>,
    place: Place,
}

impl Entry {
    pub fn disk(name: String, path: PathBuf) -> Entry {
        Entry {
            name,
            inside: None,
            place: Place::Disk(path),
        }
    }

    pub fn memory(name: String, inside: Option<Arc<str>>, bytes: Arc<[u8]>) -> Entry {
        Entry {
            name,
            inside,
            place: Place::Memory(bytes),
        }
    }

    pub fn zipped(name: String, archive: Arc<Archive>, index: usize) -> Entry {
        Entry {
            name,
            inside: Some(archive.shown.clone()),
            place: Place::Zip(archive, index),
        }
    }

    /// The last part of its name.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// How error sentences call it.
    pub fn shown(&self) -> String {
        match (&self.place, &self.inside) {
            (Place::Disk(path), _) => path.display().to_string(),
            (_, Some(inside)) => format!("{inside}: {}", self.name),
            _ => self.name.clone(),
        }
    }

    /// Everything its path says, for guesses: folders above what was opened too.
    pub fn whole_path(&self) -> String {
        match &self.place {
            Place::Disk(path) => {
                let absolute = path.canonicalize().unwrap_or_else(|_| path.clone());
                absolute.to_string_lossy().into_owned()
            }
            _ => self.shown(),
        }
    }

    pub fn failed(&self, reason: impl std::fmt::Display) -> String {
        format!("{}: {reason}", self.shown())
    }

    /// Size in bytes as far as it is announced.
    pub fn size(&self) -> u64 {
        match &self.place {
            Place::Disk(path) => std::fs::metadata(path).map_or(0, |m| m.len()),
            Place::Memory(bytes) => bytes.len() as u64,
            Place::Zip(archive, index) => archive.size(*index),
        }
    }

    pub fn reader(&self) -> Result<Box<dyn Seekable>, String> {
        Ok(match &self.place {
            Place::Disk(path) => Box::new(open(path).map_err(|e| self.failed(e))?),
            Place::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Place::Zip(..) => Box::new(Cursor::new(self.bytes(MAX_FILE_BYTES)?)),
        })
    }

    /// Its first bytes, at most `count`.
    pub fn head(&self, count: u64) -> Result<Vec<u8>, String> {
        let mut head = Vec::new();
        let read = self.reader()?.take(count).read_to_end(&mut head);
        read.map_err(|e| self.failed(e))?;
        Ok(head)
    }

    /// The whole of it; more than `limit` bytes are refused.
    pub fn bytes(&self, limit: u64) -> Result<Vec<u8>, String> {
        let read = match &self.place {
            Place::Disk(path) => open(path).and_then(|file| read_limited(file, limit)),
            Place::Memory(bytes) => read_limited(bytes.as_ref(), limit),
            Place::Zip(archive, index) => archive.read(*index, limit),
        };
        let bytes = read.map_err(|e| self.failed(e))?;
        bytes.ok_or_else(|| self.failed("the file is too large."))
    }

    /// A file of another name in the same folder of the disk.
    pub fn beside(&self, file_name: &str) -> Option<Entry> {
        let Place::Disk(path) = &self.place else {
            return None;
        };
        let other = path.with_file_name(file_name);
        other
            .is_file()
            .then(|| Entry::disk(file_name.to_owned(), other))
    }

    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Disk(path) => Some(path),
            _ => None,
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}
