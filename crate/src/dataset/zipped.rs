//! Zip archives.

use std::io::BufReader;
use std::sync::{Arc, Mutex};

use zip::ZipArchive;

use super::archive::Archive;
use super::entry::Entry;

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
