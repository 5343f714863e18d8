//! Pictures as files: folders, archives, single ones, and what the page hands over.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::pictures::Files;
use super::source::{Found, at};
use super::{cifar, idx, layout, table, tarred, zipped};

/// One picture without a label.
fn single_image(file: &Entry) -> Found {
    Found {
        kind: "one picture".into(),
        classes: Vec::new(),
        labels: vec![(0, None)],
        source: Box::new(Files::new(vec![file.clone()])),
    }
}

/// A path of the disk.
pub(super) fn open_path(path: &Path) -> Result<Found, String> {
    let about = std::fs::metadata(path).map_err(|e| at(path, e))?;
    if about.is_dir() {
        let empty = at(path, "the folder holds no PNG, JPEG or WebP images.");
        return open_folder(&below(path)?, empty);
    }
    let name = path.file_name().unwrap_or(path.as_os_str());
    open_file(&Entry::disk(
        name.to_string_lossy().into_owned(),
        path.to_owned(),
    ))
}

/// Files of a folder or an archive: binaries if there are any, else pictures.
pub(super) fn open_folder(files: &[Entry], empty: String) -> Result<Found, String> {
    if let Some(images) = idx::find(files) {
        return idx::open(images, |name| idx::beside(images, files, name));
    }
    if let Some(found) = cifar::find(files) {
        return found;
    }
    let paths: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let layout = layout::arrange(&paths);
    if layout.images.is_empty() {
        return Err(empty);
    }
    // Folders say the classes; without several of them a table may.
    if layout.classes.len() < 2
        && let Some(found) = table::find(files)
        && table::concerns(found, files)
    {
        return table::open(found, files);
    }
    let kind = match layout.classes.is_empty() {
        true => "pictures without labels",
        false => "pictures, one folder per class",
    };
    Ok(Found {
        kind: kind.into(),
        classes: layout.classes,
        labels: layout.images,
        source: Box::new(Files::new(files.to_vec())),
    })
}

/// Opens a single file by its first bytes.
pub(super) fn open_file(file: &Entry) -> Result<Found, String> {
    let head = file.head(512)?;
    let inside = || file.failed("the archive holds no PNG, JPEG or WebP images.");
    // A record's first bytes may look like anything.
    if cifar::is_batch(&file.name)
        && let Some(found) = cifar::open(&[file])
    {
        return found;
    }
    let beside = |name: &str| file.beside(name);
    match head.as_slice() {
        [] => Err(file.failed("the file is empty.")),
        [b'P', b'K', 3 | 5, ..] => open_folder(&zipped::entries(file)?, inside()),
        [0x1f, 0x8b, ..] if tarred::starts(file) => open_folder(&tarred::entries(file)?, inside()),
        [0x1f, 0x8b, ..] | [0, 0, 8, _, ..] => idx::open(file, beside),
        head if tarred::is_tar(head) => open_folder(&tarred::entries(file)?, inside()),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, ..] => Ok(single_image(file)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(single_image(file)),
        _ if table::is_table(&file.name) => open_table(file),
        _ => match cifar::open(&[file]) {
            Some(found) => found,
            None => Err(file.failed(
                "not a data set that can be read: a folder or zip of images, an image, a table of files and labels, \
                 IDX (MNIST) or CIFAR binaries.",
            )),
        },
    }
}

/// A table of the disk, with the images that lie beside and below it.
fn open_table(file: &Entry) -> Result<Found, String> {
    let folder = file.path().and_then(Path::parent);
    let folder = folder.ok_or_else(|| file.failed("the images it names are not there."))?;
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    table::open(file, &below(here)?)
}

/// All files below a folder of the disk.
fn below(folder: &Path) -> Result<Vec<Entry>, String> {
    let mut files = Vec::new();
    walk(folder, "", &mut HashSet::new(), &mut files)?;
    Ok(files)
}

/// Collects all files below a folder, names with `/` between their parts. Links are followed,
/// each folder once.
fn walk(
    folder: &Path,
    prefix: &str,
    seen: &mut HashSet<PathBuf>,
    files: &mut Vec<Entry>,
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
            files.push(Entry::disk(format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
