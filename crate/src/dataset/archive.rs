//! An opened zip archive that its entries share.

use std::io::{BufReader, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

use zip::ZipArchive;

use super::source::read_limited;

/// What an archive is read from.
pub(super) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// An opened archive that its entries share.
pub(super) struct Archive {
    pub shown: Arc<str>,
    pub sizes: Vec<u64>,
    /// Reading moves the file's cursor, so one thread reads at a time; decoding is outside.
    pub archive: Mutex<ZipArchive<BufReader<Box<dyn Seekable>>>>,
}

impl Archive {
    pub fn size(&self, index: usize) -> u64 {
        self.sizes.get(index).copied().unwrap_or(0)
    }

    /// The bytes of a file; `None` if they are more than `limit`.
    pub fn read(&self, index: usize, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
        // A panic elsewhere cannot have left the archive half-changed: every read seeks first.
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = archive.by_index(index).map_err(std::io::Error::other)?;
        read_limited(entry, limit)
    }
}
