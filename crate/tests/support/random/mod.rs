//! Random networks: a program of steps, each of which adds a few nodes to the graph. A program can
//! lose any of its steps and still means a network, which is what shrinking needs.

mod arithmetic;
mod convolution;
mod heads;
mod maker;
mod movement;
mod rearrange;
mod spatial;

use channel_pruning::internals::onnx::pb;
use channel_pruning::report::{Criterion, LayerLimits, Per, PlanOptions, Site};

use super::rng::Rng;
pub use maker::{Maker, Value};

/// What a step adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Conv,
    Grouped,
    Depthwise,
    Transposed,
    Norm,
    Activation,
    Residual,
    Sum,
    Combine,
    Constant,
    Concat,
    Split,
    Slice,
    Gather,
    Shuffle,
    PixelShuffle,
    SliceSeveral,
    Beside,
    SplitPart,
    Pad,
    PadChannels,
    Pool,
    Resize,
    ChannelsLast,
    SqueezeExcite,
    Attention,
    Copy,
    FlatSpace,
    Blocks,
    Unknown,
}

/// Operators and how often they are drawn.
const OPS: [(Op, usize); 30] = [
    (Op::Conv, 14),
    (Op::Grouped, 6),
    (Op::Depthwise, 9),
    (Op::Transposed, 3),
    (Op::Norm, 3),
    (Op::Activation, 4),
    (Op::Residual, 6),
    (Op::Sum, 3),
    (Op::Combine, 4),
    (Op::Constant, 6),
    (Op::Concat, 6),
    (Op::Split, 4),
    (Op::Slice, 3),
    (Op::Gather, 3),
    (Op::Shuffle, 5),
    (Op::PixelShuffle, 3),
    (Op::SliceSeveral, 3),
    (Op::Beside, 3),
    (Op::SplitPart, 2),
    (Op::Pad, 2),
    (Op::PadChannels, 2),
    (Op::Pool, 3),
    (Op::Resize, 2),
    (Op::ChannelsLast, 3),
    (Op::SqueezeExcite, 3),
    (Op::Attention, 1),
    (Op::Copy, 2),
    (Op::FlatSpace, 1),
    (Op::Blocks, 1),
    (Op::Unknown, 1),
];

#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub id: usize,
    pub op: Op,
    /// Steps whose results it reads; where one is gone, the nearest before it.
    pub from: [usize; 2],
    pub seed: u64,
}

/// A way in which the network ends.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub from: usize,
    pub seed: u64,
}

#[derive(Clone, Debug)]
pub struct Program {
    pub steps: Vec<Step>,
    pub heads: Vec<Head>,
    pub opset: i64,
    /// Spatial size of the input; one number for one-dimensional signals.
    pub space: Vec<usize>,
    pub channels: usize,
    pub dynamic_batch: bool,
    /// Constant nodes, Identities, typed fields and shared tensors, rather than initializers alone.
    pub odd_storage: bool,
    /// Initializers are listed among the inputs too, as old files do.
    pub weights_are_inputs: bool,
    /// Nodes that no output depends on stay in the graph.
    pub loose_ends: bool,
    /// Dead channels are dead for every input, not just likely so.
    pub exact: bool,
    pub seed: u64,
}

impl Program {
    pub fn random(rng: &mut Rng) -> Program {
        let count = 2 + rng.below(10);
        let total: usize = OPS.iter().map(|(_, n)| n).sum();
        let steps = (1..=count)
            .map(|id| {
                let mut at = rng.below(total);
                let drawn = OPS.iter().find(|(_, n)| {
                    let here = at < *n;
                    at = at.saturating_sub(*n);
                    here
                });
                let back = if rng.chance(0.7) {
                    id - 1
                } else {
                    rng.below(id)
                };
                Step {
                    id,
                    op: drawn.map_or(Op::Conv, |d| d.0),
                    from: [back, rng.below(id)],
                    seed: rng.next(),
                }
            })
            .collect();
        let mut heads = vec![Head {
            from: count,
            seed: rng.next(),
        }];
        if rng.chance(0.3) {
            heads.push(Head {
                from: rng.below(count + 1),
                seed: rng.next(),
            });
        }
        let flat = rng.chance(0.1);
        Program {
            steps,
            heads,
            opset: *rng.pick(&[9, 11, 13, 17, 18]),
            space: if flat {
                vec![8 + rng.below(4)]
            } else {
                vec![5 + rng.below(3), 5 + rng.below(3)]
            },
            channels: 1 + rng.below(4),
            dynamic_batch: rng.chance(0.3),
            odd_storage: rng.chance(0.6),
            weights_are_inputs: rng.chance(0.1),
            loose_ends: rng.chance(0.1),
            exact: false,
            seed: rng.next(),
        }
    }

    /// The network, and the places of constants that count as parameters by intent.
    pub fn build(&self) -> Built {
        let mut maker = Maker::new(self);
        for step in &self.steps {
            maker.step(step);
        }
        for head in &self.heads {
            maker.head(head);
        }
        maker.finish()
    }

    /// Programs a little smaller than this one, the greatest simplifications first.
    pub fn smaller(&self) -> Vec<Program> {
        let mut list = Vec::new();
        let mut push = |change: &dyn Fn(&mut Program)| {
            let mut next = self.clone();
            change(&mut next);
            list.push(next);
        };
        for k in (0..self.steps.len()).rev() {
            push(&|p| {
                p.steps.remove(k);
            });
        }
        if self.heads.len() > 1 {
            for k in 0..self.heads.len() {
                push(&|p| {
                    p.heads.remove(k);
                });
            }
        }
        if self.loose_ends {
            push(&|p| p.loose_ends = false);
        }
        if self.odd_storage {
            push(&|p| p.odd_storage = false);
        }
        if self.weights_are_inputs {
            push(&|p| p.weights_are_inputs = false);
        }
        if self.dynamic_batch {
            push(&|p| p.dynamic_batch = false);
        }
        if self.opset != 13 {
            push(&|p| p.opset = 13);
        }
        list
    }
}

/// A finished network.
pub struct Built {
    pub model: pb::ModelProto,
    /// (node name, input slot) of per-channel constants of element-wise operators.
    pub counted: Vec<(String, usize)>,
}

/// Plan options, any criterion that needs no images.
pub fn random_options(rng: &mut Rng, model: &pb::ModelProto) -> PlanOptions {
    let nodes: Vec<&str> = model
        .graph
        .iter()
        .flat_map(|g| &g.node)
        .filter(|n| {
            matches!(
                n.op_type.as_str(),
                "Conv" | "Gemm" | "MatMul" | "ConvTranspose"
            )
        })
        .map(|n| n.name.as_str())
        .collect();
    let criterion = if rng.chance(0.4) {
        Criterion::Probability
    } else {
        *rng.pick(&super::CRITERIA)
    };
    let locked = if !nodes.is_empty() && rng.chance(0.1) {
        vec![(*rng.pick(&nodes)).to_string()]
    } else {
        Vec::new()
    };
    PlanOptions {
        criterion,
        threshold: *rng.pick(&[0.5, 0.9, 0.99]),
        share: *rng.pick(&[0.2, 0.4, 0.6, 0.8, 1.0]),
        compensation: *rng.pick(&super::COMPENSATIONS),
        per: *rng.pick(&[Per::Channel, Per::Mac, Per::Parameter, Per::Cost]),
        seed: rng.next() as u32,
        floor: *rng.pick(&[1, 1, 1, 1, 2, 3]),
        multiple: *rng.pick(&[1, 1, 1, 1, 1, 2, 4]),
        locked,
        layers: Vec::new(),
    }
}

/// Limits of single rows; which row is meant is settled when the network is open (see [`with_limits`]).
pub fn random_limits(rng: &mut Rng) -> Vec<(usize, LayerLimits)> {
    let count = *rng.pick(&[0, 0, 0, 1, 2, 4]);
    let limits = |rng: &mut Rng| LayerLimits {
        layer: String::new(),
        threshold: *rng.pick(&[None, Some(0.3), Some(0.7), Some(1.0)]),
        share: *rng.pick(&[None, Some(0.0), Some(0.5), Some(1.0)]),
        floor: *rng.pick(&[None, None, Some(1), Some(3)]),
        multiple: *rng.pick(&[None, None, Some(2)]),
    };
    (0..count)
        .map(|_| (rng.next() as usize, limits(rng)))
        .collect()
}

/// Options with limits for rows that a network has, if it has any.
pub fn with_limits(
    options: &PlanOptions,
    limits: &[(usize, LayerLimits)],
    rows: &[Site],
) -> PlanOptions {
    let name = |(k, it): &(usize, LayerLimits)| LayerLimits {
        layer: rows[k % rows.len()].norm.clone(),
        ..it.clone()
    };
    let named = || limits.iter().map(name).collect();
    PlanOptions {
        layers: if rows.is_empty() { Vec::new() } else { named() },
        ..options.clone()
    }
}

/// A node list short enough to read.
pub fn describe(model: &pb::ModelProto) -> String {
    let Some(graph) = &model.graph else {
        return String::new();
    };
    let dims = |name: &String| {
        let tensor = graph.initializer.iter().find(|t| t.name == *name);
        tensor.map_or(name.clone(), |t| format!("{name}{:?}", t.dims))
    };
    let lines = graph.node.iter().map(|n| {
        let inputs: Vec<String> = n.input.iter().map(dims).collect();
        let attributes: Vec<String> = n
            .attribute
            .iter()
            .map(|a| match (&a.t, a.ints.is_empty(), a.s.is_empty()) {
                (Some(t), ..) => format!("{}=tensor{:?}", a.name, t.dims),
                (_, false, _) => format!("{}={:?}", a.name, a.ints),
                (.., false) => format!("{}={}", a.name, String::from_utf8_lossy(&a.s)),
                _ if a.f != 0.0 => format!("{}={}", a.name, a.f),
                _ => format!("{}={}", a.name, a.i),
            })
            .collect();
        let (op, outputs) = (&n.op_type, n.output.join(", "));
        format!(
            "  {outputs} = {op}({}) {}",
            inputs.join(", "),
            attributes.join(" ")
        )
    });
    let outputs: Vec<&str> = graph.output.iter().map(|o| o.name.as_str()).collect();
    format!(
        "{}\n  outputs {}",
        lines.collect::<Vec<_>>().join("\n"),
        outputs.join(", ")
    )
}
