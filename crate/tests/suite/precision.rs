//! Networks in half and double precision: pruned like others, and written in what they came in.

use crate::support::build::floats_of;
use crate::support::random::{Program, describe, random_options};
use crate::support::rng::Rng;
use crate::support::{attempt, for_all};
use channel_pruning::Session;
use channel_pruning::internals::engine::Engine;
use channel_pruning::internals::onnx::{self, pb};
use half::f16;
use pb::tensor_proto::DataType;

fn convert_tensor(tensor: &mut pb::TensorProto, to: DataType) {
    if tensor.data_type != DataType::Float as i32 {
        return;
    }
    let values = floats_of(tensor);
    tensor.float_data.clear();
    tensor.raw_data = match to {
        DataType::Double => values
            .iter()
            .flat_map(|v| f64::from(*v).to_le_bytes())
            .collect(),
        _ => values
            .iter()
            .flat_map(|v| f16::from_f32(*v).to_le_bytes())
            .collect(),
    };
    tensor.data_type = to as i32;
}

/// Weights, Constant nodes, inputs and casts from float32 to `to`.
fn convert(model: &mut pb::ModelProto, to: DataType) {
    let float = DataType::Float as i32;
    let graph = model.graph.as_mut().expect("a graph");
    // The scales of a Resize stay float32 whatever the image is.
    let scales: Vec<String> = graph
        .node
        .iter()
        .filter(|n| matches!(n.op_type.as_str(), "Resize" | "Upsample"))
        .flat_map(|n| n.input[1..].to_vec())
        .collect();
    for tensor in graph
        .initializer
        .iter_mut()
        .filter(|t| !scales.contains(&t.name))
    {
        convert_tensor(tensor, to);
    }
    for node in &mut graph.node {
        for attribute in &mut node.attribute {
            if let Some(tensor) = &mut attribute.t {
                convert_tensor(tensor, to);
            }
            if node.op_type == "Cast" && attribute.i == i64::from(float) {
                attribute.i = to as i64;
            }
        }
    }
    for input in &mut graph.input {
        if let Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(kind)),
            ..
        }) = &mut input.r#type
            && kind.elem_type == float
            && !scales.contains(&input.name)
        {
            kind.elem_type = to as i32;
        }
    }
}

/// How many tensors of each float type a model stores.
fn stored(model: &pb::ModelProto, kind: DataType) -> usize {
    let graph = model.graph.as_ref().expect("a graph");
    let constants = graph
        .node
        .iter()
        .flat_map(|n| &n.attribute)
        .filter_map(|a| a.t.as_ref());
    let all = graph.initializer.iter().chain(constants);
    all.filter(|t| t.data_type == kind as i32).count()
}

fn prove(program: &Program, seed: u64, to: DataType) -> Result<u64, String> {
    let mut model = program.build().model;
    let options = random_options(&mut Rng::new(seed), &model);
    convert(&mut model, to);
    let mut session =
        Session::open("typed.onnx", &onnx::encode(&model)).map_err(|e| e.to_string())?;
    if Engine::new(&session.model, 1).is_err() {
        return Ok(0);
    }
    let pruned = session.prune(&options).map_err(|e| e.to_string())?;
    let check = session.check(&pruned).map_err(|e| e.to_string())?;
    if !check.passed {
        return Err(format!("{check:?}"));
    }
    let singles = stored(&pruned.model, DataType::Float);
    if singles > stored(&model, DataType::Float) {
        return Err(format!("{singles} tensors became float32"));
    }
    Session::open("again.onnx", &pruned.bytes).map_err(|e| format!("opens again: {e}"))?;
    Ok(pruned.plan.channels.before - pruned.plan.channels.after)
}

#[test]
fn half_and_double_precision_stay_what_they_are() {
    let mut jobs = Vec::new();
    for seed in 0..200u64 {
        jobs.push((seed, DataType::Double));
        jobs.push((seed, DataType::Float16));
    }
    let removed = std::sync::atomic::AtomicU64::new(0);
    for_all(&jobs, |(seed, to)| {
        let program = Program::random(&mut Rng::new(*seed + 5_000_000));
        match attempt(|| prove(&program, *seed, *to)) {
            Ok(gone) => {
                removed.fetch_add(gone, std::sync::atomic::Ordering::Relaxed);
                Ok(())
            }
            Err(why) => {
                let (mut program, mut why) = (program, why);
                while let Some((smaller, reason)) = program
                    .smaller()
                    .into_iter()
                    .find_map(|p| attempt(|| prove(&p, *seed, *to)).err().map(|e| (p, e)))
                {
                    (program, why) = (smaller, reason);
                }
                let nodes = describe(&program.build().model);
                Err(format!(
                    "seed {seed}, {to:?}, opset {}: {why}\n{nodes}",
                    program.opset
                ))
            }
        }
    });
    let removed = removed.into_inner();
    assert!(removed > 400, "only {removed} channels were removed");
}
