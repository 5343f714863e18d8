//! Evaluations that can be merged: what was seen of each image, and of which networks and images.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Matching;

/// What [`EvaluationPart::format`] says.
pub const EVALUATION_FORMAT: &str = "channel-pruning evaluation";
/// The version of the format that is written and read.
pub const EVALUATION_VERSION: u32 = 1;

wire! {
    /// The file of `prune eval -o`: what was seen of each image. `prune merge` makes one of several.
    pub struct EvaluationPart {
        /// "channel-pruning evaluation".
        pub format: String,
        /// 1. A change that older programs cannot read counts it up.
        pub version: u32,
        /// The network that was judged.
        pub model: JudgedFile,
        /// The other network; null where there was none.
        pub against: Option<JudgedFile>,
        /// How many classes the networks tell apart.
        pub classes: u32,
        /// How pictures were read; null where they were tensors already.
        pub preprocessing: Option<String>,
        /// Names of the outputs that are right for some of the images, by their index.
        pub labels: BTreeMap<u32, String>,
        /// Each data set that images were taken of, in the order of their digests.
        pub data: Vec<JudgedData>,
    }

    /// A file by its content.
    pub struct JudgedFile {
        /// Its name, without folders.
        pub file: String,
        /// SHA-256 of its bytes, in hexadecimal.
        pub sha256: String,
    }

    /// What was seen of one data set.
    pub struct JudgedData {
        /// SHA-256 of the names and classes of all its images in their order, and of the first and the last image.
        pub sha256: String,
        /// Images of the whole data set, judged here or not.
        pub images: u32,
        /// How its classes were brought to the network's outputs; null without labels.
        pub matching: Option<Matching>,
        /// Image by image.
        pub records: RecordColumns,
    }

    /// One element per image in every column; columns of the other network are empty where there was none.
    #[derive(Default)]
    pub struct RecordColumns {
        /// Place in the data set's order, ascending.
        pub index: Vec<u32>,
        /// The right output; null without a label.
        pub class: Vec<Option<u32>>,
        /// The output that the network names.
        pub best: Vec<u32>,
        /// How many outputs it ranks before the right one; null without a label.
        pub rank: Vec<Option<u32>>,
        /// The output that the other network names.
        pub against_best: Vec<u32>,
        /// How many outputs the other network ranks before the right one.
        pub against_rank: Vec<Option<u32>>,
        /// KL(original ‖ other) in nats; null where it is no number.
        pub kl: Vec<Option<f64>>,
    }
}
