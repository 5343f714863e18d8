//! Parameters and MACs, of the network and of what a plan leaves of it.
//!
//! Parameters: weights, biases, BatchNormalization γ and β, and other per-channel constants. MACs:
//! multiply-adds of Conv, ConvTranspose, Gemm and MatMul at the model's input size and batch 1;
//! "FLOPs" in the pruning literature means this number.

use std::collections::HashMap;

use super::layers::{Layer, layer_behind};
use crate::channels::{Channels, CoupledId, Flow};
use crate::graph::{Graph, NodeId, TensorId};

/// Kept channels of one axis of one tensor.
type AxisId = usize;

#[derive(Clone, Debug)]
struct Term {
    /// Gone with it, if it leaves as a whole.
    node: NodeId,
    layer: Option<usize>,
    factor: u64,
    axes: Vec<AxisId>,
    /// Grouped weights hold only their own group's inputs.
    divisor: u64,
}

impl Term {
    fn value(&self, kept: &[u64]) -> u64 {
        self.axes.iter().map(|a| kept[*a]).product::<u64>() * self.factor / self.divisor
    }
}

/// Counting formulas with the axes they depend on.
#[derive(Clone, Debug)]
pub struct CostTable {
    /// Classes along each axis that occurs in a term.
    axes: Vec<Vec<CoupledId>>,
    params: Vec<Term>,
    macs: Vec<Term>,
    layers: usize,
    total: Cost,
}

/// Totals and shares per layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Parameters that are left, in all.
    pub params: u64,
    /// MACs that are left, in all.
    pub macs: u64,
    /// Parameters per layer.
    pub layer_params: Vec<u64>,
    /// MACs per layer.
    pub layer_macs: Vec<u64>,
}

struct Builder<'a> {
    graph: &'a Graph,
    channels: &'a Channels,
    table: CostTable,
    known: HashMap<(TensorId, usize), AxisId>,
}

impl Builder<'_> {
    fn axis(&mut self, tensor: TensorId, axis: usize) -> AxisId {
        if let Some(id) = self.known.get(&(tensor, axis)) {
            return *id;
        }
        let full = self.graph.shape(tensor).map_or(1, |s| s[axis]);
        let mut channel_ids = self.channels.axis_channel_ids(tensor, axis);
        if channel_ids.len() == 1 && full > 1 {
            // One (pinned) channel stands for the whole axis.
            channel_ids = vec![channel_ids[0]; full];
        }
        let classes = channel_ids
            .iter()
            .map(|a| self.channels.class_of(*a))
            .collect();
        self.table.axes.push(classes);
        let id = self.table.axes.len() - 1;
        self.known.insert((tensor, axis), id);
        id
    }
}

impl CostTable {
    /// Counts every layer once.
    pub fn new(graph: &Graph, channels: &Channels, layers: &[Layer]) -> CostTable {
        let table = CostTable {
            axes: Vec::new(),
            params: Vec::new(),
            macs: Vec::new(),
            layers: layers.len(),
            total: Cost::default(),
        };
        let mut b = Builder {
            graph,
            channels,
            table,
            known: HashMap::new(),
        };
        for slot in channels.slots.iter().filter(|s| s.counted) {
            let Some(tensor) = graph.input(slot.node, slot.input) else {
                continue;
            };
            let shape = graph.shape(tensor).unwrap_or_default().to_vec();
            let layer = match layers.binary_search_by_key(&slot.node, |l| l.node) {
                Ok(layer) => Some(layer),
                Err(_) => slot
                    .axes
                    .first()
                    .and_then(|f| layer_behind(graph, layers, f.tensor)),
            };
            let followed: Vec<usize> = slot.axes.iter().map(|f| f.axis).collect();
            let mut factor: usize = (0..shape.len())
                .filter(|a| !followed.contains(a))
                .map(|a| shape[a])
                .product();
            let mut axes: Vec<AxisId> = slot
                .axes
                .iter()
                .map(|f| b.axis(f.tensor, f.tensor_axis))
                .collect();
            let mut divisor = 1;
            let grouped = layer
                .map(|l| &layers[l])
                .filter(|l| l.node == slot.node && slot.input == 1 && !l.depthwise && l.groups > 1);
            if let Some(layer) = grouped.and_then(|l| l.reader) {
                let reader = &channels.readers[layer];
                axes = vec![
                    b.axis(reader.output, reader.out_axis),
                    b.axis(reader.input, reader.axis),
                ];
                factor = reader.taps;
                divisor = reader.groups as u64;
            }
            b.table.params.push(Term {
                node: slot.node,
                layer,
                factor: factor as u64,
                axes,
                divisor,
            });
        }
        for (index, layer) in layers.iter().enumerate() {
            b.macs(index, layer);
        }
        for (node, flow) in channels.flows.iter().enumerate() {
            if matches!(flow, Flow::Opaque) {
                b.opaque(node);
            }
        }
        let mut table = b.table;
        table.total = table.count(&vec![false; channels.class_count()], |_| false);
        table
    }

    /// The network as it is.
    pub fn total(&self) -> &Cost {
        &self.total
    }

    /// (parameters, MACs) that each class saves if it alone goes.
    pub fn alone(&self, classes: usize) -> Vec<(u64, u64)> {
        let full: Vec<u64> = self.axes.iter().map(|a| a.len() as u64).collect();
        // How often a class lies along each axis.
        let mut counts: Vec<HashMap<CoupledId, u64>> = vec![HashMap::new(); self.axes.len()];
        for (axis, list) in self.axes.iter().enumerate() {
            for class in list {
                *counts[axis].entry(*class).or_default() += 1;
            }
        }
        let mut saved = vec![(0, 0); classes];
        let mut add = |terms: &[Term], pick: fn(&mut (u64, u64)) -> &mut u64| {
            for term in terms {
                let whole = term.value(&full);
                let mut seen: Vec<CoupledId> = Vec::new();
                for axis in &term.axes {
                    seen.extend(counts[*axis].keys());
                }
                seen.sort_unstable();
                seen.dedup();
                for class in seen {
                    let left = |a: &AxisId| full[*a] - counts[*a].get(&class).unwrap_or(&0);
                    let left: u64 = term.axes.iter().map(left).product();
                    *pick(&mut saved[class.index()]) += whole - left * term.factor / term.divisor;
                }
            }
        };
        add(&self.params, |s| &mut s.0);
        add(&self.macs, |s| &mut s.1);
        saved
    }

    /// Counts what is left when `removed[class]` and the `dead` nodes are taken out. What is added in
    /// their place is not counted here.
    pub fn count(&self, removed: &[bool], dead: impl Fn(NodeId) -> bool) -> Cost {
        let kept: Vec<u64> = self
            .axes
            .iter()
            .map(|classes| classes.iter().filter(|c| !removed[c.index()]).count() as u64)
            .collect();
        let mut cost = Cost {
            layer_params: vec![0; self.layers],
            layer_macs: vec![0; self.layers],
            ..Cost::default()
        };
        for term in self.params.iter().filter(|t| !dead(t.node)) {
            let value = term.value(&kept);
            cost.params += value;
            if let Some(layer) = term.layer {
                cost.layer_params[layer] += value;
            }
        }
        for term in self.macs.iter().filter(|t| !dead(t.node)) {
            let value = term.value(&kept);
            cost.macs += value;
            if let Some(layer) = term.layer {
                cost.layer_macs[layer] += value;
            }
        }
        cost
    }
}

/// Number of positions of a tensor besides its channel axis.
fn positions(graph: &Graph, tensor: TensorId, axis: usize) -> u64 {
    let shape = graph.shape(tensor).unwrap_or_default();
    // Batch counts as 1 whatever the file fixes it to, where it is the first axis.
    (0..shape.len())
        .filter(|a| *a != axis && *a != 0)
        .map(|a| shape[a] as u64)
        .product()
}

impl Builder<'_> {
    fn macs(&mut self, index: usize, layer: &Layer) {
        let graph = self.graph;
        let transposed = graph.nodes[layer.node].op == "ConvTranspose";
        let (Some(input), Some(output)) = (graph.input(layer.node, 0), graph.output(layer.node))
        else {
            return;
        };
        let term = match layer.reader.map(|r| &self.channels.readers[r]) {
            Some(r) => {
                let over = if transposed {
                    positions(graph, input, r.axis)
                } else {
                    positions(graph, output, r.out_axis)
                };
                let axes = vec![self.axis(output, r.out_axis), self.axis(input, r.axis)];
                Term {
                    node: layer.node,
                    layer: Some(index),
                    factor: over * r.taps as u64,
                    axes,
                    divisor: r.groups as u64,
                }
            }
            None => {
                let taps: usize = graph
                    .input(layer.node, 1)
                    .and_then(|w| graph.shape(w))
                    .map_or(1, |s| s[2..].iter().product());
                let over = if transposed {
                    positions(graph, input, 1)
                } else {
                    positions(graph, output, 1)
                };
                Term {
                    node: layer.node,
                    layer: Some(index),
                    factor: over * taps as u64,
                    axes: vec![self.axis(output, 1)],
                    divisor: 1,
                }
            }
        };
        self.table.macs.push(term);
    }

    /// A convolution or product in a form that is not followed: its cost is fixed.
    fn opaque(&mut self, node: NodeId) {
        let graph = self.graph;
        let op = graph.nodes[node].op.as_str();
        // Of BatchNormalization γ and β count; its mean and variance are measured, not learned.
        let slots = match op {
            "Conv" | "ConvTranspose" | "Gemm" | "MatMul" => 1..graph.nodes[node].inputs.len(),
            "BatchNormalization" => 1..3,
            _ => return,
        };
        let shape =
            |t: Option<TensorId>| t.and_then(|t| graph.shape(t)).unwrap_or_default().to_vec();
        let (a, w, out) = (
            shape(graph.input(node, 0)),
            shape(graph.input(node, 1)),
            shape(graph.output(node)),
        );
        let elements = |s: &[usize]| s.iter().map(|d| *d as u64).product::<u64>();
        let macs = match op {
            "Conv" if w.len() > 1 => elements(&out) * elements(&w[1..]),
            "ConvTranspose" if w.len() > 1 => elements(&a) * elements(&w[1..]),
            "Gemm" | "MatMul" => elements(&out) * a.last().map_or(0, |k| *k as u64),
            _ => 0,
        };
        self.table.macs.push(Term {
            node,
            layer: None,
            factor: macs,
            axes: Vec::new(),
            divisor: 1,
        });
        for slot in slots {
            if let Some(tensor) = graph.input(node, slot).filter(|t| graph.is_constant(*t)) {
                let factor = elements(&shape(Some(tensor)));
                self.table.params.push(Term {
                    node,
                    layer: None,
                    factor,
                    axes: Vec::new(),
                    divisor: 1,
                });
            }
        }
    }
}
