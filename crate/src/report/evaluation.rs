//! Images and what networks say of them.

use serde::{Deserialize, Serialize};

use super::Value;

wire! {
    /// `prune eval --json`: the original on labelled images. What needs labels is null where there are none.
    pub struct Evaluation {
        /// How many images were judged.
        pub images: u64,
        /// Share of images that are named right.
        pub accuracy: Option<f64>,
        /// Wilson's 95 % interval.
        pub accuracy_interval: Option<[f64; 2]>,
        /// Share of images whose class is among the first five.
        pub top5: Option<f64>,
        /// Its 95 % interval.
        pub top5_interval: Option<[f64; 2]>,
        /// Classes that occur, in the order of the network's outputs.
        pub per_class: Vec<ClassAccuracy>,
        /// Null without labels.
        pub matching: Option<Matching>,
        /// The other network, with `--against`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub against: Option<Against>,
        /// Command line only.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub latency_ms: Option<Latency>,
    }

    /// How the data's classes were brought to the network's outputs.
    pub struct Matching {
        /// Whether every class was found by its name; else class i counts as output i.
        pub by_name: bool,
        /// The label set that was looked through; null where none is known for the network.
        pub labels: Option<String>,
        /// Of the data's classes, the first that is not among them.
        pub missing: Option<String>,
        /// Classes of the data.
        pub classes: u32,
    }

    /// The other network of an evaluation, on the same images.
    pub struct Against {
        /// Share of images that it names right.
        pub accuracy: Option<f64>,
        /// Its 95 % interval.
        pub accuracy_interval: Option<[f64; 2]>,
        /// Share of images whose class is among the first five.
        pub top5: Option<f64>,
        /// Its 95 % interval.
        pub top5_interval: Option<[f64; 2]>,
        /// Classes that occur, in the order of the network's outputs.
        pub per_class: Vec<ClassAccuracy>,
        /// Accuracy of this network minus that of the original.
        pub difference: Option<f64>,
        /// Paired 95 % interval (Tango's): both networks see the same images.
        pub difference_interval: Option<[f64; 2]>,
        /// Images that only the original gets right.
        pub lost: Option<u64>,
        /// Images that only this network gets right.
        pub won: Option<u64>,
        /// Share of images on which both networks name the same class.
        pub agreement: f64,
        /// Its 95 % interval.
        pub agreement_interval: [f64; 2],
        /// Mean KL(original ‖ other) of the softmax outputs, in nats.
        pub mean_kl: f64,
        /// Time per image; command line only.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub latency_ms: Option<Latency>,
    }

    /// What a search for the largest pruning found; one of the two limits is set.
    pub struct Guarded {
        /// Accuracy that may be lost, in 0..1.
        pub max_loss: Option<f64>,
        /// Share of images on which both networks must name the same class.
        pub min_agreement: Option<f64>,
        /// Plans that were evaluated.
        pub plans: u32,
        /// Whether the whole 95 % interval keeps to the limit, not only what was counted on these images.
        pub sure: bool,
        /// The plan that was found, on these images.
        pub evaluation: Evaluation,
    }

    /// One class of labelled images.
    pub struct ClassAccuracy {
        /// Its name.
        pub label: String,
        /// How many images there are of it.
        pub images: u64,
        /// Share of them that is named right.
        pub accuracy: f64,
    }

    /// A data set that was opened.
    pub struct LabInfo {
        /// How many images there are.
        pub images: u32,
        /// Empty without labels.
        pub classes: Vec<String>,
        /// Whether they have labels.
        pub labelled: bool,
        /// What it is, in a few words.
        pub kind: String,
        /// Images of each class.
        pub per_class: Vec<u32>,
    }

    /// Time per image.
    #[derive(Copy)]
    pub struct Latency {
        /// Median in milliseconds.
        pub median: f64,
    }

    /// A class of a classifier's output.
    pub struct Top {
        /// Index among the outputs.
        pub index: u32,
        /// Its name.
        pub label: String,
        /// Softmax probability.
        pub probability: f64,
    }

    /// A way of reading pictures that suits labelled images better than what the input's shape suggests.
    pub struct ReadsBetter {
        /// How pictures should be read.
        pub preset: String,
        /// What was guessed.
        pub guess: String,
        /// Images that both were tried on.
        pub images: u32,
        /// Of these, right when read as `preset`.
        pub right: u32,
        /// Of these, right when read as `guess`.
        pub right_by_guess: u32,
    }

    /// What a detector found, in fractions of the picture.
    #[derive(Copy)]
    pub struct Found {
        /// Left edge.
        pub left: f64,
        /// Upper edge.
        pub top: f64,
        /// Right edge.
        pub right: f64,
        /// Lower edge.
        pub bottom: f64,
        /// How sure it is, 0 to 1.
        pub score: f64,
        /// Which class of the output.
        pub class: u32,
    }

    /// One image through one network.
    pub struct Prediction {
        /// Empty when the first output is not a vector of class scores.
        pub top: Vec<Top>,
        /// Names and shapes of all outputs.
        pub outputs: Vec<Value>,
        /// The first output, flattened, cut at 4,096 values.
        pub scores: Vec<f32>,
        /// For detectors of a known layout: what they found, surest first; null for all other networks.
        #[serde(default)]
        pub boxes: Option<Vec<Found>>,
        /// Wall time of the inference alone, without decoding.
        pub milliseconds: f64,
    }
}
