//! What is to be repaired.

use crate::network::Analysis;
use crate::onnx::pb;
use crate::plan::Decision;

/// What is to be repaired.
pub struct Job<'a> {
    /// The original.
    pub original: &'a pb::ModelProto,
    /// What is known of the original.
    pub before: &'a Analysis,
    /// The network as cut.
    pub pruned: &'a pb::ModelProto,
    /// What was cut.
    pub decision: &'a Decision,
    /// For classifiers: whether the outputs are probabilities.
    pub classifier: Option<bool>,
}
