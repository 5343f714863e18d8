//! Which numbers of its input a reader multiplies for sampled pixels of its output (im2col).

use ndarray::ArrayD;

use crate::channels::{Reader, ReaderKind};
use crate::graph::Graph;
use crate::onnx::Attributes;
use crate::random;

/// Pixels of each image and reader that are used, at the most. Neighbours tell much the same.
const PIXELS: usize = 49;

/// Where a reader looks.
pub struct Pixels {
    /// Output positions.
    count: usize,
    output: Vec<usize>,
    input: Vec<usize>,
    window: Option<Window>,
}

struct Window {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Vec<i64>,
}

impl Pixels {
    /// `None` for readers whose pixels are no patches (transposed convolutions).
    pub fn new(graph: &Graph, reader: &Reader) -> Option<Pixels> {
        let (input, output) = (graph.shape(reader.input)?, graph.shape(reader.output)?);
        match reader.kind {
            ReaderKind::ConvTranspose => None,
            ReaderKind::Conv => Some(Pixels {
                count: output.get(2..)?.iter().product(),
                output: output[2..].to_vec(),
                input: input.get(2..)?.to_vec(),
                window: Some(Window::new(graph, reader, input.get(2..)?)?),
            }),
            ReaderKind::Gemm { .. } | ReaderKind::MatMul => Some(Pixels {
                count: output.iter().product::<usize>() / reader.outputs.len().max(1),
                output: Vec::new(),
                input: Vec::new(),
                window: None,
            }),
        }
    }

    /// Output positions drawn for an image, always the same for the same image and reader.
    pub fn draw(&self, image: usize, node: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.count).collect();
        let mut state = random::mix((image as u64) << 32 | node as u64);
        let take = PIXELS.min(self.count);
        for k in 0..take {
            state = state.wrapping_add(random::STEP);
            let other = k + (random::unit(state) * (self.count - k) as f64) as usize;
            all.swap(k, other.min(self.count - 1));
        }
        all.truncate(take);
        all
    }

    /// Appends what group `group` of the reader sees at each of `pixels`: channels, then taps.
    pub fn read(
        &self,
        reader: &Reader,
        values: &Flat,
        group: usize,
        pixels: &[usize],
        to: &mut Vec<f64>,
    ) {
        let (per_in, taps) = (reader.in_per_group(), reader.taps);
        for pixel in pixels {
            let sources = match &self.window {
                Some(window) => window.sources(*pixel, &self.output, &self.input),
                None => vec![Some(*pixel)],
            };
            debug_assert_eq!(sources.len(), taps);
            for channel in group * per_in..(group + 1) * per_in {
                let channel = values.channel(channel);
                let seen = |s: &Option<usize>| s.map_or(0.0, |s| f64::from(channel[s]));
                to.extend(sources.iter().map(seen));
            }
        }
    }
}

/// A tensor as [channels, everything else].
pub struct Flat {
    values: Vec<f32>,
    inside: usize,
}

impl Flat {
    pub fn new(values: &ArrayD<f32>, axis: usize) -> Flat {
        let axis = axis.min(values.ndim().saturating_sub(1));
        let mut order: Vec<usize> = (0..values.ndim()).filter(|a| *a != axis).collect();
        order.insert(0, axis);
        let view = values.view().permuted_axes(order);
        Flat {
            inside: values.len() / view.shape().first().copied().unwrap_or(1).max(1),
            values: view.iter().copied().collect(),
        }
    }

    fn channel(&self, channel: usize) -> &[f32] {
        &self.values[channel * self.inside..][..self.inside]
    }
}

impl Window {
    fn new(graph: &Graph, reader: &Reader, input: &[usize]) -> Option<Window> {
        let node = &graph.nodes[reader.node];
        let shape = graph.shape(graph.input(reader.node, 1)?)?;
        let kernel = shape.get(2..)?.to_vec();
        let list = |name: &str| match node.ints(name) {
            Some(v) if v.len() == kernel.len() => v.iter().map(|x| *x as usize).collect(),
            _ => vec![1; kernel.len()],
        };
        let (strides, dilations): (Vec<usize>, Vec<usize>) = (list("strides"), list("dilations"));
        let auto = node.text("auto_pad").unwrap_or("NOTSET");
        let pad = |d: usize| -> i64 {
            let given = node.ints("pads").and_then(|p| p.get(d).copied());
            let reach = (kernel[d] - 1) * dilations[d] + 1;
            let covered = (input[d].div_ceil(strides[d]) - 1) * strides[d] + reach;
            let total = covered.saturating_sub(input[d]) as i64;
            match auto {
                "SAME_UPPER" => total / 2,
                "SAME_LOWER" => total - total / 2,
                "VALID" => 0,
                _ => given.unwrap_or(0),
            }
        };
        let pads = (0..kernel.len()).map(pad).collect();
        Some(Window {
            kernel,
            strides,
            dilations,
            pads,
        })
    }

    /// The flattened input position under each tap; `None` in the padding.
    fn sources(&self, pixel: usize, output: &[usize], input: &[usize]) -> Vec<Option<usize>> {
        let at = coordinates(pixel, output);
        let source = |tap: usize| {
            let tap = coordinates(tap, &self.kernel);
            (0..at.len()).try_fold(0, |flat, d| {
                let place = (at[d] * self.strides[d] + tap[d] * self.dilations[d]) as i64;
                let place = usize::try_from(place - self.pads[d]).ok();
                Some(flat * input[d] + place.filter(|p| *p < input[d])?)
            })
        };
        (0..self.kernel.iter().product()).map(source).collect()
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
