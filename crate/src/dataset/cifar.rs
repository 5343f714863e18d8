//! The binary version of CIFAR: records of one label byte (CIFAR-10) or two (CIFAR-100: coarse,
//! fine) and 32 × 32 samples of red, then green, then blue.

use super::entry::Entry;
use super::source::{Found, MAX_FILE_BYTES, Source};
use crate::image::Image;
use crate::labels;

const SIDE: usize = 32;
const AREA: usize = SIDE * SIDE;

/// What tells the two sets apart.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    title: &'static str,
    /// Bytes of labels before the samples; the last one counts.
    label_bytes: usize,
    /// Exclusive upper bounds of these bytes.
    bounds: &'static [u8],
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "cifar10",
        title: "CIFAR-10",
        label_bytes: 1,
        bounds: &[10],
    },
    Kind {
        name: "cifar100",
        title: "CIFAR-100",
        label_bytes: 2,
        bounds: &[20, 100],
    },
];

impl Kind {
    fn record(self) -> usize {
        self.label_bytes + 3 * AREA
    }

    /// Whether the bytes are whole records with labels in range.
    fn fits(self, bytes: &[u8]) -> bool {
        let in_range = |record: &[u8]| record.iter().zip(self.bounds).all(|(b, max)| b < max);
        bytes.len().is_multiple_of(self.record()) && bytes.chunks_exact(self.record()).all(in_range)
    }
}

struct Records {
    kind: Kind,
    /// File name and records of every batch.
    batches: Vec<(String, Vec<u8>)>,
}

impl Records {
    /// Batch and index within it.
    fn find(&self, mut index: usize) -> Option<(&str, usize, &[u8])> {
        for (name, bytes) in &self.batches {
            let mut records = bytes.chunks_exact(self.kind.record());
            let count = records.len();
            if index < count {
                return Some((name, index, records.nth(index)?));
            }
            index -= count;
        }
        None
    }
}

impl Source for Records {
    fn name(&self, index: usize) -> String {
        match self.find(index) {
            Some((file, record, _)) => format!("{file} #{record}"),
            None => format!("#{index}"),
        }
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let found = self.find(index);
        let (_, _, record) = found.ok_or_else(|| format!("There is no record {index}."))?;
        let planes = &record[self.kind.label_bytes..];
        let pixel = |i: usize| [planes[i], planes[AREA + i], planes[2 * AREA + i]];
        Ok(Image {
            width: SIDE,
            height: SIDE,
            rgb: (0..AREA).flat_map(pixel).collect(),
        })
    }
}

/// Whether a file's name is that of a test set.
pub(super) fn is_test(name: &str) -> bool {
    matches!(
        name.rsplit('/').next().unwrap_or(name),
        "test_batch.bin" | "test.bin"
    )
}

/// Whether a file's name is that of a test set or of training records.
pub(super) fn is_batch(name: &str) -> bool {
    let short = name.rsplit('/').next().unwrap_or(name);
    is_test(name)
        || short == "train.bin"
        || short.starts_with("data_batch_") && short.ends_with(".bin")
}

/// Binaries among the files of a folder: the test set, else all training batches. `None` if there
/// are none, also where files only share the names.
pub(super) fn find(files: &[Entry]) -> Option<Result<Found, String>> {
    let named = |wanted: &dyn Fn(&str) -> bool| -> Vec<&Entry> {
        files.iter().filter(|file| wanted(&file.name)).collect()
    };
    let test = named(&is_test);
    let train = named(&|name| is_batch(name) && !is_test(name));
    let one_test = test.get(..1).unwrap_or_default();
    open(one_test).or_else(|| open(&train))
}

/// Opens batches of one set; `None` if the files are not CIFAR's.
pub(super) fn open(files: &[&Entry]) -> Option<Result<Found, String>> {
    let sizes = files.iter().map(|file| file.size());
    let whole = |kind: &Kind| {
        let fits = |size: u64| size > 0 && size.is_multiple_of(kind.record() as u64);
        sizes.clone().all(fits)
    };
    // Files that cannot be records are not read.
    if files.is_empty() || !KINDS.iter().any(whole) {
        return None;
    }
    let batches: Result<Vec<_>, String> = files.iter().map(|file| read(file)).collect();
    let batches = match batches {
        Ok(batches) => batches,
        Err(error) => return Some(Err(error)),
    };
    let fits = |kind: &&Kind| batches.iter().all(|(_, bytes)| kind.fits(bytes));
    let kind = *KINDS.iter().find(fits)?;
    let records = batches
        .iter()
        .flat_map(|(_, bytes)| bytes.chunks_exact(kind.record()));
    let class = |record: &[u8]| usize::from(record[kind.label_bytes - 1]);
    let labels = records
        .enumerate()
        .map(|(i, record)| (i, Some(class(record))));
    let labels = labels.collect();
    Some(Ok(Found {
        kind: kind.title.into(),
        classes: labels::by_name(kind.name).map_or_else(Vec::new, |l| l.classes),
        labels,
        source: Box::new(Records { kind, batches }),
    }))
}

fn read(file: &Entry) -> Result<(String, Vec<u8>), String> {
    Ok((file.file_name().to_owned(), file.bytes(MAX_FILE_BYTES)?))
}
