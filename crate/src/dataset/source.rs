//! What every kind of data set gives, and how bytes are read within bounds.

use std::io::Read;
use std::path::Path;

use ndarray::ArrayD;

use crate::image::Image;

/// Single files of more bytes are refused: no picture within the pixel limit needs as many.
pub(super) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Where images come from; indices are the source's own.
pub(super) trait Source: Send + Sync {
    fn name(&self, index: usize) -> String;
    /// Errors name the file.
    fn image(&self, index: usize) -> Result<Image, String>;
    /// What needs no preprocessing.
    fn tensor(&self, _: usize) -> Option<&ArrayD<f32>> {
        None
    }
}

/// What a reader found: the class of image `index` of the source is `labels[index].1`.
pub(super) struct Found {
    pub kind: String,
    pub classes: Vec<String>,
    pub labels: Vec<(usize, Option<usize>)>,
    pub source: Box<dyn Source>,
}

/// An error sentence that names the file.
pub(super) fn at(path: &Path, reason: impl std::fmt::Display) -> String {
    format!("{}: {reason}", path.display())
}

/// Reads at most `limit` bytes; `None` if there are more.
pub(super) fn read_limited(reader: impl Read, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
