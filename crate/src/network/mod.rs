//! Everything about a network that does not depend on a plan, computed once when it is opened.

mod addends;
mod compensation;
mod constants;
mod cost;
mod fold_target;
pub mod grids;
pub mod input_scale;
mod layers;
mod per_class;
mod propagation;
pub mod reach;
mod thresholds;

use std::collections::HashMap;

use crate::channels::{ChannelId, Channels, CoupledId, Flow, Reader};
use crate::error::Result;
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId};
use crate::onnx::pb;
use crate::report::Compensation;
use crate::statistics::{Measured, NONE, Site, Statistics};

pub use addends::Addend;
pub use compensation::{CompensationTable, RemovalRequest};
pub use constants::Constants;
pub use cost::{Cost, CostTable};
pub use fold_target::FoldTarget;
pub use layers::{Layer, layer_behind};
pub use per_class::{PerClass, Read};
pub use propagation::{constants, constants_after_removal};
pub use thresholds::Thresholds;

/// All that is known of a network before any plan.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Nodes and tensors.
    pub graph: Graph,
    /// Which channels are coupled, and who reads them.
    pub channels: Channels,
    /// How every channel is distributed.
    pub statistics: Statistics,
    /// The nodes that carry weights, in graph order.
    pub layers: Vec<Layer>,
    /// Where each coupled channel is read.
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
    /// Parameters and MACs, and how they follow from coupled channels.
    pub cost: CostTable,
    /// Channel grids of which only whole rows can go (see [`grids::rigid`]).
    pub rigid: Vec<grids::ClassGrid>,
    /// Operands of residual sums that a constant could replace.
    pub addends: Vec<Addend>,
    /// For every tensor among them, the nodes that nothing else needs.
    pub regions: Vec<Vec<NodeId>>,
    /// Per reader whose fold needs a bias per output where the file has none (or a single one): how
    /// many numbers are there already.
    pub gains_bias: Vec<Option<u64>>,
    silenced: Constants,
    certain: Constants,
    /// By compensation.
    compensation_tables: [CompensationTable; 5],
}

impl Analysis {
    /// Analyses a decoded file, with measured Gaussians by tensor name.
    pub fn new(
        model: &pb::ModelProto,
        measured: &HashMap<String, Vec<Gaussian>>,
    ) -> Result<Analysis> {
        let graph = Graph::new(model)?;
        let channels = Channels::new(&graph)?;
        Ok(Analysis::assemble(graph, channels, measured))
    }

    /// Constants when every normalised channel has its scale set to 0.
    pub fn silenced(&self) -> &Constants {
        &self.silenced
    }

    /// Constants that hold for sure: what is dead with probability 1, and all that follows from it.
    pub fn certain(&self) -> &Constants {
        &self.certain
    }

    /// The constants by which a compensation replaces removed channels.
    pub fn compensation_table(&self, compensation: Compensation) -> &CompensationTable {
        &self.compensation_tables[compensation as usize]
    }

    /// The constant that stands for a channel, and whether it fails to hold at image borders.
    pub fn constant_for(
        &self,
        compensation: Compensation,
        pinned: &Constants,
        channel_id: ChannelId,
    ) -> (f64, bool) {
        compensation::compensation_constant(
            &self.statistics,
            &self.certain,
            compensation,
            pinned,
            channel_id,
        )
    }

    /// Where the constants of a reader's removed inputs go.
    pub fn fold_target(&self, reader: &Reader) -> FoldTarget {
        fold_target::target(&self.graph, &self.channels, reader)
    }

    /// The same in words.
    pub fn fold_label(&self, reader: &Reader) -> String {
        fold_target::target_label(&self.graph, &self.channels, reader)
    }

    /// The BatchNormalization that alone uses what a reader writes.
    pub fn normalisation_behind(&self, reader: &Reader) -> Option<NodeId> {
        fold_target::normalisation_behind(&self.graph, &self.channels, reader)
    }

    /// What the constant Add behind a reader adds to each output; empty where none is.
    pub fn added(&self, reader: &Reader) -> Vec<f64> {
        fold_target::added(&self.graph, &self.channels, reader)
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
            for (c, channel_id) in reader.inputs.iter().enumerate() {
                let read = Read {
                    reader: r as u32,
                    channel: c as u32,
                    channel_id: *channel_id,
                };
                reads.push((channels.class_of(*channel_id), read));
            }
            for (c, channel_id) in reader.outputs.iter().enumerate() {
                writes.push((channels.class_of(*channel_id), (r as u32, c as u32)));
            }
        }
        let sites: Vec<(CoupledId, u32)> = statistics
            .site_channel_ids
            .iter()
            .enumerate()
            .map(|(k, channel_id)| (channels.class_of(*channel_id), k as u32))
            .collect();
        let reads = PerClass::new(classes, &reads);
        let writes = PerClass::new(classes, &writes);
        let mut constant_at = vec![0.0; classes];
        let mut free = vec![false; classes];
        let mut counted = vec![false; classes];
        for class in 0..classes {
            let id = CoupledId::new(class);
            let readers = reads.of(id);
            let at = |r: &Read| statistics.by_channel[r.channel_id.index()].constant_at;
            constant_at[class] = readers.iter().map(at).fold(f64::INFINITY, f64::min);
            let written = !writes.of(id).is_empty();
            let pin = channels.pin_of(id);
            free[class] = written && pin.is_none() && !readers.is_empty();
            counted[class] = written && !pin.is_some_and(|p| p.output);
            if readers.is_empty() {
                constant_at[class] = 0.0;
            }
        }
        let layers = layers::layers(&channels);
        let behind = |site: &Site| layer_behind(&graph, &layers, site.tensor);
        let writers = statistics.sites.iter().map(behind).collect();
        let cost = CostTable::new(&graph, &channels, &layers);
        let sites = PerClass::new(classes, &sites);
        let rigid = grids::rigid(&graph, &channels, &free);
        let addends = addends::addends(&graph, &channels);
        let regions = addends::regions(&graph, &addends);
        let gains_bias = channels.readers.iter();
        let gains_bias = gains_bias.map(|r| gained_biases(&graph, &channels, r));
        let gains_bias = gains_bias.collect();
        let silenced = propagation::silenced(&graph, &channels, &statistics);
        let certain = constants(&graph, &channels, &statistics, &Thresholds::CERTAIN);
        let compensation_tables = [
            Compensation::None,
            Compensation::Shift,
            Compensation::Mean,
            Compensation::Moments,
            Compensation::Merge,
        ]
        .map(|c| CompensationTable::new(&channels, &statistics, &certain, &silenced, c));
        Analysis {
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
            rigid,
            addends,
            regions,
            gains_bias,
            silenced,
            certain,
            compensation_tables,
        }
    }

    /// Why a class can never go, in words.
    pub fn obstacle(&self, class: CoupledId) -> Option<String> {
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
    pub fn class_of_site(&self, channel: u32) -> CoupledId {
        debug_assert_ne!(channel, NONE);
        self.channels
            .class_of(self.statistics.site_channel_ids[channel as usize])
    }
}

/// How many numbers are there already where a reader's fold needs a bias per output and the file has none
/// (or a single one); `None` where it needs no more than there are.
fn gained_biases(graph: &Graph, channels: &Channels, reader: &Reader) -> Option<u64> {
    match fold_target::target(graph, channels, reader) {
        FoldTarget::Bias(slot) => {
            let single = graph
                .floats(reader.node, slot)
                .is_some_and(|b| b.len() == 1);
            (single && reader.outputs.len() > 1).then_some(1)
        }
        target => target.is_new().then_some(0),
    }
}
