//! Which numbers of its input a reader multiplies, for a few pixels of its output drawn at random.

use ndarray::ArrayD;

use crate::channels::{Reader, ReaderKind};
use crate::graph::Graph;
use crate::onnx::Attributes;
use crate::random;

/// Pixels per image and reader, at the most.
const PIXELS: usize = 49;

/// How one reader is sampled.
pub struct Sampler {
    axis: usize,
    groups: usize,
    per_in: usize,
    inputs: usize,
    /// Output pixels there are.
    count: usize,
    window: Option<Window>,
}

/// A convolution's kernel and how it moves over space.
struct Window {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Vec<i64>,
    input: Vec<usize>,
    output: Vec<usize>,
}

impl Sampler {
    /// `None` for readers whose pixels are no patches (transposed convolutions) or whose shape is unknown.
    pub fn new(graph: &Graph, reader: &Reader) -> Option<Sampler> {
        let (input, output) = (graph.shape(reader.input)?, graph.shape(reader.output)?);
        let window = match reader.kind {
            ReaderKind::ConvTranspose => return None,
            ReaderKind::Conv => Some(Window::new(graph, reader, input, output)?),
            ReaderKind::Gemm { .. } | ReaderKind::MatMul => None,
        };
        Some(Sampler {
            axis: reader.axis,
            groups: reader.groups,
            per_in: reader.in_per_group(),
            inputs: reader.inputs.len(),
            count: output.iter().product::<usize>() / reader.outputs.len().max(1),
            window,
        })
    }

    pub fn groups(&self) -> usize {
        self.groups
    }

    fn taps(&self) -> usize {
        let kernel = self.window.as_ref().map(|w| w.kernel.iter().product());
        kernel.unwrap_or(1)
    }

    /// Numbers per row: inputs of a group times taps.
    pub fn width(&self) -> usize {
        self.per_in * self.taps()
    }

    /// The sampled rows of each group. Which pixels are drawn depends on the image and the reader alone.
    pub fn rows(&self, values: &ArrayD<f32>, image: u64, reader: u64) -> Vec<Vec<f32>> {
        let mut order: Vec<usize> = (0..values.ndim()).filter(|a| *a != self.axis).collect();
        order.insert(0, self.axis);
        let x = values.view().permuted_axes(order);
        let x: Vec<f32> = x.iter().copied().collect();
        let inside = x.len() / self.inputs.max(1);
        let taps = self.taps();
        let sources: Vec<Option<usize>> = self
            .pixels(image << 20 ^ reader)
            .into_iter()
            .flat_map(|pixel| match &self.window {
                Some(window) => window.sources(pixel),
                None => vec![Some(pixel)],
            })
            .collect();
        let group = |g: usize| {
            let mut rows = Vec::with_capacity(sources.len() * self.per_in);
            for pixel in sources.chunks(taps) {
                for i in 0..self.per_in {
                    let channel = &x[(g * self.per_in + i) * inside..][..inside];
                    rows.extend(pixel.iter().map(|s| s.map_or(0.0, |s| channel[s])));
                }
            }
            rows
        };
        (0..self.groups).map(group).collect()
    }

    /// Distinct pixels: the first few of a shuffle.
    fn pixels(&self, seed: u64) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.count).collect();
        let take = self.count.min(PIXELS);
        let mut state = seed.wrapping_mul(random::STEP);
        for k in 0..take {
            state = state.wrapping_add(random::STEP);
            let span = (self.count - k) as f64;
            all.swap(k, k + (random::unit(state) * span) as usize);
        }
        all.truncate(take);
        all
    }
}

impl Window {
    fn new(graph: &Graph, reader: &Reader, input: &[usize], output: &[usize]) -> Option<Window> {
        let node = &graph.nodes[reader.node];
        let kernel = graph
            .shape(graph.input(reader.node, 1)?)?
            .get(2..)?
            .to_vec();
        let list = |name: &str| match node.ints(name) {
            Some(v) if v.len() == kernel.len() => v.iter().map(|x| *x as usize).collect(),
            _ => vec![1; kernel.len()],
        };
        let (strides, dilations): (Vec<usize>, Vec<usize>) = (list("strides"), list("dilations"));
        let (input, output) = (input.get(2..)?.to_vec(), output.get(2..)?.to_vec());
        let pad = |d: usize| {
            let covered = (output[d] - 1) * strides[d] + (kernel[d] - 1) * dilations[d] + 1;
            let total = covered.saturating_sub(input[d]) as i64;
            match node.text("auto_pad").unwrap_or("NOTSET") {
                "SAME_UPPER" => total / 2,
                "SAME_LOWER" => total - total / 2,
                "VALID" => 0,
                _ => node
                    .ints("pads")
                    .and_then(|p| p.get(d).copied())
                    .unwrap_or(0),
            }
        };
        let pads = (0..kernel.len()).map(pad).collect();
        Some(Window {
            kernel,
            strides,
            dilations,
            pads,
            input,
            output,
        })
    }

    /// The flattened input pixel under each tap of an output pixel; `None` in the padding.
    fn sources(&self, pixel: usize) -> Vec<Option<usize>> {
        let at = coordinates(pixel, &self.output);
        let source = |tap: usize| {
            let tap = coordinates(tap, &self.kernel);
            (0..at.len()).try_fold(0, |flat, d| {
                let place = (at[d] * self.strides[d] + tap[d] * self.dilations[d]) as i64;
                let place = usize::try_from(place - self.pads[d]).ok();
                Some(flat * self.input[d] + place.filter(|p| *p < self.input[d])?)
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
