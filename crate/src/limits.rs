//! How large the sizes in a file may be. Every number that a file decides is held against one of
//! these before memory is taken for it, so that a damaged file costs a sentence and not the machine.

/// Elements of one tensor, at batch 1: 256 MiB of float32. A full-HD picture in 32 channels just fits.
pub const MAX_TENSOR_ELEMENTS: usize = 1 << 26;
/// Positions along one axis of a tensor. The longest axes in use are flattened pictures.
pub const MAX_AXIS: usize = 1 << 22;
/// Axes of a tensor. ONNX networks for images use six at most, while a channel is shuffled.
pub const MAX_RANK: usize = 16;
/// Kernel sizes, strides, dilations, pads and block sizes. A kernel covers a picture at most.
pub const MAX_STEP: i64 = 1 << 13;
/// Taps of one kernel window: 512×512, more than the largest global pooling in use.
pub const MAX_TAPS: i64 = 1 << 18;
/// Channels that are followed through a network, whatever the size of the file …
pub const MIN_FOLLOWED: usize = 1 << 20;
/// … and how many more for every number that the file stores: channels come from weights.
pub const FOLLOWED_PER_NUMBER: usize = 1;
/// Nodes of a graph. The largest networks for images have some thousands.
pub const MAX_NODES: usize = 1 << 17;
/// Operands and results of one node.
pub const MAX_OPERANDS: usize = 1 << 12;

/// The product of sizes, or `None` where it is above `limit`.
pub fn product_within(sizes: impl IntoIterator<Item = usize>, limit: usize) -> Option<usize> {
    let product = sizes
        .into_iter()
        .try_fold(1usize, |all, size| all.checked_mul(size))?;
    (product <= limit).then_some(product)
}
