//! What the steps of a program write into: the graph, its weights, the values so far.

use std::collections::HashSet;

use channel_pruning::internals::onnx::pb;

use super::{Built, Head, Op, Program, Step};
use crate::support::build::{self, Net, int, integers, tensor};
use crate::support::rng::Rng;

/// A tensor [N, channels, …space].
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub channels: usize,
    pub space: Vec<usize>,
}

impl Value {
    pub fn positions(&self) -> usize {
        self.space.iter().product()
    }
}

/// The role of constants that belong together, so that none is used again elsewhere.
pub const UNIQUE: &str = "unique";

pub struct Maker {
    pub net: Net,
    pub opset: i64,
    /// Of the step at hand.
    pub rng: Rng,
    pub dynamic_batch: bool,
    pub counted: Vec<(String, usize)>,
    pub exact: bool,
    odd_storage: bool,
    loose_ends: bool,
    weights_are_inputs: bool,
    /// (step, its results); several where the step splits.
    values: Vec<(usize, Vec<Value>)>,
    /// (role, dims, name) of constants that may be used again.
    shared: Vec<(&'static str, Vec<usize>, String)>,
}

impl Maker {
    pub fn new(program: &Program) -> Maker {
        let mut shape = vec![usize::from(!program.dynamic_batch), program.channels];
        shape.extend(&program.space);
        let input = Value {
            name: "input".into(),
            channels: program.channels,
            space: program.space.clone(),
        };
        let mut maker = Maker {
            net: Net::new("input", &shape),
            opset: program.opset,
            rng: Rng::new(program.seed),
            dynamic_batch: program.dynamic_batch,
            counted: Vec::new(),
            exact: program.exact,
            odd_storage: program.odd_storage,
            loose_ends: program.loose_ends,
            weights_are_inputs: program.weights_are_inputs,
            values: Vec::new(),
            shared: Vec::new(),
        };
        // Step 0: a stem, so that every value has channels of its own.
        let stem = maker.conv_block(&input, 1);
        maker.values.push((0, vec![stem]));
        maker
    }

    /// The result of step `id`, or of the nearest before it.
    pub fn value(&mut self, id: usize) -> Value {
        let at = self.values.iter().rposition(|(k, _)| *k <= id).unwrap_or(0);
        let pick = self.rng.below(self.values[at].1.len());
        self.values[at].1[pick].clone()
    }

    /// Any earlier value of the same shape.
    pub fn same_shape(&mut self, as_value: &Value) -> Option<Value> {
        let all = self.values.iter().flat_map(|(_, v)| v);
        let like: Vec<Value> = all
            .filter(|v| v.channels == as_value.channels && v.space == as_value.space)
            .cloned()
            .collect();
        (!like.is_empty()).then(|| self.rng.pick(&like).clone())
    }

    /// Any earlier value of the same spatial size.
    pub fn same_space(&mut self, as_value: &Value) -> Value {
        let all = self.values.iter().flat_map(|(_, v)| v);
        let like: Vec<Value> = all.filter(|v| v.space == as_value.space).cloned().collect();
        self.rng.pick(&like).clone()
    }

    pub fn step(&mut self, step: &Step) {
        self.rng = Rng::new(step.seed);
        let x = self.value(step.from[0]);
        let made = match step.op {
            Op::Conv => vec![self.conv_block(&x, 1)],
            Op::Grouped => vec![self.grouped(&x)],
            Op::Depthwise => vec![self.depthwise_block(&x)],
            Op::Transposed => vec![self.transposed(&x)],
            Op::Norm => vec![self.norm(&x)],
            Op::Activation => vec![self.activation(&x)],
            Op::Residual => vec![self.residual(&x)],
            Op::Sum => vec![self.sum(&x)],
            Op::Combine => vec![self.combine(&x)],
            Op::Constant => vec![self.with_constant(&x)],
            Op::Concat => vec![self.concat(&x)],
            Op::Split => self.split(&x),
            Op::Slice => vec![self.slice(&x)],
            Op::Gather => vec![self.gather(&x)],
            Op::Shuffle => vec![self.shuffle(&x)],
            Op::PixelShuffle => vec![self.pixel_shuffle(&x)],
            Op::SliceSeveral => vec![self.slice_several(&x)],
            Op::Beside => vec![self.beside(&x)],
            Op::SplitPart => vec![self.split_part(&x)],
            Op::Pad => vec![self.pad(&x)],
            Op::PadChannels => vec![self.pad_channels(&x)],
            Op::Pool => vec![self.pool(&x)],
            Op::Resize => vec![self.resize(&x)],
            Op::ChannelsLast => vec![self.channels_last(&x)],
            Op::SqueezeExcite => vec![self.squeeze_excite(&x)],
            Op::Attention => vec![self.attention(&x)],
            Op::Copy => vec![self.copy(&x)],
            Op::FlatSpace => vec![self.flat_space(&x)],
            Op::Blocks => vec![self.blocks(&x)],
            Op::Unknown => vec![self.unknown(&x)],
        };
        self.values.push((step.id, made));
    }

    pub fn head(&mut self, head: &Head) {
        self.rng = Rng::new(head.seed);
        let x = self.value(head.from);
        let name = self.end(&x);
        if !self.net.graph.output.iter().any(|o| o.name == name) {
            self.net.output(&name);
        }
    }

    pub fn finish(self) -> Built {
        let mut graph = self.net.graph;
        if !self.loose_ends {
            drop_loose_ends(&mut graph);
        }
        if self.weights_are_inputs {
            let listed: Vec<pb::ValueInfoProto> = graph
                .initializer
                .iter()
                .map(|t| {
                    let dims: Vec<usize> = t.dims.iter().map(|d| *d as usize).collect();
                    let mut value = build::value(&t.name, &dims);
                    if let Some(pb::TypeProto {
                        value: Some(pb::type_proto::Value::TensorType(kind)),
                        ..
                    }) = &mut value.r#type
                    {
                        kind.elem_type = t.data_type;
                    }
                    value
                })
                .collect();
            graph.input.extend(listed);
        }
        Built {
            model: build::model(graph, self.opset),
            counted: self.counted,
        }
    }

    /// A float constant, stored in one of the ways in which files store them.
    pub fn constant(&mut self, role: &'static str, dims: &[usize], values: Vec<f32>) -> String {
        if !self.odd_storage {
            return self.net.weight(dims, &values);
        }
        let known = self
            .shared
            .iter()
            .rev()
            .find(|(r, d, _)| *r == role && role != UNIQUE && d == dims);
        if let Some((_, _, name)) = known.filter(|_| self.rng.chance(0.15)) {
            return name.clone();
        }
        let name = match self.rng.below(6) {
            0 => {
                let name = self.net.fresh("w");
                let value = build::floats(&name, dims, &values);
                self.net.op("Constant", &[], vec![tensor("value", value)])
            }
            1 => {
                let stored = self.net.weight(dims, &values);
                self.net.op("Identity", &[&stored], vec![])
            }
            2 => {
                let name = self.net.weight(dims, &values);
                let last = self.net.graph.initializer.last_mut().expect("just added");
                last.raw_data.clear();
                last.float_data = values;
                name
            }
            _ => self.net.weight(dims, &values),
        };
        self.shared.push((role, dims.to_vec(), name.clone()));
        name
    }

    /// An integer constant: initializer or Constant node.
    pub fn integers(&mut self, values: &[i64]) -> String {
        if self.odd_storage && self.rng.chance(0.3) {
            let name = self.net.fresh("i");
            let value = integers(&name, &[values.len()], values);
            return self.net.op("Constant", &[], vec![tensor("value", value)]);
        }
        self.net.ints(values)
    }

    /// Normal numbers, sized so that a convolution keeps the scale of its input.
    pub fn weights(&mut self, dims: &[usize], fan_in: usize) -> String {
        let scale = (1.2 / fan_in.max(1) as f64).sqrt();
        let values = self.rng.normals(dims.iter().product(), scale);
        self.constant("weight", dims, values)
    }

    /// The shape [N, …] of a Reshape, in one of the spellings of exporters. `like` gives N.
    pub fn shape(&mut self, like: &str, tail: &[usize]) -> String {
        let sizes: Vec<i64> = tail.iter().map(|d| *d as i64).collect();
        let mut all = vec![0];
        all.extend(&sizes);
        match self.rng.below(4) {
            // Copied from the input.
            0 => {}
            // Worked out: the batch, or (if that is fixed) some other dimension.
            1 if self.dynamic_batch => all[0] = -1,
            1 => {
                all[0] = 1;
                let at = 1 + self.rng.below(sizes.len());
                all[at] = -1;
            }
            2 if !self.dynamic_batch => all[0] = 1,
            _ => return self.computed_shape(like, &sizes),
        }
        self.integers(&all)
    }

    /// Shape, Gather, Unsqueeze, Concat, as written for a dynamic batch.
    fn computed_shape(&mut self, like: &str, tail: &[i64]) -> String {
        let shape = self.net.op("Shape", &[like], vec![]);
        let zero = self.net.fresh("i");
        self.net.graph.initializer.push(integers(&zero, &[], &[0]));
        let batch = self
            .net
            .op("Gather", &[&shape, &zero], vec![int("axis", 0)]);
        let batch = self.unsqueeze(&batch, &[0]);
        let tail = self.integers(tail);
        self.net
            .op("Concat", &[&batch, &tail], vec![int("axis", 0)])
    }

    pub fn unsqueeze(&mut self, x: &str, axes: &[i64]) -> String {
        self.with_axes("Unsqueeze", x, axes)
    }

    pub fn with_axes(&mut self, op: &str, x: &str, axes: &[i64]) -> String {
        if self.opset >= 13 {
            let axes = self.integers(axes);
            self.net.op(op, &[x, &axes], vec![])
        } else {
            self.net.op(op, &[x], vec![build::ints("axes", axes)])
        }
    }

    /// ReduceMean over `axes`; they became an input in opset 18.
    pub fn mean(&mut self, x: &str, axes: &[i64], keep: bool) -> String {
        let keep = int("keepdims", i64::from(keep));
        if self.opset >= 18 {
            let axes = self.integers(axes);
            self.net.op("ReduceMean", &[x, &axes], vec![keep])
        } else {
            self.net
                .op("ReduceMean", &[x], vec![build::ints("axes", axes), keep])
        }
    }

    /// Marks the operand of the node added last as a parameter.
    pub fn count_last(&mut self, slot: usize) {
        self.counted.push((self.net.last(), slot));
    }

    /// Dimensions [1, channels, 1, …] or without the leading 1.
    pub fn per_channel(&mut self, x: &Value) -> Vec<usize> {
        let mut dims = vec![x.channels];
        dims.extend(x.space.iter().map(|_| 1));
        if self.rng.chance(0.5) {
            dims.insert(0, 1);
        }
        dims
    }
}

/// Takes out nodes and initializers that no output depends on.
fn drop_loose_ends(graph: &mut pb::GraphProto) {
    let mut live: HashSet<String> = graph.output.iter().map(|o| o.name.clone()).collect();
    for node in graph.node.iter().rev() {
        if node.output.iter().any(|o| live.contains(o)) {
            live.extend(node.input.iter().filter(|i| !i.is_empty()).cloned());
        }
    }
    graph
        .node
        .retain(|n| n.output.iter().any(|o| live.contains(o)));
    graph.initializer.retain(|t| live.contains(&t.name));
}
