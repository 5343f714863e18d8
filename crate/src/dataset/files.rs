//! Pictures as files: folders, and single ones.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::{Found, MAX_FILE_BYTES, Source, at, cifar, idx, layout, read_limited};
use crate::image::Image;

/// Picture files; names are relative to the folder that was opened.
struct Files {
    files: Vec<(String, PathBuf)>,
}

impl Source for Files {
    fn name(&self, index: usize) -> String {
        self.files[index].0.clone()
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let path = &self.files[index].1;
        let file = File::open(path).map_err(|e| at(path, e))?;
        let bytes = read_limited(file, MAX_FILE_BYTES).map_err(|e| at(path, e))?;
        let bytes = bytes.ok_or_else(|| at(path, "the file is too large for an image."))?;
        Image::decode(&bytes).map_err(|e| at(path, e))
    }
}

/// One picture without a label.
pub(super) fn single(path: &Path) -> Found {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let file = (name.to_string_lossy().into_owned(), path.to_owned());
    Found {
        classes: Vec::new(),
        labels: vec![(0, None)],
        source: Box::new(Files { files: vec![file] }),
    }
}

/// A folder: binaries if there are any, else pictures.
pub(super) fn open_folder(path: &Path) -> Result<Found, String> {
    let mut files = Vec::new();
    walk(path, "", &mut HashSet::new(), &mut files)?;
    if let Some(images) = idx::among(&files) {
        return idx::open(images);
    }
    if let Some(found) = cifar::among(&files) {
        return found;
    }
    let paths: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let layout = layout::arrange(&paths);
    if layout.images.is_empty() {
        return Err(at(path, "the folder holds no PNG, JPEG or WebP images."));
    }
    Ok(Found {
        classes: layout.classes,
        labels: layout.images,
        source: Box::new(Files { files }),
    })
}

/// Collects all files below a folder, names with `/` between their parts. Links are followed,
/// each folder once.
fn walk(
    folder: &Path,
    prefix: &str,
    seen: &mut HashSet<PathBuf>,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), String> {
    let real = folder.canonicalize().map_err(|e| at(folder, e))?;
    if !seen.insert(real) {
        return Ok(());
    }
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| at(folder, e))?;
    // The order of a directory is the file system's; a link met twice must count the same always.
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A dangling link is no reason to refuse the folder.
        let Ok(about) = std::fs::metadata(&path) else {
            continue;
        };
        if about.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), seen, files)?;
        } else if about.is_file() {
            files.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
