//! The masked twin: the original network with its weights left alone, in which readers see removed
//! channels, and sums see dead branches, as the constants the plan says they are. The sliced network
//! must compute the same.

use ndarray::{ArrayD, IxDyn};
use tract_onnx::prelude::DatumType;

use crate::channels::{Reader, ReaderKind};
use crate::error::{Error, Result};
use crate::graph::NodeId;
use crate::network::Analysis;
use crate::onnx::{Attributes, Names, float_tensor, pb};
use crate::plan::Decision;
use crate::plan::branches::Branch;

use super::branch::stored_type;

/// Inserts, in front of every reader of removed channels, a multiplication by a 0/1 mask and the
/// addition of the constants. Where a kernel is zero-padded the constants are instead run through
/// the reader's own weights without padding and added behind it, because there the fold says what
/// an unbounded constant would give.
pub fn masked_twin(
    model: &pb::ModelProto,
    analysis: &Analysis,
    decision: &Decision,
) -> Result<pb::ModelProto> {
    let mut twin = model.clone();
    let graph = twin
        .graph
        .as_mut()
        .ok_or_else(|| Error::new("holds no graph"))?;
    let mut t = Twin {
        analysis,
        decision,
        names: Names::of(graph),
        before: Vec::new(),
        after: Vec::new(),
        added: Vec::new(),
    };
    let mut nodes = std::mem::take(&mut graph.node);
    for (index, reader) in analysis.channels.readers.iter().enumerate() {
        if decision.is_dead(reader.node) {
            continue;
        }
        if reader
            .inputs
            .iter()
            .any(|a| decision.is_removed(analysis, *a))
        {
            t.mask(reader, &mut nodes);
        }
        if let Some(stays) = &decision.restores[index] {
            t.rescale_output(reader, stays, &mut nodes);
        }
    }
    for branch in &decision.branches.list {
        t.insert_branch_constants(branch, &mut nodes);
    }
    let Twin {
        mut before,
        mut after,
        added,
        ..
    } = t;
    for (index, node) in nodes.into_iter().enumerate() {
        graph.node.extend(take_at(&mut before, index));
        graph.node.push(node);
        graph.node.extend(take_at(&mut after, index));
    }
    graph.initializer.extend(added);
    Ok(twin)
}

type Placed = Vec<(NodeId, pb::NodeProto)>;

fn take_at(placed: &mut Placed, index: NodeId) -> Vec<pb::NodeProto> {
    let (here, rest) = std::mem::take(placed)
        .into_iter()
        .partition(|(n, _)| *n == index);
    *placed = rest;
    here.into_iter().map(|(_, node)| node).collect()
}

struct Twin<'a> {
    analysis: &'a Analysis,
    decision: &'a Decision,
    names: Names,
    before: Placed,
    after: Placed,
    added: Vec<pb::TensorProto>,
}

impl Twin<'_> {
    fn constant(
        &mut self,
        base: &str,
        shape: Vec<usize>,
        values: Vec<f32>,
        like: DatumType,
    ) -> String {
        let name = self.names.fresh(base);
        let array = ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap_or_default();
        self.added.push(float_tensor(&name, array.view(), like));
        name
    }

    fn node(&mut self, op: &str, base: &str, inputs: &[&str]) -> (pb::NodeProto, String) {
        let output = self.names.fresh(&format!("{base}_{}", op.to_lowercase()));
        let node = pb::NodeProto {
            op_type: op.into(),
            name: output.clone(),
            input: inputs.iter().map(|s| (*s).to_string()).collect(),
            output: vec![output.clone()],
            ..Default::default()
        };
        (node, output)
    }

    /// Holds an operand of an Add at the constants of its dead branch.
    fn insert_branch_constants(&mut self, branch: &Branch, nodes: &mut [pb::NodeProto]) {
        let (node, slot) = (branch.addend.node, branch.addend.slot);
        let like = stored_type(self.analysis, branch.addend.tensor);
        let layout = self.analysis.channels.layouts[branch.addend.tensor].as_ref();
        let shape = layout.map_or(Vec::new(), |l| l.dims.clone());
        let base = format!("{}_twin{slot}", self.analysis.graph.nodes[node].name);
        let values = branch.values.iter().map(|v| *v as f32).collect();
        let zero = self.constant(&format!("{base}_mask"), vec![], vec![0.0], like);
        let values = self.constant(&format!("{base}_held"), shape, values, like);
        let seen = nodes[node].input[slot].clone();
        let (mul, masked) = self.node("Mul", &base, &[&seen, &zero]);
        let (add, held) = self.node("Add", &base, &[&masked, &values]);
        self.before.extend([(node, mul), (node, add)]);
        nodes[node].input[slot] = held;
    }

    fn mask(&mut self, reader: &Reader, nodes: &mut [pb::NodeProto]) {
        let (analysis, decision) = (self.analysis, self.decision);
        let graph = &analysis.graph;
        let like = graph.weight_type(reader.node);
        let rank = graph.shape(reader.input).map_or(4, <[usize]>::len);
        let mut shape = vec![1; rank];
        shape[reader.axis] = reader.inputs.len();
        let gone: Vec<bool> = reader
            .inputs
            .iter()
            .map(|a| decision.is_removed(analysis, *a))
            .collect();
        let mask = gone.iter().map(|g| if *g { 0.0 } else { 1.0 }).collect();
        let constants: Vec<f32> = reader
            .inputs
            .iter()
            .zip(&gone)
            .map(|(a, g)| {
                if *g {
                    decision.constants[a.index()] as f32
                } else {
                    0.0
                }
            })
            .collect();
        let base = format!("{}_twin", graph.nodes[reader.node].name);
        let mask = self.constant(&format!("{base}_mask"), shape.clone(), mask, like);
        let seen = nodes[reader.node].input[0].clone();
        let (mul, masked) = self.node("Mul", &base, &[&seen, &mask]);
        self.before.push((reader.node, mul));
        nodes[reader.node].input[0] = masked.clone();
        if constants.iter().all(|c| *c == 0.0) {
            return;
        }
        if !reader.padded {
            let operand = self.constant(&format!("{base}_told"), shape, constants, like);
            let (add, shifted) = self.node("Add", &base, &[&masked, &operand]);
            self.before.push((reader.node, add));
            nodes[reader.node].input[0] = shifted;
            return;
        }
        let response = match reader.kind {
            ReaderKind::Conv => self.response_of_conv(reader, &base, &constants, nodes),
            _ => self.response_of_transposed(reader, &base, &constants),
        };
        let old = nodes[reader.node].output[0].clone();
        let bare = self.names.fresh(&format!("{old}_bare"));
        nodes[reader.node].output[0] = bare.clone();
        let (mut add, _) = self.node("Add", &format!("{base}_after"), &[&bare, &response]);
        add.output[0] = old;
        self.after.push((reader.node, add));
    }

    /// Stretches what a reader emits about its running mean, as a normalisation does that is set to assume that
    /// only the part `stays` of its variance is left.
    fn rescale_output(&mut self, reader: &Reader, stays: &[f64], nodes: &mut [pb::NodeProto]) {
        let graph = &self.analysis.graph;
        let Some(norm) = self.analysis.normalisation_behind(reader) else {
            return;
        };
        let (Some(mean), Some(variance)) = (graph.floats(norm, 3), graph.floats(norm, 4)) else {
            return;
        };
        let epsilon = graph.nodes[norm].float("epsilon").unwrap_or(1e-5);
        let gain = |(v, stays): (&f32, &f64)| {
            let (v, e) = (f64::from(*v), f64::from(epsilon));
            ((v + e) / (v * stays + e)).sqrt()
        };
        let gains: Vec<f64> = variance.iter().zip(stays).map(gain).collect();
        let offset = |(m, g): (&f32, &f64)| (f64::from(*m) * (1.0 - g)) as f32;
        let offsets = mean.iter().zip(&gains).map(offset).collect();
        let rank = graph.shape(reader.output).map_or(4, <[usize]>::len);
        let mut shape = vec![1; rank];
        shape[reader.out_axis] = gains.len();
        let like = graph.weight_type(reader.node);
        let base = format!("{}_twin_spread", graph.nodes[reader.node].name);
        let gains = gains.iter().map(|g| *g as f32).collect();
        let gains = self.constant(&format!("{base}_gain"), shape.clone(), gains, like);
        let offsets = self.constant(&format!("{base}_offset"), shape, offsets, like);
        let old = graph.tensors[reader.output].name.clone();
        let bare = self.names.fresh(&format!("{old}_narrow"));
        let writer = self
            .after
            .iter_mut()
            .map(|(_, node)| node)
            .chain(nodes.iter_mut())
            .find(|node| node.output.first() == Some(&old));
        if let Some(writer) = writer {
            writer.output[0] = bare.clone();
        }
        let (mul, scaled) = self.node("Mul", &base, &[&bare, &gains]);
        let (mut add, _) = self.node("Add", &base, &[&scaled, &offsets]);
        add.output[0] = old;
        self.after.extend([(reader.node, mul), (reader.node, add)]);
    }

    /// The reader's own convolution over an image that is the constants everywhere and just as
    /// large as the kernel reaches: one pixel of the interior.
    fn response_of_conv(
        &mut self,
        reader: &Reader,
        base: &str,
        constants: &[f32],
        nodes: &[pb::NodeProto],
    ) -> String {
        let node = &nodes[reader.node];
        let weight = self
            .analysis
            .graph
            .input(reader.node, 1)
            .and_then(|w| self.analysis.graph.shape(w));
        let kernel = weight.map_or(Vec::new(), |w| w[2..].to_vec());
        let dilations = node
            .ints("dilations")
            .map_or(vec![1; kernel.len()], <[i64]>::to_vec);
        let reach: Vec<usize> = kernel
            .iter()
            .zip(&dilations)
            .map(|(k, d)| (k - 1) * *d as usize + 1)
            .collect();
        let area: usize = reach.iter().product();
        let mut shape = vec![1, constants.len()];
        shape.extend(&reach);
        let image = constants
            .iter()
            .flat_map(|c| std::iter::repeat_n(*c, area))
            .collect();
        let like = self.analysis.graph.weight_type(reader.node);
        let image = self.constant(&format!("{base}_image"), shape, image, like);
        let (mut conv, response) = self.node(
            "Conv",
            &format!("{base}_response"),
            &[&image, &node.input[1]],
        );
        let plain = |name: &str| matches!(name, "dilations" | "group" | "kernel_shape");
        conv.attribute = node
            .attribute
            .iter()
            .filter(|a| plain(&a.name))
            .cloned()
            .collect();
        self.after.push((reader.node, conv));
        response
    }

    /// Transposed convolutions have no interior pixel that sees all taps; the plan says "spread
    /// over the stride phases", and the twin adds that number.
    fn response_of_transposed(&mut self, reader: &Reader, base: &str, constants: &[f32]) -> String {
        let sums = reader.tap_sums(&self.analysis.graph);
        let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
        let values: Vec<f32> = (0..reader.outputs.len())
            .map(|j| {
                (0..per_in)
                    .map(|i| sums[(j, i)] as f32 * constants[j / per_out * per_in + i])
                    .sum()
            })
            .collect();
        let rank = self
            .analysis
            .graph
            .shape(reader.output)
            .map_or(4, <[usize]>::len);
        let mut shape = vec![1; rank];
        shape[1] = values.len();
        let like = self.analysis.graph.weight_type(reader.node);
        self.constant(&format!("{base}_response"), shape, values, like)
    }
}
