//! Tar archives, compressed or not: the form in which CIFAR is published.

use std::io::Read;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tar::Archive;

use super::entry::Entry;
use super::source::read_limited;
use super::{cifar, idx, layout, table};

/// What is unpacked into memory at most.
const MAX_BYTES: u64 = 2 << 30;

/// Whether the first bytes (unpacked) are a tar's.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar".as_slice())
}

/// The same for a compressed one; what cannot be unpacked is none.
pub(super) fn starts(file: &Entry) -> bool {
    let mut head = Vec::new();
    let unpacked = unpacked(file).map(|reader| reader.take(512).read_to_end(&mut head));
    unpacked.is_ok_and(|read| read.is_ok()) && is_tar(&head)
}

fn unpacked(file: &Entry) -> Result<Box<dyn Read>, String> {
    Ok(match file.head(2)?.as_slice() {
        [0x1f, 0x8b] => Box::new(MultiGzDecoder::new(file.reader()?)),
        _ => Box::new(file.reader()?),
    })
}

/// The files in an archive that can matter, in memory. It is walked twice, first for the names alone: of CIFAR's
/// archives only the test set is kept, a sixth.
pub(super) fn entries(file: &Entry) -> Result<Vec<Entry>, String> {
    let mut names = Vec::new();
    each(file, |name, _| {
        names.push(name.to_owned());
        Ok(())
    })?;
    let tests = names.iter().any(|name| cifar::is_test(name));
    let wanted = |name: &str| match tests {
        true => cifar::is_test(name),
        false => {
            cifar::is_batch(name)
                || layout::is_image(name)
                || idx::is_part(name)
                || table::is_table(name)
        }
    };
    let inside: Arc<str> = file.shown().into();
    let mut left = MAX_BYTES;
    let mut entries = Vec::new();
    each(file, |name, reader| {
        if wanted(name) {
            let bytes = read_limited(reader, left).map_err(|e| file.failed(e))?;
            let bytes = bytes.ok_or_else(|| file.failed("unpacks to more than 2 GB."))?;
            left -= bytes.len() as u64;
            let inside = Some(Arc::clone(&inside));
            entries.push(Entry::memory(name.to_owned(), inside, bytes.into()));
        }
        Ok(())
    })?;
    Ok(entries)
}

fn each(
    file: &Entry,
    mut visit: impl FnMut(&str, &mut dyn Read) -> Result<(), String>,
) -> Result<(), String> {
    let mut archive = Archive::new(unpacked(file)?);
    for entry in archive.entries().map_err(|e| file.failed(e))? {
        let mut entry = entry.map_err(|e| file.failed(e))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        visit(name.trim_start_matches("./"), &mut entry)?;
    }
    Ok(())
}
