//! Forms in which exporters write things, each with what it must give: functions, bounds that went through
//! casts, constants beside channels, pixel shuffles, channels last, open channel counts.

use std::collections::HashMap;

use crate::support::at_share;
use crate::support::build::{Net, float, int, integers, ints, model, node, tensor, text};
use crate::support::rng::Rng;
use channel_pruning::Session;
use channel_pruning::internals::engine::{Engine, difference, noise};
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, Criterion, Plan};

/// Half of the channels go, and the result equals its twin.
fn halved(model: &pb::ModelProto) -> (Plan, pb::ModelProto) {
    let bytes = onnx::encode(model);
    let mut session = Session::open("net.onnx", &bytes).unwrap();
    let options = at_share(Criterion::Random, 0.5, Compensation::Mean);
    let pruned = session.prune(&options).unwrap();
    let check = session.check(&pruned).unwrap();
    assert!(check.passed, "{check:?}");
    assert!(pruned.plan.channels.after < pruned.plan.channels.before);
    (pruned.plan, onnx::decode(&pruned.bytes).unwrap())
}

/// Channels that a node lost.
fn lost(plan: &Plan, node: &str) -> usize {
    let layer = plan.layers.iter().find(|l| l.name == node);
    layer.map_or(0, |l| l.removed.len())
}

struct Maker {
    net: Net,
    rng: Rng,
}

impl Maker {
    fn new(shape: &[usize]) -> Maker {
        Maker {
            net: Net::new("input", shape),
            rng: Rng::new(7),
        }
    }

    fn conv(&mut self, x: &str, inputs: usize, outputs: usize, kernel: usize) -> String {
        let size = inputs * outputs * kernel * kernel;
        let values = self.rng.normals(size, 0.4);
        let weight = self.net.weight(&[outputs, inputs, kernel, kernel], &values);
        let pads = ints("pads", &[kernel as i64 / 2; 4]);
        let x = self.net.op("Conv", &[x, &weight], vec![pads]);
        self.net.op("Relu", &[&x], vec![])
    }

    fn done(mut self, x: &str, opset: i64) -> pb::ModelProto {
        self.net.output(x);
        model(self.net.graph, opset)
    }
}

#[test]
fn local_functions_are_written_out() {
    let mut m = Maker::new(&[1, 3, 6, 6]);
    let x = m.conv("input", 3, 8, 3);
    let weight = m.net.weight(&[8, 8, 3, 3], &m.rng.normals(576, 0.2));
    let padded = ints("padding", &[1; 4]);
    let x = m.net.op("Block", &[&x, &weight], vec![padded]);
    m.net.graph.node.last_mut().unwrap().domain = "local".into();
    let x = m.conv(&x, 8, 4, 1);
    let mut whole = m.done(&x, 18);
    let mut inner = node("Conv", "conv", &["X", "W"], &["C"], vec![]);
    inner.attribute.push(pb::AttributeProto {
        name: "pads".into(),
        ref_attr_name: "padding".into(),
        r#type: pb::attribute_proto::AttributeType::Ints as i32,
        ..Default::default()
    });
    let standard = whole.opset_import.clone();
    whole.functions.push(pb::FunctionProto {
        name: Some("Block".into()),
        domain: Some("local".into()),
        input: vec!["X".into(), "W".into()],
        output: vec!["Y".into()],
        attribute: vec!["padding".into()],
        node: vec![
            inner,
            node("Sigmoid", "gate", &["C"], &["S"], vec![]),
            node("Mul", "gated", &["C", "S"], &["Y"], vec![]),
        ],
        opset_import: standard,
        ..Default::default()
    });
    whole.opset_import.push(pb::OperatorSetIdProto {
        domain: "local".into(),
        version: 1,
    });
    let (plan, pruned) = halved(&whole);
    assert!(
        plan.layers
            .iter()
            .any(|l| l.name.ends_with("/conv") && !l.removed.is_empty())
    );
    assert!(pruned.functions.is_empty() && pruned.opset_import.len() == 1);
}

#[test]
fn a_bound_that_went_through_a_cast_is_still_the_end() {
    let mut m = Maker::new(&[1, 3, 8, 8]);
    let mut part = |start: i64| {
        let operands = [start, i64::MAX, 2, 2].map(|value| {
            let stored = integers("", &[], &[value]);
            let x = m.net.op("Constant", &[], vec![tensor("value", stored)]);
            let x = m.net.op("Cast", &[&x], vec![int("to", 7)]);
            let one = m.net.ints(&[-1]);
            m.net.op("Reshape", &[&x, &one], vec![])
        });
        let bounds = operands.iter().map(String::as_str);
        let inputs: Vec<&str> = std::iter::once("input").chain(bounds).collect();
        m.net.op("Slice", &inputs, vec![])
    };
    let (odd, even) = (part(1), part(0));
    let x = m.net.op("Concat", &[&odd, &even], vec![int("axis", 1)]);
    let x = m.conv(&x, 6, 8, 3);
    let x = m.conv(&x, 8, 4, 1);
    halved(&m.done(&x, 18));
}

#[test]
fn constants_beside_channels_pin_nothing() {
    let mut m = Maker::new(&[1, 3, 6, 6]);
    let x = m.conv("input", 3, 8, 3);
    let first = m.net.graph.node[0].name.clone();
    let maps = m.net.weight(&[1, 2, 6, 6], &m.rng.normals(72, 1.0));
    let x = m.net.op("Concat", &[&maps, &x], vec![int("axis", 1)]);
    let x = m.conv(&x, 10, 4, 3);
    let (plan, _) = halved(&m.done(&x, 13));
    assert_eq!(lost(&plan, &first), 4);
}

#[test]
fn zeros_that_widen_a_shortcut_leave_with_what_they_are_added_to() {
    let mut m = Maker::new(&[1, 3, 6, 6]);
    let x = m.conv("input", 3, 4, 3);
    let zeros = m.net.weight(&[1, 4, 6, 6], &[0.0; 144]);
    let wide = m.net.op("Concat", &[&x, &zeros], vec![int("axis", 1)]);
    let y = m.conv(&x, 4, 8, 3);
    let x = m.net.op("Add", &[&wide, &y], vec![]);
    let x = m.conv(&x, 8, 3, 1);
    halved(&m.done(&x, 13));
}

#[test]
fn pixel_shuffles_of_reshapes_are_followed() {
    let mut m = Maker::new(&[1, 3, 4, 5]);
    let x = m.conv("input", 3, 16, 3);
    let first = m.net.graph.node[0].name.clone();
    let shape = m.net.ints(&[0, 4, 2, 2, 4, 5]);
    let x = m.net.op("Reshape", &[&x, &shape], vec![]);
    let x = m
        .net
        .op("Transpose", &[&x], vec![ints("perm", &[0, 1, 4, 2, 5, 3])]);
    let shape = m.net.ints(&[0, 4, 8, 10]);
    let x = m.net.op("Reshape", &[&x, &shape], vec![]);
    let x = m.conv(&x, 4, 3, 3);
    let (plan, _) = halved(&m.done(&x, 13));
    assert_eq!(lost(&plan, &first), 8);
}

/// What comes out of a LayerNormalization lies where it lay before it: the layers behind it are followed.
#[test]
fn layers_behind_a_norm_of_channels_last_are_pruned() {
    let mut m = Maker::new(&[1, 3, 6, 6]);
    let x = m.conv("input", 3, 8, 3);
    let x = m
        .net
        .op("Transpose", &[&x], vec![ints("perm", &[0, 2, 3, 1])]);
    let scale = m.net.weight(&[8], &[1.0; 8]);
    let shift = m.net.weight(&[8], &[0.0; 8]);
    let x = m
        .net
        .op("LayerNormalization", &[&x, &scale, &shift], vec![]);
    let up = m.net.weight(&[8, 16], &m.rng.normals(128, 0.3));
    let x = m.net.op("MatMul", &[&x, &up], vec![]);
    let name = m.net.last();
    let x = m.net.op("Relu", &[&x], vec![]);
    let down = m.net.weight(&[16, 8], &m.rng.normals(128, 0.3));
    let x = m.net.op("MatMul", &[&x, &down], vec![]);
    let (plan, _) = halved(&m.done(&x, 17));
    assert_eq!(lost(&plan, &name), 8);
}

#[test]
fn open_channel_counts_are_those_of_the_weights() {
    let mut m = Maker::new(&[0, 0, 0, 0]);
    let x = m.conv("input", 3, 8, 3);
    let x = m.conv(&x, 8, 4, 1);
    halved(&m.done(&x, 13));
}

#[test]
fn reasons_name_where_shapes_end() {
    let mut m = Maker::new(&[1, 3, 6, 6]);
    let x = m.conv("input", 3, 8, 3);
    let x = m.net.op("Mystery", &[&x], vec![]);
    let mystery = m.net.last();
    m.net.graph.node.last_mut().unwrap().domain = "com.acme".into();
    let x = m.conv(&x, 8, 4, 1);
    let behind = m.net.graph.node[3].name.clone();
    let whole = m.done(&x, 13);
    let mut session = Session::from_model("net.onnx", 0, whole, &HashMap::new()).unwrap();
    let options = at_share(Criterion::Random, 0.5, Compensation::None);
    let plan = session.plan(&options).unwrap();
    let reason = |node: &str| {
        let found = plan.not_prunable.iter().find(|r| r.node == node);
        found.map_or(String::new(), |r| r.reason.clone())
    };
    assert!(reason(&behind).contains(&mystery), "{}", reason(&behind));
    // Running it is another matter: one sentence, with the operator and the node.
    let pruned = session.prune(&options).unwrap();
    let error = session.check(&pruned).unwrap_err().to_string();
    assert!(
        error.contains("Mystery") && error.contains(&mystery),
        "{error}"
    );
    assert!(error.contains("lacks the operator"), "{error}");
}

/// The engine's optimiser must not change what a network computes.
#[test]
fn optimised_and_plain_engines_agree() {
    let same = |model: &pb::ModelProto| {
        let (fast, plain) = (
            Engine::new(model, 1).unwrap(),
            Engine::plain(model, 1).unwrap(),
        );
        let image = noise(&fast.inputs[0].0, 3);
        let (a, b) = (fast.run(image.clone()).unwrap(), plain.run(image).unwrap());
        let (worst, scale) = difference(&a, &b);
        assert!(worst <= 1e-5 * scale, "{worst} of {scale}");
    };
    for op in ["Sub", "Div"] {
        let mut m = Maker::new(&[1, 3, 6, 6]);
        let weight = m.net.weight(&[4, 3, 3, 3], &m.rng.normals(108, 0.3));
        let bias = m.net.weight(&[4], &[9.0; 4]);
        let x = m.net.op("Conv", &["input", &weight, &bias], vec![]);
        let constant = m.net.weight(&[1, 4, 1, 1], &[1.0, 2.0, -1.0, 0.5]);
        let x = m.net.op(op, &[&constant, &x], vec![]);
        same(&m.done(&x, 13));
    }
    for auto in ["SAME_UPPER", "SAME_LOWER"] {
        let mut m = Maker::new(&[1, 3, 8, 8]);
        let weight = m.net.weight(&[4, 3, 4, 4], &m.rng.normals(192, 0.5));
        let attributes = vec![text("auto_pad", auto), ints("kernel_shape", &[4, 4])];
        let x = m.net.op("Conv", &["input", &weight], attributes);
        let x = m.net.op("LeakyRelu", &[&x], vec![float("alpha", 0.1)]);
        let weight = m.net.weight(&[2, 4, 1, 1], &m.rng.normals(8, 0.5));
        let x = m
            .net
            .op("Conv", &[&x, &weight], vec![ints("strides", &[2, 2])]);
        same(&m.done(&x, 13));
    }
}
