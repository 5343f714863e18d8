//! IDX, the format of MNIST and its family: big-endian sizes, then 8-bit samples.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Found, Source, at, read_limited};
use crate::image::{Image, MAX_PIXELS};
use crate::labels;

/// Files of more bytes are refused; MNIST's largest relative has 0.6 GiB.
const MAX_BYTES: u64 = 4 << 30;

struct Records {
    path: PathBuf,
    width: usize,
    height: usize,
    /// Grey samples of all images.
    samples: Vec<u8>,
}

impl Source for Records {
    fn name(&self, index: usize) -> String {
        let file = self.path.file_name().unwrap_or(self.path.as_os_str());
        format!("{} #{index}", file.to_string_lossy())
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let size = self.width * self.height;
        let samples = &self.samples[index * size..(index + 1) * size];
        Image::from_grey(self.width, self.height, samples)
    }
}

/// The image file to open among those of a folder: a test set before a training set.
pub(super) fn among(files: &[(String, PathBuf)]) -> Option<&Path> {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.to_lowercase()
    };
    let candidates = files.iter().map(|(_, path)| path.as_path());
    candidates
        .filter(|path| name(path).contains("images") && name(path).contains("idx3"))
        .min_by_key(|path| {
            let test = name(path).contains("t10k") || name(path).contains("test");
            (!test, path.to_owned())
        })
}

/// Images with the label file beside them, if there is one.
pub(super) fn open(path: &Path) -> Result<Found, String> {
    let (sizes, samples) = read(path)?;
    let &[count, height, width] = sizes.as_slice() else {
        return Err(match sizes.len() {
            1 => at(
                path,
                "these are the labels; open the images file beside them.",
            ),
            n => at(
                path,
                format_args!("IDX data of {n} dimensions are no grey images."),
            ),
        });
    };
    if count == 0 || width == 0 || height == 0 {
        return Err(at(path, "the file holds no images."));
    }
    if (width as u64).saturating_mul(height as u64) > MAX_PIXELS {
        return Err(at(path, "the images are too large."));
    }
    let labels = match labels_beside(path) {
        Some(file) => Some(read_labels(&file, count)?),
        None => None,
    };
    let classes = labels.as_deref().map(|l| class_names(path, l));
    let class = |index: usize| labels.as_ref().map(|l| usize::from(l[index]));
    Ok(Found {
        classes: classes.unwrap_or_default(),
        labels: (0..count).map(|index| (index, class(index))).collect(),
        source: Box::new(Records {
            path: path.to_owned(),
            width,
            height,
            samples,
        }),
    })
}

fn read_labels(path: &Path, count: usize) -> Result<Vec<u8>, String> {
    let (sizes, labels) = read(path)?;
    if sizes != [count] {
        return Err(at(
            path,
            format_args!("the labels do not belong to the {count} images beside them."),
        ));
    }
    Ok(labels)
}

/// `…-images-idx3-ubyte` has its labels in `…-labels-idx1-ubyte`; either may be compressed.
fn labels_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = labels.strip_suffix(".gz").unwrap_or(&labels).to_owned();
    [labels.clone(), format!("{plain}.gz"), plain]
        .into_iter()
        .filter(|candidate| candidate != name)
        .map(|candidate| path.with_file_name(candidate))
        .find(|candidate| candidate.is_file())
}

/// Fashion-MNIST's names if the path says so, else numbers: the format has no names.
fn class_names(path: &Path, labels: &[u8]) -> Vec<String> {
    let most = labels.iter().copied().max().map_or(0, usize::from);
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let fashion = absolute
        .to_string_lossy()
        .to_lowercase()
        .contains("fashion");
    let named = labels::by_name("fashion-mnist").filter(|_| fashion && most < 10);
    match named {
        Some(labels) => labels.classes,
        None => (0..=most.max(9)).map(|digit| digit.to_string()).collect(),
    }
}

/// Sizes and samples of an IDX file of 8-bit samples, compressed or not.
fn read(path: &Path) -> Result<(Vec<usize>, Vec<u8>), String> {
    let mut file = File::open(path).map_err(|e| at(path, e))?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic)
        .map_err(|_| at(path, "the file is cut short."))?;
    let file = File::open(path).map_err(|e| at(path, e))?;
    if magic == [0x1f, 0x8b] {
        read_from(MultiGzDecoder::new(file), path)
    } else {
        read_from(file, path)
    }
}

fn read_from(mut reader: impl Read, path: &Path) -> Result<(Vec<usize>, Vec<u8>), String> {
    let mut word = || {
        let mut bytes = [0; 4];
        let read = reader.read_exact(&mut bytes);
        read.map(|()| bytes)
            .map_err(|_| at(path, "the file is cut short."))
    };
    let [0, 0, 8, rank] = word()? else {
        return Err(at(path, "this file holds no IDX data of 8-bit samples."));
    };
    let sizes = (0..rank)
        .map(|_| word().map(|bytes| u32::from_be_bytes(bytes) as usize))
        .collect::<Result<Vec<usize>, String>>()?;
    let expected = sizes
        .iter()
        .try_fold(1_u64, |all, &n| all.checked_mul(n as u64));
    let expected = expected.filter(|&bytes| bytes <= MAX_BYTES);
    let expected = expected.ok_or_else(|| at(path, "the data are too large to read."))?;
    // One sample more than announced is read at most, whatever a compressed file unfolds to.
    match read_limited(reader, expected).map_err(|e| at(path, e))? {
        Some(samples) if samples.len() as u64 == expected => Ok((sizes, samples)),
        Some(_) => Err(at(path, "the file is cut short.")),
        None => Err(at(path, "the file is longer than its header says.")),
    }
}
