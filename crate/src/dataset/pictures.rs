//! Picture files as a source of images.

use super::entry::Entry;
use super::source::{MAX_FILE_BYTES, Source};
use crate::image::Image;

/// Picture files; names are relative to what was opened.
pub(super) struct Files {
    files: Vec<Entry>,
}

impl Files {
    pub fn new(files: Vec<Entry>) -> Files {
        Files { files }
    }
}

impl Source for Files {
    fn name(&self, index: usize) -> String {
        self.files[index].name.clone()
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        let file = &self.files[index];
        Image::decode(&file.bytes(MAX_FILE_BYTES)?).map_err(|e| file.failed(e))
    }
}
