//! IDX, the format of MNIST and its family: big-endian sizes, then 8-bit samples.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::entry::Entry;
use super::source::{Found, Source, read_limited};
use crate::image::{Image, MAX_PIXELS};
use crate::labels;

/// Files of more bytes are refused; MNIST's largest relative has 0.6 GiB.
const MAX_BYTES: u64 = 4 << 30;

struct Records {
    file: String,
    width: usize,
    height: usize,
    /// Grey samples of all images.
    samples: Vec<u8>,
}

impl Source for Records {
    fn name(&self, index: usize) -> String {
        format!("{} #{index}", self.file)
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let size = self.width * self.height;
        let samples = &self.samples[index * size..(index + 1) * size];
        Image::from_grey(self.width, self.height, samples)
    }
}

/// Whether a name is one of the family's.
pub(super) fn is_part(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    name.contains("idx3") || name.contains("idx1")
}

/// The image file to open among those of a folder: a test set before a training set.
pub(super) fn find(files: &[Entry]) -> Option<&Entry> {
    let name = |file: &Entry| file.file_name().to_lowercase();
    files
        .iter()
        .filter(|file| name(file).contains("images") && name(file).contains("idx3"))
        .min_by_key(|file| {
            let test = name(file).contains("t10k") || name(file).contains("test");
            (!test, file.name.clone())
        })
}

/// The file of another name in the same folder as `images`.
pub(super) fn beside(images: &Entry, files: &[Entry], name: &str) -> Option<Entry> {
    let folder = images
        .name
        .strip_suffix(images.file_name())
        .unwrap_or_default();
    let wanted = format!("{folder}{name}");
    files.iter().find(|file| file.name == wanted).cloned()
}

/// Images with the label file `beside` them, if there is one.
pub(super) fn open(path: &Entry, beside: impl Fn(&str) -> Option<Entry>) -> Result<Found, String> {
    let (sizes, samples) = read(path)?;
    let &[count, height, width] = sizes.as_slice() else {
        return Err(match sizes.len() {
            1 => path.failed("these are the labels; open the images file beside them."),
            n => path.failed(format_args!(
                "IDX data of {n} dimensions are no grey images."
            )),
        });
    };
    if count == 0 || width == 0 || height == 0 {
        return Err(path.failed("the file holds no images."));
    }
    if (width as u64).saturating_mul(height as u64) > MAX_PIXELS {
        return Err(path.failed("the images are too large."));
    }
    let labels = match labels_beside(path, beside) {
        Some(file) => Some(read_labels(&file, count)?),
        None => None,
    };
    let classes = labels.as_deref().map(|l| class_names(path, l));
    let class = |index: usize| labels.as_ref().map(|l| usize::from(l[index]));
    Ok(Found {
        kind: format!("IDX, {width} × {height}"),
        classes: classes.unwrap_or_default(),
        labels: (0..count).map(|index| (index, class(index))).collect(),
        source: Box::new(Records {
            file: path.file_name().to_owned(),
            width,
            height,
            samples,
        }),
    })
}

fn read_labels(path: &Entry, count: usize) -> Result<Vec<u8>, String> {
    let (sizes, labels) = read(path)?;
    if sizes != [count] {
        return Err(path.failed(format_args!(
            "the labels do not belong to the {count} images beside them."
        )));
    }
    Ok(labels)
}

/// `…-images-idx3-ubyte` has its labels in `…-labels-idx1-ubyte`; either may be compressed.
fn labels_beside(path: &Entry, beside: impl Fn(&str) -> Option<Entry>) -> Option<Entry> {
    let name = path.file_name();
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = labels.strip_suffix(".gz").unwrap_or(&labels).to_owned();
    [labels.clone(), format!("{plain}.gz"), plain]
        .into_iter()
        .filter(|candidate| candidate != name)
        .find_map(|candidate| beside(&candidate))
}

/// Fashion-MNIST's names if the path says so, else numbers: the format has no names.
fn class_names(path: &Entry, labels: &[u8]) -> Vec<String> {
    let most = labels.iter().copied().max().map_or(0, usize::from);
    let fashion = path.whole_path().to_lowercase().contains("fashion");
    let named = labels::by_name("fashion-mnist").filter(|_| fashion && most < 10);
    match named {
        Some(labels) => labels.classes,
        None => (0..=most.max(9)).map(|digit| digit.to_string()).collect(),
    }
}

/// Sizes and samples of an IDX file of 8-bit samples, compressed or not.
fn read(path: &Entry) -> Result<(Vec<usize>, Vec<u8>), String> {
    let head = path.head(2)?;
    if head.len() < 2 {
        return Err(path.failed("the file is cut short."));
    }
    let reader = path.reader()?;
    match head == [0x1f, 0x8b] {
        true => read_from(MultiGzDecoder::new(reader), path),
        false => read_from(reader, path),
    }
}

fn read_from(mut reader: impl Read, path: &Entry) -> Result<(Vec<usize>, Vec<u8>), String> {
    let mut word = || {
        let mut bytes = [0; 4];
        let read = reader.read_exact(&mut bytes);
        read.map(|()| bytes)
            .map_err(|_| path.failed("the file is cut short."))
    };
    let [0, 0, 8, rank] = word()? else {
        return Err(path.failed("this file holds no IDX data of 8-bit samples."));
    };
    let sizes = (0..rank)
        .map(|_| word().map(|bytes| u32::from_be_bytes(bytes) as usize))
        .collect::<Result<Vec<usize>, String>>()?;
    let expected = sizes
        .iter()
        .try_fold(1_u64, |all, &n| all.checked_mul(n as u64));
    let expected = expected.filter(|&bytes| bytes <= MAX_BYTES);
    let expected = expected.ok_or_else(|| path.failed("the data are too large to read."))?;
    // One sample more than announced is read at most, whatever a compressed file unfolds to.
    match read_limited(reader, expected).map_err(|e| path.failed(e))? {
        Some(samples) if samples.len() as u64 == expected => Ok((sizes, samples)),
        Some(_) => Err(path.failed("the file is cut short.")),
        None => Err(path.failed("the file is longer than its header says.")),
    }
}
