//! Labelled images, from the disk or from files in memory: folders, archives, tables and the classic binaries.

mod archive;
mod cifar;
mod entry;
mod files;
mod given;
mod idx;
mod layout;
mod pictures;
mod shard;
mod source;
mod table;
mod tarred;
mod zipped;

use std::path::Path;
use std::sync::Arc;

use ndarray::ArrayD;

use entry::Entry;
use source::{Found, Source};

pub use shard::Shard;

use crate::digest::Digest;
use crate::image::Image;
use crate::random;
use crate::report::LabInfo;

/// One image of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Path within the data set (`cat/0001.jpg`), or file and record (`test_batch.bin #17`).
    pub name: String,
    /// Index into [`Dataset::classes`]; `None` where images have no labels.
    pub class: Option<usize>,
    /// The decoded image.
    pub image: Image,
}

/// Images in a fixed order, decoded only when asked for.
///
/// The order takes one image of every class in turn, so that the first N are spread evenly over the
/// classes for every N: a limit keeps these, and running estimates are fair from the start.
#[derive(Clone)]
pub struct Dataset {
    /// Class names in the order of their indices; empty without labels.
    pub classes: Vec<String>,
    /// What was found, in a few words.
    pub kind: String,
    /// Source index and class of every item, in order.
    order: Vec<(usize, Option<usize>)>,
    source: Arc<dyn Source>,
}

impl Dataset {
    /// Opens by content and not by extension:
    ///
    /// * a **folder** with one sub-folder per class, classes sorted by name as torchvision's
    ///   `ImageFolder` sorts them (every folder that holds an image, at any depth, is a class;
    ///   PNG, JPEG and WebP are read, loose files beside class folders are not). Folders around
    ///   it are looked through; of splits, `test` is taken before `val` before `train`;
    /// * a **zip or tar archive** (`.tar.gz` too) with any of these inside, such as the official
    ///   `cifar-10-binary.tar.gz`;
    /// * a folder or archive with **images only**: no classes;
    /// * a **table** of files and labels (`labels.csv`; commas, semicolons or tabs; with or without a header), or a folder
    ///   of images only that holds one. Labels that are all numbers are the network's outputs, others are class names;
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
        Ok(Dataset::from_found(files::open_path(path)?, limit))
    }

    /// The same from files in memory: names, which may hold folders, and contents. One file is recognised by its content, several are a folder.
    pub fn from_memory(
        files: Vec<(String, Vec<u8>)>,
        limit: Option<usize>,
    ) -> Result<Dataset, String> {
        let entry = |(name, bytes): (String, Vec<u8>)| {
            Entry::memory(name.replace('\\', "/"), None, bytes.into())
        };
        let entries: Vec<Entry> = files.into_iter().map(entry).collect();
        let found = match entries.as_slice() {
            [] => return Err("There are no files to read.".into()),
            [file] => files::open_file(file)?,
            several => {
                let empty = "Among these files are no PNG, JPEG or WebP images.".into();
                files::open_folder(several, empty)?
            }
        };
        Ok(Dataset::from_found(found, limit))
    }

    /// Decoded pictures that are at hand. Labels are places among the network's outputs, one for each picture.
    ///
    /// # Errors
    /// When there is no picture, or not a label for each.
    pub fn from_pictures(
        images: Vec<Image>,
        labels: Option<Vec<usize>>,
    ) -> Result<Dataset, String> {
        Dataset::from_given(given::pictures(images, labels)?)
    }

    /// Tensors of a batch of one, just as the network reads them: no preprocessing is done to them.
    ///
    /// # Errors
    /// When there is no tensor, or not a label for each.
    pub fn from_tensors(
        tensors: Vec<ArrayD<f32>>,
        labels: Option<Vec<usize>>,
    ) -> Result<Dataset, String> {
        Dataset::from_given(given::tensors(tensors, labels)?)
    }

    /// In the order in which they were given.
    fn from_given(found: Found) -> Result<Dataset, String> {
        match found.labels.is_empty() {
            true => Err("There are no images.".into()),
            false => Ok(Dataset {
                order: found.labels,
                classes: found.classes,
                kind: found.kind,
                source: found.source.into(),
            }),
        }
    }

    /// The first so many; all without a limit.
    pub fn first(mut self, limit: Option<usize>) -> Dataset {
        self.order.truncate(limit.unwrap_or(usize::MAX));
        self
    }

    /// Item `index` where it is a tensor already, which no preprocessing is to touch.
    pub fn tensor(&self, index: usize) -> Option<&ArrayD<f32>> {
        let &(position, _) = self.order.get(index)?;
        self.source.tensor(position)
    }

    /// Whether the items are tensors.
    pub fn is_prepared(&self) -> bool {
        self.tensor(0).is_some()
    }

    fn from_found(found: Found, limit: Option<usize>) -> Dataset {
        Dataset {
            order: interleave(&found.labels, found.classes.len(), limit),
            classes: found.classes,
            kind: found.kind,
            source: found.source.into(),
        }
    }

    /// The same items in an order drawn at random, always alike: still one of every class in turn, but no class and no
    /// image of a class has a place by its name. What stands in front is then a fair sample even where every class has one image.
    pub fn mixed(mut self) -> Dataset {
        let draw =
            |salt: u64, k: usize| random::mix((k as u64 + 1).wrapping_mul(random::STEP) ^ salt);
        self.order.sort_by_key(|(position, _)| draw(1, *position));
        let mut taken = vec![0usize; self.classes.len() + 1];
        let mut rounds: Vec<(usize, (usize, Option<usize>))> = Vec::with_capacity(self.order.len());
        for (position, class) in self.order {
            let round = &mut taken[class.unwrap_or(self.classes.len())];
            rounds.push((*round, (position, class)));
            *round += 1;
        }
        rounds.sort_by_key(|(round, (position, _))| (*round, draw(2, *position)));
        self.order = rounds.into_iter().map(|(_, item)| item).collect();
        self
    }

    /// Number of items, at most the limit.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// What a chooser of data shows.
    pub fn info(&self) -> LabInfo {
        let mut per_class = vec![0; self.classes.len()];
        for class in self.order.iter().filter_map(|(_, class)| *class) {
            per_class[class] += 1;
        }
        LabInfo {
            images: self.len() as u32,
            labelled: !self.classes.is_empty(),
            classes: self.classes.clone(),
            kind: self.kind.clone(),
            per_class,
        }
    }

    /// Class of item `index` without decoding it; `None` without labels or beyond the end.
    pub fn class(&self, index: usize) -> Option<usize> {
        self.order.get(index)?.1
    }

    /// Name of item `index` without decoding it.
    pub fn name(&self, index: usize) -> String {
        let at = self.order.get(index);
        at.map_or_else(String::new, |(position, _)| self.source.name(*position))
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

    /// SHA-256 of the names and classes of all items in their order, and of the first and the last of them: tells data sets
    /// apart without reading every image.
    ///
    /// # Errors
    /// When one of the two cannot be read.
    pub fn digest(&self) -> Result<String, String> {
        let mut digest = Digest::default();
        for index in 0..self.len() {
            let name = self.name(index);
            let class = self.class(index).map_or(0, |class| class as u64 + 1);
            digest.add(&(name.len() as u64).to_le_bytes());
            digest.add(name.as_bytes());
            digest.add(&class.to_le_bytes());
        }
        for index in [0, self.len().saturating_sub(1)] {
            match self.tensor(index) {
                Some(tensor) => tensor.iter().for_each(|v| digest.add(&v.to_le_bytes())),
                None => digest.add(&self.get(index)?.image.rgb),
            }
        }
        Ok(digest.text())
    }

    /// All items in order; an unreadable one is an error and does not end the iteration.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Item, String>> + '_ {
        (0..self.len()).map(|index| self.get(index))
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

#[cfg(test)]
mod tests;
