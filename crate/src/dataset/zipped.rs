//! Zip archives.

use std::io::BufReader;
use std::sync::{Arc, Mutex, PoisonError};

use zip::ZipArchive;

use super::entry::{Entry, Seekable};
use super::read_limited;

/// An opened archive that its entries share.
pub(super) struct Archive {
    pub shown: Arc<str>,
    sizes: Vec<u64>,
    /// Reading moves the file's cursor, so one thread reads at a time; decoding is outside.
    archive: Mutex<ZipArchive<BufReader<Box<dyn Seekable>>>>,
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

/// The files in an archive.
pub(super) fn entries(file: &Entry) -> Result<Vec<Entry>, String> {
    let reader = BufReader::new(file.reader()?);
    let mut archive = ZipArchive::new(reader).map_err(|e| file.failed(e))?;
    let names: Vec<String> = (0..archive.len())
        .map(|index| {
            // Some programs on Windows write backslashes.
            let name = archive.name_for_index(index).and_then(Result::ok);
            name.unwrap_or_default().replace('\\', "/")
        })
        .collect();
    let size = |index| archive.by_index_raw(index).map_or(0, |entry| entry.size());
    let archive = Arc::new(Archive {
        shown: file.shown().into(),
        sizes: (0..names.len()).map(size).collect(),
        archive: Mutex::new(archive),
    });
    let files = names.into_iter().enumerate();
    Ok(files
        .map(|(index, name)| Entry::zipped(name, Arc::clone(&archive), index))
        .collect())
}
