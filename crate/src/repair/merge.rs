//! Removed channels merged into the readers: the channels that stay take over what they can of them, by a matrix of
//! second moments, and the mean of the rest goes into the bias. The network keeps its channels; those merged are read as nothing.
//!
//! Neuron merging (Kim et al. 2020) does so with the single most similar channel, UDFC (2023) with several, GRAIL (2026) by a
//! measured Gram matrix.

use crate::channels::CoupledId;
use crate::criterion::reconstruction::refit;
use crate::error::Result;
use crate::measure::gram::Grams;
use crate::network::Analysis;
use crate::onnx::pb;
use crate::plan::Decision;
use crate::surgery::{Revision, revise};

/// The original with readers that make up for what a plan removes; it is this network that is cut, and its twin.
pub struct Merged {
    /// The network.
    pub model: pb::ModelProto,
    /// Its analysis.
    pub analysis: Analysis,
    /// What is carried out on it. New weights of a reader that shared them are new tensors, so tensors are numbered anew.
    pub decision: Decision,
}

/// The model whose `readers` make up for the classes that are `gone`. Readers without a matrix stay as they are.
/// `matched`: their outputs are brought back to the spread they had.
///
/// # Errors
/// When new weights cannot be written.
pub fn merge(
    model: &pb::ModelProto,
    analysis: &Analysis,
    grams: &Grams,
    readers: &[usize],
    gone: &dyn Fn(CoupledId) -> bool,
    matched: bool,
) -> Result<pb::ModelProto> {
    let mut model = model.clone();
    for r in readers {
        let reader = &analysis.channels.readers[*r];
        let grams = grams[*r].as_ref();
        let solved = grams.and_then(|grams| refit(analysis, reader, grams, gone, matched));
        let Some((weights, bias)) = solved else {
            continue;
        };
        let kept: Vec<usize> = (0..reader.outputs.len()).collect();
        let revision = Revision {
            now: (analysis, reader),
            before: (analysis, reader),
            kept: &kept,
            weights: &weights,
            bias: &bias,
        };
        model = revise(&model, &revision)?;
    }
    Ok(model)
}
