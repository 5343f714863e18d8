//! Where the channels of a tensor lie, and how reshaping moves them.
//!
//! A tensor's channels are an array that broadcasts to the tensor's shape: NCHW features have the
//! compact shape `[1, C, 1, 1]`, their flattened form `[1, C·H·W]`, the middle of a channel shuffle
//! `[1, g, C/g, 1, 1]`. Every position of the compact array is an *channel*. A reshape, transpose or
//! slice is then nothing but a table that says, for each output position, which input position it
//! came from; coupling, constants and surgery all read that one table.

/// Marks an output position that no input position fills (padding); among channels that is
/// [`ChannelId::PAD`](super::ChannelId::PAD).
pub const PAD: u32 = u32::MAX;

/// Reshapes that interleave more elements than this are not followed.
const LARGEST_RESHAPE: usize = 1 << 22;

/// Output compact shape, and for each output position the input position it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The dimensions of the result.
    pub dims: Vec<usize>,
    /// Per position of the result: the position it shows.
    pub from: Vec<u32>,
}

/// Number of positions; the largest number there is where it does not fit into one.
pub fn product(dims: &[usize]) -> usize {
    dims.iter().fold(1, |all, d| all.saturating_mul(*d))
}

/// Row-major strides; axes of size 1 get stride 0 so that they broadcast.
pub fn strides(dims: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; dims.len()];
    let mut step = 1;
    for axis in (0..dims.len()).rev() {
        strides[axis] = if dims[axis] == 1 { 0 } else { step };
        step *= dims[axis];
    }
    strides
}

/// Calls `visit` with the coordinates of every position of `dims`, in row-major order.
pub fn each_position(dims: &[usize], mut visit: impl FnMut(&[usize])) {
    let mut at = vec![0; dims.len()];
    for _ in 0..product(dims) {
        visit(&at);
        for axis in (0..dims.len()).rev() {
            at[axis] += 1;
            if at[axis] < dims[axis] {
                break;
            }
            at[axis] = 0;
        }
    }
}

impl Moved {
    /// Nothing moves.
    pub fn identity(dims: &[usize]) -> Self {
        Moved {
            dims: dims.to_vec(),
            from: (0..product(dims) as u32).collect(),
        }
    }

    /// `dims` broadcast to the larger compact shape `to` of the same or a higher rank.
    pub fn broadcast(dims: &[usize], to: &[usize]) -> Self {
        let lead = to.len() - dims.len();
        let steps = strides(dims);
        let mut from = Vec::with_capacity(product(to));
        each_position(to, |at| {
            let index: usize = steps.iter().zip(&at[lead..]).map(|(s, i)| s * i).sum();
            from.push(index as u32);
        });
        Moved {
            dims: to.to_vec(),
            from,
        }
    }

    /// ONNX Transpose: output axis k is input axis `perm[k]`.
    pub fn transpose(dims: &[usize], perm: &[usize]) -> Self {
        let steps = strides(dims);
        let out: Vec<usize> = perm.iter().map(|p| dims[*p]).collect();
        let mut from = Vec::with_capacity(product(&out));
        each_position(&out, |at| {
            let index: usize = perm.iter().zip(at).map(|(p, i)| steps[*p] * i).sum();
            from.push(index as u32);
        });
        Moved { dims: out, from }
    }

    /// Keeps `chosen` positions of `axis` (in that order; [`PAD`] where nothing is shown).
    pub fn select(dims: &[usize], axis: usize, chosen: &[u32]) -> Self {
        let steps = strides(dims);
        let mut out = dims.to_vec();
        out[axis] = chosen.len();
        let mut from = Vec::with_capacity(product(&out));
        each_position(&out, |at| {
            let pick = chosen[at[axis]];
            if pick == PAD {
                return from.push(PAD);
            }
            let index: usize = (0..dims.len())
                .map(|a| steps[a] * if a == axis { pick as usize } else { at[a] })
                .sum();
            from.push(index as u32);
        });
        Moved { dims: out, from }
    }

    /// A reshape from `shape` to `target` of a tensor whose channels have the compact shape `dims`.
    /// `None` when the reshape is too large to follow or the shapes do not hold the same count.
    pub fn reshape(dims: &[usize], shape: &[usize], target: &[usize]) -> Option<Self> {
        let groups = match_axes(shape, target)?;
        // Within each group of axes, the sub-position shown at each output sub-position.
        let mut out_dims = vec![1; target.len()];
        let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::with_capacity(groups.len());
        for (ins, outs) in &groups {
            let (inner, ishape, oshape) = (
                &dims[ins.clone()],
                &shape[ins.clone()],
                &target[outs.clone()],
            );
            if product(inner) == 1 {
                parts.push((vec![1; outs.len()], vec![0]));
                continue;
            }
            if product(ishape) > LARGEST_RESHAPE {
                return None;
            }
            let full = Moved::broadcast(inner, ishape).from;
            let compact = compress(&full, oshape);
            out_dims[outs.clone()].copy_from_slice(&compact.0);
            parts.push(compact);
        }
        // Outer product of the groups: positions add up with the strides of the input groups.
        let group_sizes: Vec<usize> = groups
            .iter()
            .map(|(ins, _)| product(&dims[ins.clone()]))
            .collect();
        let mut from = vec![0u32];
        for ((_, shown), size) in parts.iter().zip(&group_sizes) {
            let mut next = Vec::with_capacity(from.len() * shown.len());
            for outer in &from {
                next.extend(
                    shown
                        .iter()
                        .map(|inner| outer * *size as u32 + *inner as u32),
                );
            }
            from = next;
        }
        Some(Moved {
            dims: out_dims,
            from,
        })
    }
}

/// Drops axes along which `full` (shaped `shape`) does not change.
fn compress(full: &[u32], shape: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let steps = strides(shape);
    let mut dims = shape.to_vec();
    for axis in 0..shape.len() {
        let mut constant = true;
        let mut index = 0;
        each_position(shape, |at| {
            constant &= full[index] == full[index - steps[axis] * at[axis]];
            index += 1;
        });
        if constant {
            dims[axis] = 1;
        }
    }
    let mut shown = Vec::with_capacity(product(&dims));
    each_position(&dims, |at| {
        let index: usize = steps.iter().zip(at).map(|(s, i)| s * i).sum();
        shown.push(full[index] as usize);
    });
    (dims, shown)
}

/// Output axes of a reshape in which an axis that tells channels apart is merged with one that does not.
pub fn mixed_axes(dims: &[usize], shape: &[usize], target: &[usize]) -> Vec<usize> {
    let groups = match_axes(shape, target).unwrap_or_default();
    let mixes = |ins: &std::ops::Range<usize>| {
        let wide = ins.clone().filter(|a| shape[*a] > 1);
        let (labelled, not): (Vec<usize>, Vec<usize>) = wide.partition(|a| dims[*a] > 1);
        !labelled.is_empty() && !not.is_empty()
    };
    groups
        .into_iter()
        .filter(|(ins, outs)| outs.len() == 1 && mixes(ins))
        .map(|(_, outs)| outs.start)
        .collect()
}

type AxisGroup = (std::ops::Range<usize>, std::ops::Range<usize>);

/// Splits both shapes into the shortest runs of axes with equal products.
fn match_axes(shape: &[usize], target: &[usize]) -> Option<Vec<AxisGroup>> {
    if product(shape) != product(target) || product(shape) == 0 {
        return None;
    }
    let mut groups = Vec::new();
    let (mut i, mut o) = (0, 0);
    while i < shape.len() || o < target.len() {
        let (i0, o0) = (i, o);
        let unit = |dims: &[usize], at: usize| dims.get(at) == Some(&1);
        if unit(shape, i) && !unit(target, o) {
            i += 1;
            groups.push((i0..i, o0..o));
            continue;
        }
        if unit(target, o) && !unit(shape, i) {
            o += 1;
            groups.push((i0..i, o0..o));
            continue;
        }
        let (mut p, mut q) = (*shape.get(i)?, *target.get(o)?);
        i += 1;
        o += 1;
        while p != q {
            if p < q {
                p *= shape.get(i)?;
                i += 1;
            } else {
                q *= target.get(o)?;
                o += 1;
            }
        }
        groups.push((i0..i, o0..o));
    }
    Some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_shuffle_is_a_permutation() {
        let (c, g) = (6, 2);
        let split = Moved::reshape(&[1, c, 1, 1], &[1, c, 4, 4], &[1, g, c / g, 4, 4]).unwrap();
        assert_eq!(split.dims, [1, 2, 3, 1, 1]);
        let turned = Moved::transpose(&split.dims, &[0, 2, 1, 3, 4]);
        assert_eq!(turned.dims, [1, 3, 2, 1, 1]);
        let merged = Moved::reshape(&turned.dims, &[1, 3, 2, 4, 4], &[1, c, 4, 4]).unwrap();
        let shown: Vec<u32> = merged
            .from
            .iter()
            .map(|i| split.from[turned.from[*i as usize] as usize])
            .collect();
        assert_eq!(
            (merged.dims.as_slice(), shown.as_slice()),
            (&[1, 6, 1, 1][..], &[0, 3, 1, 4, 2, 5][..])
        );
    }

    #[test]
    fn flatten_repeats_each_channel_for_its_pixels() {
        let m = Moved::reshape(&[1, 3, 1, 1], &[1, 3, 2, 2], &[1, 12]).unwrap();
        assert_eq!(m.dims, [1, 12]);
        assert_eq!(m.from, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
        let m = Moved::reshape(&[1, 3, 1, 1], &[1, 3, 1, 1], &[1, 3]).unwrap();
        assert_eq!(
            (m.dims.as_slice(), m.from.as_slice()),
            (&[1, 3][..], &[0, 1, 2][..])
        );
    }

    #[test]
    fn reshape_of_space_leaves_channels_alone() {
        let m = Moved::reshape(&[1, 5, 1, 1], &[1, 5, 4, 6], &[1, 5, 24]).unwrap();
        assert_eq!(
            (m.dims.as_slice(), m.from.as_slice()),
            (&[1, 5, 1][..], &[0, 1, 2, 3, 4][..])
        );
        assert_eq!(Moved::reshape(&[1, 5], &[1, 5], &[1, 4]), None);
    }

    #[test]
    fn unit_axes_come_and_go() {
        let m = Moved::reshape(&[1, 4], &[1, 4], &[1, 4, 1, 1]).unwrap();
        assert_eq!(m.dims, [1, 4, 1, 1]);
        let m = Moved::reshape(&[1, 4, 1, 1], &[1, 4, 1, 1], &[4]).unwrap();
        assert_eq!(m.dims, [4]);
        let m = Moved::reshape(&[1, 4, 1], &[2, 4, 1], &[2, 1, 1, 4]).unwrap();
        assert_eq!(m.dims, [1, 1, 1, 4]);
    }

    #[test]
    fn select_and_pad() {
        let m = Moved::select(&[1, 3, 1], 1, &[PAD, 2, 0]);
        assert_eq!(
            (m.dims.as_slice(), m.from.as_slice()),
            (&[1, 3, 1][..], &[PAD, 2, 0][..])
        );
    }
}
