//! Which numbers of its input a reader multiplies for one pixel of its output (im2col).

use std::borrow::Cow;

use ndarray::ArrayD;

use crate::channels::{Reader, ReaderKind};
use crate::graph::Graph;
use crate::onnx::Attributes;
use crate::random;

/// In place of a source: in the padding.
const OUTSIDE: u32 = u32::MAX;

/// Where a reader looks, for the pixels that are used.
pub struct Patches {
    /// Output pixels, flattened over space.
    pixels: Vec<u32>,
    /// Per pixel and tap: the flattened input pixel, or OUTSIDE.
    sources: Vec<u32>,
    taps: usize,
    per_in: usize,
}

impl Patches {
    /// `None` for readers whose pixels are no patches (transposed convolutions).
    /// Uses `most` pixels at the most.
    pub fn new(graph: &Graph, reader: &Reader, most: usize) -> Option<Patches> {
        let shape = |t: usize| graph.shape(t).map(<[usize]>::to_vec);
        let (input, output) = (shape(reader.input)?, shape(reader.output)?);
        let per_in = reader.in_per_group();
        match reader.kind {
            ReaderKind::ConvTranspose => None,
            ReaderKind::Conv => {
                let window = Window::new(graph, reader, &input)?;
                let pixels = chosen(output[2..].iter().product(), most);
                let sources = pixels
                    .iter()
                    .flat_map(|p| window.sources(*p as usize, &output[2..], &input[2..]))
                    .map(|s| s.map_or(OUTSIDE, |s| s as u32))
                    .collect();
                Some(Patches {
                    pixels,
                    sources,
                    taps: reader.taps,
                    per_in,
                })
            }
            ReaderKind::Gemm { .. } | ReaderKind::MatMul => {
                let count = output.iter().product::<usize>() / reader.outputs.len().max(1);
                let pixels = chosen(count, most);
                Some(Patches {
                    sources: pixels.clone(),
                    pixels,
                    taps: 1,
                    per_in,
                })
            }
        }
    }

    /// Pixels per picture.
    pub fn len(&self) -> usize {
        self.pixels.len()
    }

    /// What one group of the cut reader sees, a row per pixel: [inputs per group × taps].
    pub fn seen(&self, channels: &Planes<'_>, group: usize, to: &mut [f32]) {
        let width = self.per_in * self.taps;
        for i in 0..self.per_in {
            let channel = channels.of(group * self.per_in + i);
            for (row, sources) in self.sources.chunks(self.taps).enumerate() {
                let to = &mut to[row * width + i * self.taps..][..self.taps];
                for (to, s) in to.iter_mut().zip(sources) {
                    *to = at(channel, *s);
                }
            }
        }
    }

    /// What one tap of one input of a group sees, over the pixels.
    pub fn tap(&self, channel: &[f32], tap: usize, to: &mut [f32]) {
        for (to, sources) in to.iter_mut().zip(self.sources.chunks(self.taps)) {
            *to = at(channel, sources[tap]);
        }
    }

    /// What these outputs of the original made, a row per pixel.
    pub fn original_outputs(&self, channels: &Planes<'_>, outputs: &[usize], to: &mut [f32]) {
        for (column, j) in outputs.iter().enumerate() {
            let channel = channels.of(*j);
            for (row, pixel) in self.pixels.iter().enumerate() {
                to[row * outputs.len() + column] = channel[*pixel as usize];
            }
        }
    }

    /// What one output made, over the pixels.
    pub fn output(&self, channel: &[f32], to: &mut [f32]) {
        for (to, pixel) in to.iter_mut().zip(&self.pixels) {
            *to = channel[*pixel as usize];
        }
    }
}

fn at(channel: &[f32], source: u32) -> f32 {
    // The padding lies behind every channel.
    channel.get(source as usize).copied().unwrap_or(0.0)
}

/// Pixels in reading order, one out of every stretch: a fixed step would keep to the same columns.
fn chosen(count: usize, most: usize) -> Vec<u32> {
    let used = count.min(most);
    let one = |k: usize| {
        let (from, to) = (k * count / used, (k + 1) * count / used);
        let draw = random::mix((k as u64 + 1).wrapping_mul(random::STEP)) >> 33;
        (from + draw as usize % (to - from).max(1)) as u32
    };
    (0..used).map(one).collect()
}

/// A picture's tensor as [channels, everything else].
pub struct Planes<'a> {
    values: Cow<'a, [f32]>,
    inside: usize,
}

impl<'a> Planes<'a> {
    pub fn new(values: &'a ArrayD<f32>, axis: usize, channels: usize) -> Planes<'a> {
        let inside = values.len() / channels.max(1);
        let leading = values.shape().iter().take(axis).all(|d| *d == 1);
        let values = match values.as_slice() {
            Some(slice) if leading => Cow::Borrowed(slice),
            _ => Cow::Owned(flat(values, axis)),
        };
        Planes { values, inside }
    }

    pub fn of(&self, channel: usize) -> &[f32] {
        &self.values[channel * self.inside..][..self.inside]
    }
}

/// [channels, everything else] of a picture's tensor.
fn flat(values: &ArrayD<f32>, axis: usize) -> Vec<f32> {
    let mut order: Vec<usize> = (0..values.ndim()).filter(|a| *a != axis).collect();
    order.insert(0, axis.min(values.ndim().saturating_sub(1)));
    let view = values.view().permuted_axes(order);
    view.iter().copied().collect()
}

/// A convolution's kernel and how it moves.
struct Window {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Vec<i64>,
}

impl Window {
    fn new(graph: &Graph, reader: &Reader, input: &[usize]) -> Option<Window> {
        let node = &graph.nodes[reader.node];
        let kernel = graph
            .shape(graph.input(reader.node, 1)?)?
            .get(2..)?
            .to_vec();
        let list = |name: &str| match node.ints(name) {
            Some(v) if v.len() == kernel.len() => v.iter().map(|x| *x as usize).collect(),
            _ => vec![1; kernel.len()],
        };
        let (strides, dilations) = (list("strides"), list("dilations"));
        let auto = node.text("auto_pad").unwrap_or("NOTSET");
        let pad = |d: usize| match auto {
            "SAME_UPPER" | "SAME_LOWER" => {
                let (size, reach) = (input[d + 2], (kernel[d] - 1) * dilations[d] + 1);
                let covered = (size.div_ceil(strides[d]) - 1) * strides[d] + reach;
                let total = covered.saturating_sub(size) as i64;
                match auto {
                    "SAME_UPPER" => total / 2,
                    _ => total - total / 2,
                }
            }
            "VALID" => 0,
            _ => node
                .ints("pads")
                .and_then(|p| p.get(d).copied())
                .unwrap_or(0),
        };
        let pads = (0..kernel.len()).map(pad).collect();
        Some(Window {
            kernel,
            strides,
            dilations,
            pads,
        })
    }

    /// The flattened input pixel under each tap of a flattened output pixel.
    fn sources(&self, pixel: usize, output: &[usize], input: &[usize]) -> Vec<Option<usize>> {
        let at = coordinates(pixel, output);
        let taps = self.kernel.iter().product();
        let source = |t: usize| {
            let tap = coordinates(t, &self.kernel);
            (0..at.len()).try_fold(0, |flat, d| {
                let place = at[d] * self.strides[d] + tap[d] * self.dilations[d];
                let place = usize::try_from(place as i64 - self.pads[d]).ok();
                Some(flat * input[d] + place.filter(|p| *p < input[d])?)
            })
        };
        (0..taps).map(source).collect()
    }
}

fn coordinates(mut index: usize, dims: &[usize]) -> Vec<usize> {
    let mut at = vec![0; dims.len()];
    for axis in (0..dims.len()).rev() {
        at[axis] = index % dims[axis].max(1);
        index /= dims[axis].max(1);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_see_padding_as_nothing() {
        let window = Window {
            kernel: vec![3, 3],
            strides: vec![2, 2],
            dilations: vec![1, 1],
            pads: vec![1, 1],
        };
        let corner = window.sources(0, &[2, 2], &[4, 4]);
        assert_eq!(
            corner,
            [
                None,
                None,
                None,
                None,
                Some(0),
                Some(1),
                None,
                Some(4),
                Some(5)
            ]
        );
        let last = window.sources(3, &[2, 2], &[4, 4]);
        assert_eq!(last[0], Some(5));
        assert_eq!(last[8], Some(15));
    }

    #[test]
    fn pixels_are_spread_over_all_columns() {
        let pixels = chosen(28 * 28, 256);
        assert_eq!(pixels.len(), 256);
        let columns: std::collections::HashSet<u32> = pixels.iter().map(|p| p % 28).collect();
        assert_eq!(columns.len(), 28);
        assert!(pixels.is_sorted() && pixels.iter().all(|p| *p < 784));
        assert_eq!(chosen(9, 256), (0..9).collect::<Vec<_>>());
        assert!(chosen(0, 256).is_empty());
    }

    #[test]
    fn channels_come_first() {
        let values = ArrayD::from_shape_vec(vec![1, 2, 3], (0..6).map(|v| v as f32).collect());
        let values = values.expect("six numbers");
        assert_eq!(flat(&values, 2), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(flat(&values, 1), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
