//! The check of a pruned file: what it lets through is rounding, and what it refuses is not, at any size of the outputs.

use crate::support::at_share;
use crate::support::build::{Net, floats_of, ints, model, set_floats};
use crate::support::rng::Rng;
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, Criterion};
use channel_pruning::{Pruned, Session};

const WIDTH: usize = 32;

/// Convolutions whose values grow by `growth`, and outputs that are differences of channels `gap` apart, times `end`.
fn network(growth: f64, gap: f64, end: f32) -> pb::ModelProto {
    let mut rng = Rng::new(11);
    let mut net = Net::new("input", &[1, 3, 8, 8]);
    let first = net.weight(&[WIDTH, 3, 3, 3], &rng.normals(WIDTH * 27, 0.3));
    let x = net.op("Conv", &["input", &first], vec![ints("pads", &[1; 4])]);
    let norm = [1.0, 0.5, 0.0, 1.0].map(|v| net.weight(&[WIDTH], &[v; WIDTH]));
    let x = net.op(
        "BatchNormalization",
        &[&x, &norm[0], &norm[1], &norm[2], &norm[3]],
        vec![],
    );
    let x = net.op("Relu", &[&x], vec![]);
    // Pairs of channels with nearly the same weights.
    let mut rows = Vec::new();
    for _ in 0..WIDTH / 2 {
        let row = rng.normals(WIDTH, growth);
        let other = rng.normals(WIDTH, growth * gap);
        rows.extend(&row);
        rows.extend(row.iter().zip(&other).map(|(a, b)| a + b));
    }
    let second = net.weight(&[WIDTH, WIDTH, 1, 1], &rows);
    let x = net.op("Conv", &[&x, &second], vec![]);
    let last: Vec<f32> = (0..WIDTH)
        .map(|k| if k % 2 == 0 { end } else { -end })
        .collect();
    let last = net.weight(&[1, WIDTH, 1, 1], &last);
    let x = net.op("Conv", &[&x, &last], vec![]);
    net.output(&x);
    model(net.graph, 13)
}

fn pruned(model: &pb::ModelProto) -> (Session, Pruned) {
    let mut session = Session::open("net.onnx", &onnx::encode(model)).unwrap();
    let mut options = at_share(Criterion::Random, 0.4, Compensation::Mean);
    // A pair that loses one of its two no longer cancels.
    let graph = model.graph.as_ref().unwrap();
    let mut layers = graph.node.iter().filter(|n| n.op_type == "Conv");
    options.locked = layers.nth(1).map(|n| n.name.clone()).into_iter().collect();
    let pruned = session.prune(&options).unwrap();
    assert!(pruned.plan.channels.after < pruned.plan.channels.before);
    (session, pruned)
}

/// Makes the largest weight of the first layer wrong.
fn tamper(pruned: &mut Pruned, factor: f32) {
    let mut model = onnx::decode(&pruned.bytes).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let weights = &graph
        .node
        .iter()
        .find(|n| n.op_type == "Conv")
        .unwrap()
        .input[1];
    let tensor = graph.initializer.iter_mut().find(|t| t.name == *weights);
    let tensor = tensor.unwrap();
    let mut values = floats_of(tensor);
    let largest = values.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs()));
    *largest.unwrap() *= factor;
    set_floats(tensor, &values);
    pruned.bytes = onnx::encode(&model);
}

#[test]
fn outputs_that_cancel_are_allowed_what_rounding_does_to_them() {
    let mut looked_into = 0;
    for gap in [3e-4, 1e-4, 5e-5] {
        let (session, cut) = pruned(&network(3.0, gap, 1.0));
        let check = session.check(&cut).unwrap();
        assert!(check.passed, "gap {gap}: {check:?}");
        looked_into += usize::from(check.max_abs_diff > 1e-4 * check.max_abs_output);
    }
    assert!(looked_into > 0, "no network was beyond the plain tolerance");
    // What rounding makes a hundredth of proves nothing any more.
    let (session, pruned) = pruned(&network(3.0, 1e-6, 1.0));
    assert!(!session.check(&pruned).unwrap().passed);
}

#[test]
fn an_error_in_a_weight_is_refused_at_any_size_of_the_outputs() {
    // Where outputs cancel, so does most of an error that comes before.
    for (growth, gap, end, factor) in [
        (0.2, 1.0, 1.0, 1.01),
        (0.2, 1.0, 1e-9, 1.01),
        (0.2, 1.0, 1e9, 1.01),
        (3.0, 1e-3, 1.0, 2.0),
        (3.0, 5e-5, 1e-6, 2.0),
    ] {
        let (session, mut cut) = pruned(&network(growth, gap, end));
        assert!(session.check(&cut).unwrap().passed);
        tamper(&mut cut, factor);
        let check = session.check(&cut).unwrap();
        assert!(!check.passed, "{growth}, {gap}, {end}: {check:?}");
    }
}
