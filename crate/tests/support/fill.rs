//! Random weights for skeletons, each according to its role: a variance is positive, a convolution
//! keeps the size of what passes it, and a chosen share of the normalised channels is dead.

use std::collections::HashMap;

use channel_pruning::internals::onnx::{Attributes, pb};

use super::build::{floats_of, set_floats};
use super::rng::Rng;

#[derive(Clone, Debug)]
pub struct Fill {
    /// Share of the channels of every BatchNormalization that is dead with P ≥ 0.99.
    pub dead: f64,
    /// Probability that a whole BatchNormalization is dead.
    pub whole: f64,
    /// Whether some of the dead channels have γ = 0 rather than a β far below zero.
    pub zero_gamma: bool,
}

impl Default for Fill {
    fn default() -> Self {
        Fill {
            dead: 0.3,
            whole: 0.02,
            zero_gamma: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    // In the order in which a tensor with several roles takes one: the strictest first.
    Variance,
    Gamma,
    Beta,
    Mean,
    Weight { fan_in: usize },
    Slope,
    Factor,
    Bias,
}

/// Gives every float tensor without data random numbers.
pub fn fill(model: &mut pb::ModelProto, seed: u64, how: &Fill) {
    let graph = model.graph.as_mut().expect("a graph");
    let roles = roles(graph);
    let mut blank: HashMap<String, Vec<usize>> = HashMap::new();
    for_each_tensor(graph, |name, tensor| {
        let count: i64 = tensor.dims.iter().product();
        if count > 0 && is_blank(tensor) {
            let dims = tensor.dims.iter().map(|d| *d as usize).collect();
            blank.insert(name.to_string(), dims);
        }
    });
    // Sorted, so that one seed always means the same weights.
    let mut names: Vec<&String> = blank.keys().collect();
    names.sort();
    let mut rng = Rng::new(seed);
    let mut values: HashMap<String, Vec<f32>> = HashMap::new();
    for name in names {
        let count: usize = blank[name].iter().product();
        let role = roles.get(name).copied().unwrap_or(Role::Bias);
        values.insert(name.clone(), random(&mut rng, role, count));
    }
    deaden(graph, &mut values, &mut rng, how);
    for_each_tensor(graph, |name, tensor| {
        if let Some(values) = values.get(name).filter(|_| blank.contains_key(name)) {
            set_floats(tensor, values);
        }
    });
}

fn random(rng: &mut Rng, role: Role, count: usize) -> Vec<f32> {
    let mut draw = |f: &dyn Fn(&mut Rng) -> f64| (0..count).map(|_| f(rng) as f32).collect();
    match role {
        Role::Variance => draw(&|r| r.between(0.5, 1.5)),
        Role::Gamma => draw(&|r| r.between(0.5, 1.5) * if r.chance(0.2) { -1.0 } else { 1.0 }),
        Role::Beta | Role::Mean => draw(&|r| 0.3 * r.normal()),
        Role::Weight { fan_in } => {
            // Less than He's 2: linear bottlenecks would double the variance at every step, and
            // a network of such size magnifies rounding.
            let scale = (1.0 / fan_in.max(1) as f64).sqrt();
            draw(&move |r| scale * r.normal())
        }
        Role::Slope => draw(&|r| r.between(0.05, 0.5)),
        Role::Factor => draw(&|r| r.between(0.5, 1.5)),
        Role::Bias => draw(&|r| 0.1 * r.normal()),
    }
}

/// Float tensors of initializers and Constant nodes, under the name by which nodes read them.
fn for_each_tensor(graph: &mut pb::GraphProto, mut visit: impl FnMut(&str, &mut pb::TensorProto)) {
    let float = pb::tensor_proto::DataType::Float as i32;
    for tensor in graph
        .initializer
        .iter_mut()
        .filter(|t| t.data_type == float)
    {
        let name = tensor.name.clone();
        visit(&name, tensor);
    }
    for node in graph.node.iter_mut().filter(|n| n.op_type == "Constant") {
        let name = node.output[0].clone();
        for tensor in node.attribute.iter_mut().filter_map(|a| a.t.as_mut()) {
            if tensor.data_type == float {
                visit(&name, tensor);
            }
        }
    }
}

fn is_blank(tensor: &pb::TensorProto) -> bool {
    tensor.raw_data.is_empty() && tensor.float_data.is_empty()
}

/// What each constant is used for, followed through Identity and Transpose.
fn roles(graph: &mut pb::GraphProto) -> HashMap<String, Role> {
    let mut shapes: HashMap<String, Vec<usize>> = HashMap::new();
    for_each_tensor(graph, |name, t| {
        shapes.insert(name.into(), t.dims.iter().map(|d| *d as usize).collect());
    });
    let sources = sources(graph);
    let mut roles: HashMap<String, Role> = HashMap::new();
    for node in &graph.node {
        for (slot, input) in node.input.iter().enumerate() {
            let source = sources.get(input).unwrap_or(input);
            let Some(dims) = shapes.get(source) else {
                continue;
            };
            let transposed = source != input && dims.len() == 2;
            let tail = |from: usize| dims[from.min(dims.len())..].iter().product::<usize>();
            let role = match (node.op_type.as_str(), slot) {
                ("BatchNormalization", 1) => Role::Gamma,
                ("BatchNormalization", 2) => Role::Beta,
                ("BatchNormalization", 3) => Role::Mean,
                ("BatchNormalization", 4) => Role::Variance,
                ("Conv", 1) => Role::Weight { fan_in: tail(1) },
                ("ConvTranspose", 1) => Role::Weight {
                    fan_in: dims[0] * tail(2) / 4,
                },
                ("Gemm", 1) if node.int("transB") == Some(1) => Role::Weight { fan_in: tail(1) },
                ("MatMul", 1) if transposed => Role::Weight { fan_in: tail(1) },
                ("Gemm" | "MatMul", 1) => Role::Weight { fan_in: dims[0] },
                ("PRelu", 1) => Role::Slope,
                ("Mul" | "Div", _) => Role::Factor,
                ("Identity" | "Transpose", _) => continue,
                _ => Role::Bias,
            };
            roles
                .entry(source.clone())
                .and_modify(|r| *r = (*r).min(role))
                .or_insert(role);
        }
    }
    roles
}

/// The stored tensor behind each Identity or Transpose of one.
fn sources(graph: &pb::GraphProto) -> HashMap<String, String> {
    let mut sources: HashMap<String, String> = HashMap::new();
    for node in &graph.node {
        if matches!(node.op_type.as_str(), "Identity" | "Transpose") {
            let source = sources
                .get(&node.input[0])
                .unwrap_or(&node.input[0])
                .clone();
            sources.insert(node.output[0].clone(), source);
        }
    }
    sources
}

/// Makes channels of BatchNormalizations dead: β far below zero, or γ = 0 and β ≤ 0.
fn deaden(
    graph: &pb::GraphProto,
    values: &mut HashMap<String, Vec<f32>>,
    rng: &mut Rng,
    how: &Fill,
) {
    let sources = sources(graph);
    let mut done: Vec<String> = Vec::new();
    for node in graph
        .node
        .iter()
        .filter(|n| n.op_type == "BatchNormalization")
    {
        let name = |slot: usize| {
            sources
                .get(&node.input[slot])
                .unwrap_or(&node.input[slot])
                .clone()
        };
        let (gamma, beta, variance) = (name(1), name(2), name(4));
        // A vector that several normalisations share is decided on once.
        if done.contains(&beta) || !values.contains_key(&beta) || !values.contains_key(&gamma) {
            continue;
        }
        done.push(beta.clone());
        let share = if rng.chance(how.whole) { 1.0 } else { how.dead };
        let shared_variance = gamma == variance;
        for channel in 0..values[&beta].len() {
            if !rng.chance(share) {
                continue;
            }
            let zero = how.zero_gamma && !shared_variance && rng.chance(0.2);
            let scale = if zero {
                values.get_mut(&gamma).expect("γ")[channel] = 0.0;
                0.5
            } else {
                f64::from(values[&gamma][channel].abs())
            };
            // 3 below zero pins a HardSwish too, which is flat only below −3.
            let below = rng.between(2.5, 6.0) * scale + if rng.chance(0.5) { 3.0 } else { 0.0 };
            values.get_mut(&beta).expect("β")[channel] = -below as f32;
        }
    }
}

/// The data of a stored constant, for tests that edit networks.
pub fn initializer<'a>(graph: &'a mut pb::GraphProto, name: &str) -> &'a mut pb::TensorProto {
    graph
        .initializer
        .iter_mut()
        .find(|t| t.name == name)
        .unwrap_or_else(|| panic!("no initializer {name}"))
}

/// Edits the data of a stored constant in place.
pub fn edit(graph: &mut pb::GraphProto, name: &str, change: impl FnOnce(&mut [f32])) {
    let tensor = initializer(graph, name);
    let mut values = floats_of(tensor);
    change(&mut values);
    set_floats(tensor, &values);
}
