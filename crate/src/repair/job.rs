//! What is to be repaired.

use crate::network::Analysis;
use crate::onnx::pb;
use crate::plan::Decision;

/// What is to be repaired.
pub struct Job<'a> {
    pub original: &'a pb::ModelProto,
    pub before: &'a Analysis,
    pub pruned: &'a pb::ModelProto,
    pub decision: &'a Decision,
    /// For classifiers: whether the outputs are probabilities.
    pub classifier: Option<bool>,
}
