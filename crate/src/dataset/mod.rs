//! Labelled images from disk, for the command line: folders, archives and the classic binaries.

mod archive;
mod cifar;
mod files;
mod idx;
mod layout;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::image::Image;

/// Single files of more bytes are refused: no picture within the pixel limit needs as many.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// One image of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Path within the data set (`cat/0001.jpg`), or file and record (`test_batch.bin #17`).
    pub name: String,
    /// Index into [`Dataset::classes`]; `None` where images have no labels.
    pub class: Option<usize>,
    pub image: Image,
}

/// Images in a fixed order, decoded only when asked for.
///
/// The order takes one image of every class in turn, so that the first N are spread evenly over the
/// classes for every N: a limit keeps these, and running estimates are fair from the start.
pub struct Dataset {
    /// Class names in the order of their indices; empty without labels.
    pub classes: Vec<String>,
    /// Source index and class of every item, in order.
    order: Vec<(usize, Option<usize>)>,
    source: Box<dyn Source>,
}

/// Where images come from; indices are the source's own.
trait Source: Send + Sync {
    fn name(&self, index: usize) -> String;
    /// Errors name the file.
    fn image(&self, index: usize) -> Result<Image, String>;
}

/// What a reader found: the class of image `index` of the source is `labels[index].1`.
struct Found {
    classes: Vec<String>,
    labels: Vec<(usize, Option<usize>)>,
    source: Box<dyn Source>,
}

impl Dataset {
    /// Opens, told by content and not by extension:
    ///
    /// * a **folder** with one sub-folder per class, classes sorted by name as torchvision's
    ///   `ImageFolder` sorts them (every folder that holds an image, at any depth, is a class;
    ///   PNG, JPEG and WebP are read, loose files beside class folders are not). Folders around
    ///   it are looked through; of splits, `test` is taken before `val` before `train`;
    /// * a **zip archive** with the same layout inside;
    /// * a folder or archive with **images only**: no classes;
    /// * a **single image**;
    /// * **IDX** images of the MNIST family (`t10k-images-idx3-ubyte`, also `.gz`) with the label
    ///   file beside them, or the folder that holds them (`t10k` before `train`). Classes are
    ///   Fashion-MNIST's if the path says `fashion`, else the digits;
    /// * **CIFAR-10 and CIFAR-100** binary files (`test_batch.bin`, `data_batch_1.bin`,
    ///   `test.bin`, `train.bin`), or the folder that holds them (the test set first, else all
    ///   training batches). CIFAR-100 takes the fine labels.
    ///
    /// `limit` keeps the first so many images of the order described at [`Dataset`].
    ///
    /// Errors are one sentence that names the file: not found, unreadable, none of the above,
    /// without images, inconsistent binaries, or a limit of 0.
    pub fn open(path: impl AsRef<Path>, limit: Option<usize>) -> Result<Dataset, String> {
        let path = path.as_ref();
        if limit == Some(0) {
            return Err("A limit of 0 images leaves nothing to read.".into());
        }
        let about = std::fs::metadata(path).map_err(|e| at(path, e))?;
        let found = if about.is_dir() {
            files::open_folder(path)?
        } else {
            open_file(path)?
        };
        Ok(Dataset {
            order: interleave(&found.labels, found.classes.len(), limit),
            classes: found.classes,
            source: found.source,
        })
    }

    /// Number of items, at most the limit.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Class of item `index` without decoding it; `None` without labels or beyond the end.
    pub fn class(&self, index: usize) -> Option<usize> {
        self.order.get(index)?.1
    }

    /// Reads and decodes item `index`. May be called from several threads. Errors are one
    /// sentence that names the file; an index beyond the end is one too.
    pub fn get(&self, index: usize) -> Result<Item, String> {
        let &(position, class) = self.order.get(index).ok_or_else(|| {
            format!(
                "The data set has {} images, so none is numbered {index}.",
                self.len()
            )
        })?;
        Ok(Item {
            name: self.source.name(position),
            class,
            image: self.source.image(position)?,
        })
    }

    /// All items in order; an unreadable one is an error and does not end the iteration.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Item, String>> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// Opens a single file by its first bytes.
fn open_file(path: &Path) -> Result<Found, String> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|e| at(path, e))?;
    let read = file.take(16).read_to_end(&mut head);
    read.map_err(|e| at(path, e))?;
    match head.as_slice() {
        [] => Err(at(path, "the file is empty.")),
        [b'P', b'K', 3 | 5, ..] => archive::open(path),
        [0x1f, 0x8b, ..] | [0, 0, 8, _, ..] => idx::open(path),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, ..] => Ok(files::single(path)),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok(files::single(path)),
        _ => match cifar::open(&[path]) {
            Some(found) => found,
            None => Err(at(
                path,
                "not a data set that can be read: a folder or zip of images, an image, \
                 IDX (MNIST) or CIFAR binaries.",
            )),
        },
    }
}

/// Takes one image of every class in turn until `limit`.
fn interleave(
    labels: &[(usize, Option<usize>)],
    classes: usize,
    limit: Option<usize>,
) -> Vec<(usize, Option<usize>)> {
    // The last queue is for images without a label.
    let mut queues = vec![Vec::new(); classes + 1];
    for &(index, class) in labels {
        queues[class.unwrap_or(classes)].push((index, class));
    }
    let longest = queues.iter().map(Vec::len).max().unwrap_or(0);
    let queues = &queues;
    (0..longest)
        .flat_map(|round| queues.iter().filter_map(move |queue| queue.get(round)))
        .copied()
        .take(limit.unwrap_or(usize::MAX))
        .collect()
}

/// An error sentence that names the file.
fn at(path: &Path, reason: impl std::fmt::Display) -> String {
    format!("{}: {reason}", path.display())
}

/// Reads at most `limit` bytes; `None` if there are more.
fn read_limited(reader: impl Read, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

#[cfg(test)]
mod tests;
