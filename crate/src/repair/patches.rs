//! Which numbers of its input a reader multiplies for one pixel of its output (im2col).

use ndarray::ArrayD;

use super::system::System;
use crate::channels::{Reader, ReaderKind};
use crate::graph::Graph;
use crate::onnx::Attributes;

/// Pixels per picture and reader that are used, at the most.
const PIXELS: usize = 256;

/// Where a reader looks, for the pixels that are used.
pub struct Patches {
    /// Output pixels, flattened over space.
    pixels: Vec<usize>,
    /// Per pixel and tap: the flattened input pixel; `None` in the padding.
    sources: Vec<Option<usize>>,
    taps: usize,
    per_in: usize,
}

impl Patches {
    /// `None` for readers whose pixels are no patches (transposed convolutions).
    pub fn new(graph: &Graph, reader: &Reader) -> Option<Patches> {
        let shape = |t: usize| graph.shape(t).map(<[usize]>::to_vec);
        let (input, output) = (shape(reader.input)?, shape(reader.output)?);
        let per_in = reader.in_per_group();
        let chosen = |count: usize| -> Vec<usize> {
            (0..count).step_by(count.div_ceil(PIXELS).max(1)).collect()
        };
        match reader.kind {
            ReaderKind::ConvTranspose => None,
            ReaderKind::Conv => {
                let window = Window::new(graph, reader, &input)?;
                let pixels = chosen(output[2..].iter().product());
                let sources = pixels
                    .iter()
                    .flat_map(|p| window.sources(*p, &output[2..], &input[2..]))
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
                let pixels = chosen(count);
                Some(Patches {
                    sources: pixels.iter().copied().map(Some).collect(),
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

    /// Adds a picture: `x` is what the cut reader sees, `y` what the original made, of which the cut
    /// reader still has `kept`.
    pub fn add(
        &self,
        (cut, x): (&Reader, &ArrayD<f32>),
        (original, y): (&Reader, &ArrayD<f32>),
        kept: &[usize],
        systems: &mut [System],
    ) {
        let (x, y) = (flat(x, cut.axis), flat(y, original.out_axis));
        let inside = x.len() / cut.inputs.len().max(1);
        let outside = y.len() / original.outputs.len().max(1);
        let per_out = kept.len() / systems.len().max(1);
        for (g, system) in systems.iter_mut().enumerate() {
            let outputs = &kept[g * per_out..(g + 1) * per_out];
            let seen = |row: usize, to: &mut Vec<f64>| {
                let sources = &self.sources[row * self.taps..(row + 1) * self.taps];
                for i in 0..self.per_in {
                    let channel = &x[(g * self.per_in + i) * inside..][..inside];
                    let at = |s: &Option<usize>| s.map_or(0.0, |s| f64::from(channel[s]));
                    to.extend(sources.iter().map(at));
                }
            };
            let made = |row: usize, to: &mut Vec<f64>| {
                let pixel = self.pixels[row];
                to.extend(outputs.iter().map(|j| f64::from(y[j * outside + pixel])));
            };
            system.add(self.pixels.len(), seen, made);
        }
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
    fn channels_come_first() {
        let values = ArrayD::from_shape_vec(vec![1, 2, 3], (0..6).map(|v| v as f32).collect());
        let values = values.expect("six numbers");
        assert_eq!(flat(&values, 2), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(flat(&values, 1), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
