//! Everything about a network that does not depend on a plan, computed once when it is opened.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::channels::{Atom, Channels, ClassId, Flow};
use crate::cost::CostTable;
use crate::error::Result;
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::pb;
use crate::plan::branches::{self, Addend};
use crate::plan::constants::{self, Constants};
use crate::plan::limits::Thresholds;
use crate::plan::wish::Told;
use crate::report::Compensation;
use crate::statistics::{Measured, NONE, Site, Statistics};

/// A node that carries weights, with its channels' classes.
#[derive(Clone, Debug)]
pub struct Layer {
    pub node: NodeId,
    pub depthwise: bool,
    pub groups: usize,
    pub taps: usize,
    pub inputs: Vec<ClassId>,
    pub outputs: Vec<ClassId>,
    /// Index into `Channels.readers` unless depthwise.
    pub reader: Option<usize>,
}

/// Lists of things per class, stored flat.
#[derive(Clone, Debug, Default)]
pub struct PerClass<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> PerClass<T> {
    fn new(classes: usize, pairs: &[(ClassId, T)]) -> Self {
        let mut starts = vec![0u32; classes + 1];
        for (class, _) in pairs {
            starts[*class as usize + 1] += 1;
        }
        for c in 0..classes {
            starts[c + 1] += starts[c];
        }
        let mut next = starts.clone();
        let mut items: Vec<Option<T>> = vec![None; pairs.len()];
        for (class, item) in pairs {
            let at = &mut next[*class as usize];
            items[*at as usize] = Some(*item);
            *at += 1;
        }
        PerClass {
            starts,
            items: items.into_iter().flatten().collect(),
        }
    }

    pub fn of(&self, class: ClassId) -> &[T] {
        let c = class as usize;
        &self.items[self.starts[c] as usize..self.starts[c + 1] as usize]
    }
}

/// A place where a class is read: `reader`'s input channel `channel`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read {
    pub reader: u32,
    pub channel: u32,
    pub atom: Atom,
}

#[derive(Clone, Debug)]
pub struct Analysis {
    pub graph: Graph,
    pub channels: Channels,
    pub statistics: Statistics,
    pub layers: Vec<Layer>,
    pub reads: PerClass<Read>,
    /// (reader, output channel) pairs that write each class.
    pub writes: PerClass<(u32, u32)>,
    /// Per row of Gaussians: the layer that writes or carries its channels.
    pub writers: Vec<Option<usize>>,
    /// Site channels of each class.
    pub sites: PerClass<u32>,
    /// Per class: the largest threshold at which every reader sees a constant.
    pub constant_at: Vec<f64>,
    /// Per class: may it ever go? It is written, read and not pinned.
    pub free: Vec<bool>,
    /// Classes that some convolution or Gemm writes and that are not the network's outputs.
    pub counted: Vec<bool>,
    pub cost: CostTable,
    /// Channel grids of which only whole rows can go (see [`crate::surgery::keep::rigid`]).
    pub rigid: Vec<(TensorId, Vec<usize>, Vec<ClassId>)>,
    /// Operands of residual sums that a constant could replace.
    pub addends: Vec<Addend>,
    /// For every tensor among them, the nodes that nothing else needs.
    pub regions: Vec<Vec<NodeId>>,
    /// Per reader whose fold needs a bias per output where the file has none (or a single one): how
    /// many numbers are there already.
    pub gains_bias: Vec<Option<u64>>,
    silenced: OnceLock<Constants>,
    certain: OnceLock<Constants>,
    told: [OnceLock<Told>; 4],
}

impl Analysis {
    pub fn new(
        model: &pb::ModelProto,
        measured: &HashMap<String, Vec<Gaussian>>,
    ) -> Result<Analysis> {
        let graph = Graph::new(model)?;
        let channels = Channels::new(&graph)?;
        Ok(Analysis::assemble(graph, channels, measured))
    }

    /// Constants when every normalised channel has its scale set to 0 (worked out when first asked for).
    pub fn silenced(&self) -> &Constants {
        self.silenced
            .get_or_init(|| constants::silenced(&self.graph, &self.channels, &self.statistics))
    }

    /// Constants that hold for sure: what is dead with probability 1, and all that follows from it.
    pub fn certain(&self) -> &Constants {
        let (graph, channels) = (&self.graph, &self.channels);
        self.certain.get_or_init(|| {
            constants::constants(graph, channels, &self.statistics, &Thresholds::CERTAIN)
        })
    }

    /// What readers are told by shares (worked out when first asked for).
    pub fn told(&self, compensation: Compensation) -> &Told {
        self.told[compensation as usize].get_or_init(|| Told::new(self, compensation))
    }

    /// Replaces the measurements, which changes every statistic but not the coupling.
    pub fn remeasure(&mut self, measured: &HashMap<String, Vec<Gaussian>>) {
        let (graph, channels) = (self.graph.clone(), self.channels.clone());
        *self = Analysis::assemble(graph, channels, measured);
    }

    fn assemble(
        graph: Graph,
        channels: Channels,
        measured: &HashMap<String, Vec<Gaussian>>,
    ) -> Analysis {
        let measured: Measured = measured
            .iter()
            .filter_map(|(name, g)| Some((graph.find(name)?, g.clone())))
            .collect();
        let statistics = Statistics::new(&graph, &channels, &measured);
        let classes = channels.class_count();

        let mut reads = Vec::new();
        let mut writes = Vec::new();
        for (r, reader) in channels.readers.iter().enumerate() {
            for (c, atom) in reader.inputs.iter().enumerate() {
                let read = Read {
                    reader: r as u32,
                    channel: c as u32,
                    atom: *atom,
                };
                reads.push((channels.class_of(*atom), read));
            }
            for (c, atom) in reader.outputs.iter().enumerate() {
                writes.push((channels.class_of(*atom), (r as u32, c as u32)));
            }
        }
        let sites: Vec<(ClassId, u32)> = statistics
            .site_atoms
            .iter()
            .enumerate()
            .map(|(k, atom)| (channels.class_of(*atom), k as u32))
            .collect();
        let reads = PerClass::new(classes, &reads);
        let writes = PerClass::new(classes, &writes);
        let mut constant_at = vec![0.0; classes];
        let mut free = vec![false; classes];
        let mut counted = vec![false; classes];
        for class in 0..classes {
            let readers = reads.of(class as u32);
            let at = |r: &Read| statistics.atoms[r.atom as usize].constant_at;
            constant_at[class] = readers.iter().map(at).fold(f64::INFINITY, f64::min);
            let written = !writes.of(class as u32).is_empty();
            let pin = channels.pin_of(class as u32);
            free[class] = written && pin.is_none() && !readers.is_empty();
            counted[class] = written && !pin.is_some_and(|p| p.output);
            if readers.is_empty() {
                constant_at[class] = 0.0;
            }
        }
        let layers = layers(&channels);
        let behind = |site: &Site| layer_behind(&graph, &layers, site.tensor);
        let writers = statistics.sites.iter().map(behind).collect();
        let cost = CostTable::new(&graph, &channels, &layers);
        let sites = PerClass::new(classes, &sites);
        let mut analysis = Analysis {
            graph,
            channels,
            statistics,
            layers,
            reads,
            writes,
            writers,
            sites,
            constant_at,
            free,
            counted,
            cost,
            rigid: Vec::new(),
            addends: Vec::new(),
            regions: Vec::new(),
            gains_bias: Vec::new(),
            silenced: OnceLock::new(),
            certain: OnceLock::new(),
            told: Default::default(),
        };
        analysis.rigid = crate::surgery::keep::rigid(&analysis);
        analysis.addends = branches::addends(&analysis.graph, &analysis.channels);
        analysis.regions = branches::regions(&analysis.graph, &analysis.addends);
        let gains = |r: &crate::channels::Reader| match crate::surgery::fold_target(&analysis, r) {
            crate::surgery::FoldTarget::Bias(slot) => {
                let single = analysis
                    .graph
                    .floats(r.node, slot)
                    .is_some_and(|b| b.len() == 1);
                (single && r.outputs.len() > 1).then_some(1)
            }
            target => target.is_new().then_some(0),
        };
        analysis.gains_bias = analysis.channels.readers.iter().map(gains).collect();
        analysis
    }

    /// Why a class can never go, in words.
    pub fn obstacle(&self, class: ClassId) -> Option<String> {
        if let Some(pin) = self.channels.pin_of(class) {
            let node = &self
                .graph
                .nodes
                .get(pin.node)
                .map_or("", |n| n.name.as_str());
            return Some(match pin.output {
                true => pin.reason.clone(),
                false => format!("{} ({node})", pin.reason),
            });
        }
        if self.reads.of(class).is_empty() {
            return Some(
                "no convolution, Gemm or MatMul reads it, so nothing would get smaller".into(),
            );
        }
        if self.writes.of(class).is_empty() {
            return Some("no convolution, Gemm or MatMul writes it".into());
        }
        None
    }

    /// Whether the file has convolutions but no usable Gaussian at all: BatchNormalization was folded.
    pub fn is_folded(&self) -> bool {
        let normalised = self
            .channels
            .flows
            .iter()
            .any(|f| matches!(f, Flow::Normalise { .. }));
        !normalised && !self.channels.readers.is_empty()
    }

    /// The class of a site channel.
    pub fn class_of_site(&self, channel: u32) -> ClassId {
        debug_assert_ne!(channel, NONE);
        self.channels
            .class_of(self.statistics.site_atoms[channel as usize])
    }
}

fn layers(channels: &Channels) -> Vec<Layer> {
    let classes = |atoms: &[Atom]| atoms.iter().map(|a| channels.class_of(*a)).collect();
    let mut layers = Vec::new();
    for (node, flow) in channels.flows.iter().enumerate() {
        match flow {
            Flow::Read { reader, .. } => {
                let r = &channels.readers[*reader];
                layers.push(Layer {
                    node,
                    depthwise: false,
                    groups: r.groups,
                    taps: r.taps,
                    inputs: classes(&r.inputs),
                    outputs: classes(&r.outputs),
                    reader: Some(*reader),
                });
            }
            Flow::Depthwise { out, from, .. } => {
                let outputs = channels.layouts[*out]
                    .iter()
                    .flat_map(|l| l.atoms())
                    .collect::<Vec<_>>();
                let mut inputs = from.clone();
                // One input per multiplier run.
                inputs.dedup();
                layers.push(Layer {
                    node,
                    depthwise: true,
                    groups: inputs.len(),
                    taps: 0,
                    inputs: classes(&inputs),
                    outputs: classes(&outputs),
                    reader: None,
                });
            }
            _ => {}
        }
    }
    layers
}

/// The layer a tensor's channels were last written or carried by, walking back first inputs.
pub fn layer_behind(graph: &Graph, layers: &[Layer], mut tensor: TensorId) -> Option<usize> {
    loop {
        let node = graph.tensors[tensor].producer?;
        if let Ok(layer) = layers.binary_search_by_key(&node, |l| l.node) {
            return Some(layer);
        }
        tensor = graph.nodes[node]
            .inputs
            .iter()
            .flatten()
            .copied()
            .find(|t| !graph.is_constant(*t))?;
    }
}
