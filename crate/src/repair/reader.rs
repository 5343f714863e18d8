//! One reader before and after the cut, on one scale.

use nalgebra::{DMatrix, DVector};
use ndarray::{ArrayD, Axis};

use super::system::Linear;
use crate::channels::{Flow, Reader, ReaderKind};
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::plan::Decision;

/// Everything that can be refitted, in graph order: readers, and depthwise convolutions as readers of one
/// channel a group.
pub fn refittable(analysis: &Analysis) -> Vec<Reader> {
    let (graph, channels) = (&analysis.graph, &analysis.channels);
    let mut all = channels.readers.clone();
    for (node, flow) in channels.flows.iter().enumerate() {
        let Flow::Depthwise { out, from, .. } = flow else {
            continue;
        };
        let weights = graph.input(node, 1).and_then(|t| graph.shape(t));
        let (Some(weights), Some(layout), Some(input)) =
            (weights, &channels.layouts[*out], graph.input(node, 0))
        else {
            continue;
        };
        let multiplier = weights.get(1).filter(|_| graph.nodes[node].op == "Conv");
        if multiplier != Some(&1) || weights[0] != from.len() {
            continue;
        }
        let mut inputs = from.clone();
        inputs.dedup();
        all.push(Reader {
            node,
            kind: ReaderKind::Conv,
            input,
            output: *out,
            axis: 1,
            out_axis: 1,
            groups: inputs.len(),
            inputs,
            outputs: layout.channel_ids().collect(),
            padded: false,
            taps: weights[2..].iter().product(),
        });
    }
    all.sort_by_key(|r| r.node);
    all
}

/// Whether a reader carries its channels on instead of mixing them.
pub fn is_depthwise(reader: &Reader) -> bool {
    reader.groups > 1 && reader.in_per_group() == 1
}

/// The other operand of the sum behind a reader. What it lacks of the original's, the reader is to make.
pub struct Beside {
    pub before: TensorId,
    pub now: TensorId,
    /// Per kept output: one over the scale of the normalisation between the reader and the sum.
    gains: Vec<f32>,
}

impl Beside {
    /// `None` where nothing is added behind the reader, or only later in the graph.
    pub fn new(pair: &Pair<'_>) -> Option<Beside> {
        let (before, now) = (beside(pair.before)?, beside(pair.now)?);
        let channels = |(analysis, _): (&Analysis, &Reader), t: TensorId| {
            let shape = analysis.graph.shape(t)?;
            (shape.len() > 2 && shape[0] == 1).then(|| shape.to_vec())
        };
        let (old, new) = (channels(pair.before, before)?, channels(pair.now, now)?);
        let fits = old[1] == pair.before.1.outputs.len()
            && new[1] == pair.kept.len()
            && pair.before.0.graph.shape(pair.before.1.output) == Some(old.as_slice())
            && old[2..] == new[2..]
            && pair.before.1.out_axis == 1;
        let affine = affine(pair.before);
        let gain = |j: &usize| match &affine {
            Some(affine) if affine[*j].0.abs() < 1e-6 => 0.0,
            Some(affine) => (1.0 / affine[*j].0) as f32,
            None => 1.0,
        };
        fits.then(|| Beside {
            before,
            now,
            gains: pair.kept.iter().map(gain).collect(),
        })
    }

    /// Adds to the kept channels of `y` what is missing beside them.
    pub fn correct(
        &self,
        kept: &[usize],
        y: &mut ArrayD<f32>,
        old: &ArrayD<f32>,
        new: &ArrayD<f32>,
    ) {
        for (c, (j, gain)) in kept.iter().zip(&self.gains).enumerate() {
            let plane = |of: &ArrayD<f32>, channel: usize| {
                let of = of.index_axis(Axis(0), 0);
                of.index_axis(Axis(0), channel).to_owned()
            };
            let missing = plane(old, *j) - plane(new, c);
            let mut to = y.index_axis_mut(Axis(0), 0);
            let mut to = to.index_axis_mut(Axis(0), *j);
            to.scaled_add(*gain, &missing);
        }
    }
}

/// The operand of the Add behind a reader (and its normalisation) that is there before the reader runs.
fn beside((analysis, reader): (&Analysis, &Reader)) -> Option<TensorId> {
    let graph = &analysis.graph;
    let tensor = match analysis.normalisation_behind(reader) {
        Some(norm) => graph.output(norm)?,
        None => reader.output,
    };
    let (add, slot) = graph.sole_use(tensor)?;
    let node = &graph.nodes[add];
    let other = node.inputs.iter().flatten().count() == 2 && node.op == "Add";
    let other = graph.input(add, 1 - slot.min(1)).filter(|_| other)?;
    let early = graph.tensors[other]
        .producer
        .map_or(graph.tensors[other].is_input, |n: NodeId| n < reader.node);
    (early && !graph.is_constant(other)).then_some(other)
}

/// A reader of the original and what the cut made of it.
pub struct Pair<'a> {
    pub before: (&'a Analysis, &'a Reader),
    pub now: (&'a Analysis, &'a Reader),
    /// Outputs of the original that are still there.
    pub kept: Vec<usize>,
    pub beside: Option<Beside>,
}

impl<'a> Pair<'a> {
    /// The reader in the cut network, one of `all`; `None` if its form cannot be followed.
    pub fn new(
        before: (&'a Analysis, &'a Reader),
        now: (&'a Analysis, &'a [Reader]),
        decision: &Decision,
    ) -> Option<Pair<'a>> {
        let (analysis, reader) = before;
        let name = &analysis.graph.nodes[reader.node].name;
        let same = |r: &&Reader| now.0.graph.nodes[r.node].name == *name;
        let cut = now.1.iter().find(same)?;
        let stays = |j: &usize| !decision.is_removed(analysis, reader.outputs[*j]);
        let kept: Vec<usize> = (0..reader.outputs.len()).filter(stays).collect();
        if kept.len() != cut.outputs.len() {
            return None;
        }
        let mut pair = Pair {
            before,
            now: (now.0, cut),
            kept,
            beside: None,
        };
        pair.beside = Beside::new(&pair);
        Some(pair)
    }

    /// Columns of the least-squares system of one group.
    pub fn width(&self) -> usize {
        self.now.1.in_per_group() * self.now.1.taps
    }

    /// What the cut reader computes, per group, as seen before the *original's* normalisation. A fold
    /// in β and re-stated statistics are undone by asking which output of the original reader would
    /// give the same number behind its normalisation.
    pub fn as_cut(&self) -> Vec<Linear> {
        let (now, reader) = self.now;
        let weights = reader.weights(&now.graph);
        let biases = reader.biases(&now.graph);
        let (width, per_out) = (self.width(), reader.out_per_group());
        let scale = self.rescaled();
        let group = |g: usize| {
            let rows = g * per_out..(g + 1) * per_out;
            let mut matrix = DMatrix::zeros(width, per_out);
            let mut bias = DVector::zeros(per_out);
            for (column, j) in rows.enumerate() {
                let (gain, offset) = scale[j];
                for (row, w) in weights.index_axis(Axis(0), j).iter().enumerate() {
                    matrix[(row, column)] = f64::from(*w) * gain;
                }
                bias[column] = biases[j] * gain + offset;
            }
            Linear {
                weights: matrix,
                bias,
            }
        };
        (0..reader.groups).map(group).collect()
    }

    /// (gain, offset) per kept output from the cut reader's scale to the original's.
    fn rescaled(&self) -> Vec<(f64, f64)> {
        let norms = (affine(self.before), affine(self.now));
        if let (Some(old), Some(new)) = norms {
            let one = |(c, j): (usize, &usize)| {
                let ((a, b), (p, q)) = (old[*j], new[c]);
                if a == 0.0 {
                    (1.0, 0.0)
                } else {
                    (p / a, (q - b) / a)
                }
            };
            return self.kept.iter().enumerate().map(one).collect();
        }
        let (before, now) = (self.before, self.now);
        let (old, new) = (before.0.added(before.1), now.0.added(now.1));
        let one = |(c, j): (usize, &usize)| {
            let at = |v: &Vec<f64>, i: usize| v.get(i).copied().unwrap_or(0.0);
            (1.0, at(&new, c) - at(&old, *j))
        };
        self.kept.iter().enumerate().map(one).collect()
    }

    /// Per kept output: the interval outside which the activation behind the reader tells no numbers
    /// apart; `None` where there is no such activation.
    pub fn bounds(&self) -> Option<Vec<(f64, f64)>> {
        let (analysis, reader) = self.before;
        let graph = &analysis.graph;
        let tensor = match analysis.normalisation_behind(reader) {
            Some(norm) => graph.output(norm)?,
            None => reader.output,
        };
        let (next, _) = graph.sole_use(tensor)?;
        let Flow::Activate { functions, .. } = &analysis.channels.flows[next] else {
            return None;
        };
        if functions.len() != reader.outputs.len() {
            return None;
        }
        let affine = affine(self.before);
        let one = |j: &usize| {
            let (a, b) = affine.as_ref().map_or((1.0, 0.0), |v| v[*j]);
            let low = functions[*j].low().unwrap_or(f64::NEG_INFINITY);
            let high = functions[*j].high().unwrap_or(f64::INFINITY);
            match a {
                a if a > 1e-9 => ((low - b) / a, (high - b) / a),
                a if a < -1e-9 => ((high - b) / a, (low - b) / a),
                _ => (f64::NEG_INFINITY, f64::INFINITY),
            }
        };
        let bounds: Vec<(f64, f64)> = self.kept.iter().map(one).collect();
        let ends = |(low, high): &(f64, f64)| low.is_finite() || high.is_finite();
        bounds.iter().any(ends).then_some(bounds)
    }

    /// How much an error of each kept output counts: in units behind the normalisation.
    pub fn importance(&self) -> Vec<f64> {
        match affine(self.before) {
            Some(affine) => {
                let square = |j: &usize| affine[*j].0 * affine[*j].0;
                self.kept.iter().map(square).collect()
            }
            None => vec![1.0; self.kept.len()],
        }
    }
}

/// (scale, shift) of the normalisation behind a reader.
fn affine((analysis, reader): (&Analysis, &Reader)) -> Option<Vec<(f64, f64)>> {
    match &analysis.channels.flows[analysis.normalisation_behind(reader)?] {
        Flow::Normalise { scale, shift, .. } => {
            Some(scale.iter().copied().zip(shift.iter().copied()).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_beside_a_reader_is_added_to_its_target() {
        let beside = Beside {
            before: 0,
            now: 1,
            gains: vec![2.0, 0.5],
        };
        let tensor = |channels: usize, values: &[f32]| {
            ArrayD::from_shape_vec(vec![1, channels, 2], values.to_vec()).expect("as many numbers")
        };
        let mut y = tensor(3, &[0.0, 0.0, 7.0, 7.0, 1.0, 1.0]);
        let old = tensor(3, &[1.0, 2.0, 9.0, 9.0, 4.0, 6.0]);
        // Its channel 1 is gone.
        let new = tensor(2, &[1.0, 1.0, 2.0, 8.0]);
        beside.correct(&[0, 2], &mut y, &old, &new);
        assert_eq!(y, tensor(3, &[0.0, 2.0, 7.0, 7.0, 2.0, 0.0]));
    }
}
