//! A pruned network against its masked twin, and how much of a difference is rounding.
//!
//! The two compute the same in another order, so they differ by rounding; how much of it reaches the outputs depends on the
//! network. Where values grow from layer to layer and cancel, as in networks with random weights, no constant is right for all.
//! So a difference that is not plainly small is held against the network itself: a sum computed in single precision is the exact
//! sum of slightly changed weights (backward error analysis), so changing every weight of the twin by a few units in its last
//! place shows what rounding can do to its outputs. What is more than that is no rounding.

use ndarray::ArrayD;

use crate::engine::{Engine, difference, noise};
use crate::error::Result;
use crate::onnx::{self, pb};
use crate::random;
use crate::report::Check;

/// Seeded inputs per check.
const SAMPLES: u32 = 3;

/// Changed copies of the twin.
const COPIES: u64 = 4;

/// How many times the largest effect of changed weights a difference may be: a few draws do not find the worst,
/// and a long sum rounds more often than its weights are changed.
const MARGIN: f64 = 8.0;

/// Below this single precision has no full set of digits left.
const LEAST: f64 = 1e-30;

/// What rounding may make, relative to the largest value of an output.
pub(super) struct Precision {
    /// Not looked into any further.
    plain: f64,
    /// Never accepted, whatever the network does with rounding.
    most: f64,
    /// Relative change of weights: four roundings of the format.
    step: f64,
}

/// float32, and float16 with biases that are stored in eleven bits.
pub(super) const SINGLE: Precision = Precision {
    plain: 1e-4,
    most: 1e-2,
    step: 2.4e-7,
};
pub(super) const HALF: Precision = Precision {
    plain: 1e-2,
    most: 5e-2,
    step: 2.0e-3,
};

/// Outputs of every sample.
type Answers = Vec<Vec<ArrayD<f32>>>;

type Compile = fn(&pb::ModelProto, usize) -> Result<Engine>;

/// The verdict, and the compiled sliced network, which is about to be run.
///
/// The sliced network's optimised plan is held to its plain one, and the twin's to the sliced network: a wrong plan of
/// either shows as a difference, so the twin's needs no comparison of its own. In a page, where compiling takes most of the
/// time, both run in their quick plans here, and the others are made and compared when the network is run for its answers.
///
/// # Errors
/// When one of the two cannot be made or run.
pub(super) fn check(
    twin: impl Fn() -> Result<pb::ModelProto>,
    sliced: &[u8],
    precision: &Precision,
) -> Result<(Check, Engine)> {
    let mut inputs = Vec::new();
    // One after the other: two compiled networks at once are most of what a large file would take.
    let mut both = |twins: Compile, own: Compile| -> Result<(Answers, Vec<Apart>, Engine)> {
        let (expected, _) = answers(twins, &twin()?, &mut inputs)?;
        let (found, engine) = answers(own, &onnx::decode(sliced)?, &mut inputs)?;
        let apart = apart(&expected, &found);
        Ok((expected, apart, engine))
    };
    let plainly = |a: &Apart| a.worst <= (precision.plain * a.scale).max(LEAST);
    let (_, fast, engine) = both(Engine::quick, Engine::new)?;
    if fast.iter().all(plainly) {
        return Ok((verdict(&fast, true), engine));
    }
    // It may be the engine's optimiser that got one of them wrong.
    let (expected, plain, _) = both(Engine::plain, Engine::plain)?;
    if plain.iter().all(plainly) {
        return Ok((verdict(&plain, true), engine));
    }
    let rounding = rounding(&twin()?, &expected, precision.step, &mut inputs)?;
    let explained = |(a, rounding): (&Apart, &f64)| {
        plainly(a) || a.worst <= (MARGIN * rounding).min(precision.most * a.scale)
    };
    let passed = plain.iter().zip(&rounding).all(explained);
    Ok((verdict(&plain, passed), engine))
}

/// One output over all samples.
struct Apart {
    worst: f64,
    scale: f64,
}

fn verdict(apart: &[Apart], passed: bool) -> Check {
    let most = |of: fn(&Apart) -> f64| apart.iter().map(of).fold(0.0, f64::max);
    Check {
        max_abs_diff: most(|a| a.worst),
        max_abs_output: most(|a| a.scale),
        samples: SAMPLES,
        passed,
    }
}

/// `inputs`: filled by the first call; all networks of a check read the same.
fn answers(
    compile: Compile,
    model: &pb::ModelProto,
    inputs: &mut Vec<ArrayD<f32>>,
) -> Result<(Answers, Engine)> {
    let engine = compile(model, 1)?;
    let shape = &engine.inputs[0].0;
    if inputs.is_empty() {
        inputs.extend((1..=SAMPLES).map(|seed| noise(shape, u64::from(seed))));
    }
    let runs = inputs.iter().map(|it| engine.run_at_once(it.clone()));
    let answers = runs.collect::<Result<Answers>>()?;
    Ok((answers, engine))
}

/// Output by output: what is large in one says nothing of another.
fn apart(expected: &Answers, found: &Answers) -> Vec<Apart> {
    let outputs = expected.first().map_or(0, Vec::len);
    let one = |output: usize| {
        let mut all = Apart {
            worst: 0.0,
            scale: 0.0,
        };
        for (a, b) in expected.iter().zip(found) {
            let (worst, scale) = match b.get(output) {
                Some(b) => difference(std::slice::from_ref(&a[output]), std::slice::from_ref(b)),
                None => (f64::INFINITY, 0.0),
            };
            all.worst = all.worst.max(worst);
            all.scale = all.scale.max(scale);
        }
        all
    };
    (0..outputs).map(one).collect()
}

/// Per output, the largest difference that weights changed by `step` of themselves make.
fn rounding(
    model: &pb::ModelProto,
    expected: &Answers,
    step: f64,
    inputs: &mut Vec<ArrayD<f32>>,
) -> Result<Vec<f64>> {
    let mut most = vec![0.0f64; expected.first().map_or(0, Vec::len)];
    for copy in 1..=COPIES {
        let mut changed = model.clone();
        shake(&mut changed, step, copy);
        let (found, _) = answers(Engine::plain, &changed, inputs)?;
        for (most, a) in most.iter_mut().zip(apart(expected, &found)) {
            *most = most.max(a.worst);
        }
    }
    Ok(most)
}

/// Operators whose stored operands are weights or constants beside channels, not sizes.
const WEIGHED: [&str; 10] = [
    "Conv",
    "ConvTranspose",
    "Gemm",
    "MatMul",
    "BatchNormalization",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "PRelu",
];

fn shake(model: &mut pb::ModelProto, step: f64, seed: u64) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    let weighed = |n: &&pb::NodeProto| WEIGHED.contains(&n.op_type.as_str());
    let read: std::collections::HashSet<String> = graph
        .node
        .iter()
        .filter(weighed)
        .flat_map(|n| n.input.iter().cloned())
        .collect();
    let mut state = seed.wrapping_mul(random::STEP);
    let mut change = |tensor: &mut pb::TensorProto| {
        onnx::to_single(tensor);
        let float = tensor.data_type == pb::tensor_proto::DataType::Float as i32;
        let Some(mut plain) = onnx::raw_form(tensor).filter(|_| float) else {
            return;
        };
        for bytes in plain.raw_data.as_chunks_mut::<4>().0 {
            state = state.wrapping_add(random::STEP);
            let factor = 1.0 + step * (2.0 * random::unit(state) - 1.0);
            *bytes = ((f64::from(f32::from_le_bytes(*bytes)) * factor) as f32).to_le_bytes();
        }
        *tensor = plain;
    };
    for tensor in graph
        .initializer
        .iter_mut()
        .filter(|t| read.contains(&t.name))
    {
        change(tensor);
    }
    for node in &mut graph.node {
        if node.op_type == "Constant" && node.output.iter().any(|o| read.contains(o)) {
            let value = node.attribute.iter_mut().find(|a| a.name == "value");
            if let Some(tensor) = value.and_then(|a| a.t.as_mut()) {
                change(tensor);
            }
        }
    }
}
