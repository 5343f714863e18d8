//! Zip archives of pictures.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use zip::ZipArchive;

use super::{Found, MAX_FILE_BYTES, Source, at, layout, read_limited};
use crate::image::Image;

struct Archive {
    path: PathBuf,
    /// Names with `/` between their parts; the index is the archive's.
    names: Vec<String>,
    /// Reading moves the file's cursor, so one thread reads at a time; decoding is outside.
    archive: Mutex<ZipArchive<BufReader<File>>>,
}

impl Source for Archive {
    fn name(&self, index: usize) -> String {
        self.names[index].clone()
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let failed = |reason: &dyn std::fmt::Display| {
            at(&self.path, format_args!("{}: {reason}", self.names[index]))
        };
        let bytes = {
            // A panic elsewhere cannot have left the archive half-changed: every read seeks first.
            let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = archive.by_index(index).map_err(|e| failed(&e))?;
            read_limited(entry, MAX_FILE_BYTES).map_err(|e| failed(&e))?
        };
        let bytes = bytes.ok_or_else(|| failed(&"the file is too large for an image."))?;
        Image::decode(&bytes).map_err(|e| failed(&e))
    }
}

/// An archive with a folder per class, or with images alone.
pub(super) fn open(path: &Path) -> Result<Found, String> {
    let file = File::open(path).map_err(|e| at(path, e))?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|e| at(path, e))?;
    let name = |index| {
        // Some programs on Windows write backslashes.
        let name = archive.name_for_index(index).and_then(Result::ok);
        let name = name.unwrap_or_default();
        name.replace('\\', "/")
    };
    let names: Vec<String> = (0..archive.len()).map(name).collect();
    let layout = layout::arrange(&names);
    if layout.images.is_empty() {
        return Err(at(path, "the archive holds no PNG, JPEG or WebP images."));
    }
    Ok(Found {
        classes: layout.classes,
        labels: layout.images,
        source: Box::new(Archive {
            path: path.to_owned(),
            names,
            archive: Mutex::new(archive),
        }),
    })
}
