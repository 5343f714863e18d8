//! What a pruned file keeps of the one it came from, and what its format demands.

use std::collections::HashSet;

use crate::support::build::{Net, float, floats, int, integers, model, tensor, value};
use crate::support::{at_share, at_threshold, files, rng::Rng};
use channel_pruning::Session;
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, Criterion};
use prost::Message;

const V1: &str = "mobilenetv1_025_fashion.onnx";

fn open(model: &pb::ModelProto) -> Session {
    Session::open("written.onnx", &onnx::encode(model)).expect("opens")
}

/// IR 3 wants every initializer among the inputs, those that the cut adds too.
#[test]
fn files_of_an_old_ir_version_stay_valid() {
    let mut model = files::model(&files::sample(V1));
    model.ir_version = 3;
    let mut session = open(&model);
    let pruned = session.prune(&at_threshold(0.9)).unwrap();
    let graph = pb::ModelProto::decode(&pruned.bytes[..])
        .unwrap()
        .graph
        .unwrap();
    let listed: HashSet<&str> = graph.input.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(listed.len(), graph.input.len(), "an input is listed twice");
    let missing = graph
        .initializer
        .iter()
        .find(|t| !listed.contains(t.name.as_str()));
    assert_eq!(missing.map(|t| &t.name), None);
    for tensor in &graph.initializer {
        let info = graph.input.iter().find(|i| i.name == tensor.name).unwrap();
        let dims: Vec<i64> = onnx::dimensions(info)
            .into_iter()
            .map(|d| d.unwrap() as i64)
            .collect();
        assert_eq!(dims, tensor.dims, "{}", tensor.name);
    }
    assert!(session.check(&pruned).unwrap().passed);
    Session::open("again.onnx", &pruned.bytes).unwrap();
}

/// Weights that ConstantOfShape makes, too large for the engine's analyser to spell out.
#[test]
fn weights_may_be_made_of_a_shape() {
    let mut net = Net::new("input", &[1, 4, 6, 6]);
    let mut rng = Rng::new(3);
    let first = net.weight(&[512, 4, 3, 3], &rng.normals(512 * 36, 0.1));
    let x = net.op("Conv", &["input", &first], vec![]);
    let x = net.op("Relu", &[&x], vec![]);
    let shape = net.fresh("shape");
    net.graph
        .initializer
        .push(integers(&shape, &[4], &[640, 512, 3, 3]));
    let fill = tensor("value", floats("fill", &[1], &[0.02]));
    let weight = net.op("ConstantOfShape", &[&shape], vec![fill]);
    let x = net.op("Conv", &[&x, &weight], vec![]);
    let x = net.op("Relu", &[&x], vec![]);
    let last = net.weight(&[10, 640, 1, 1], &rng.normals(6400, 0.1));
    let x = net.op("Conv", &[&x, &last], vec![]);
    net.output(&x);
    let mut session = open(&model(net.graph, 13));
    let options = at_share(Criterion::L1, 0.5, Compensation::None);
    let pruned = session.prune(&options).unwrap();
    let weights: u64 = 512 * 36 + 640 * 512 * 9 + 6400;
    assert_eq!(pruned.plan.params.before, weights);
    assert!(pruned.plan.params.after < weights / 3);
    assert!(pruned.plan.not_prunable.len() <= 1);
    let check = session.check(&pruned).unwrap();
    assert!(check.passed, "{check:?}");
    assert!(
        pruned.bytes.len() < session.bytes as usize,
        "{} bytes of {}",
        pruned.bytes.len(),
        session.bytes
    );
    let mut again = Session::open("again.onnx", &pruned.bytes).unwrap();
    let nothing = at_share(Criterion::L1, 0.0, Compensation::None);
    assert_eq!(
        again.plan(&nothing).unwrap().params.before,
        pruned.plan.params.after
    );
}

/// Whatever the format has beyond what we know of it stays in the file.
#[test]
fn unknown_fields_stay() {
    const NODE_METADATA: &[u8] = b"\x4a\x0c\x0a\x04kind\x12\x04stem";
    const GRAPH_METADATA: &[u8] = b"\x82\x01\x0c\x0a\x04made\x12\x04here";
    let mut net = Net::new("input", &[1, 3, 8, 8]);
    let mut rng = Rng::new(5);
    let first = net.weight(&[6, 3, 1, 1], &rng.normals(18, 1.0));
    let x = net.op("Conv", &["input", &first], vec![int("group", 1)]);
    let x = net.op("LeakyRelu", &[&x], vec![float("alpha", 0.1)]);
    let last = net.weight(&[4, 6, 1, 1], &rng.normals(24, 1.0));
    let x = net.op("Conv", &[&x, &last], vec![]);
    net.graph.value_info.push(value("unrelated", &[1]));
    net.output(&x);
    let mut plain = model(net.graph, 13);
    // Written by hand: every node and the graph get a field that the types lack.
    let graph = plain.graph.take().unwrap();
    let mut body = Vec::new();
    for node in &graph.node {
        let mut bytes = node.encode_to_vec();
        bytes.extend(NODE_METADATA);
        prost::encoding::bytes::encode(1, &bytes, &mut body);
    }
    let rest = pb::GraphProto {
        node: Vec::new(),
        ..graph
    };
    body.extend(rest.encode_to_vec());
    body.extend(GRAPH_METADATA);
    let mut source = plain.encode_to_vec();
    prost::encoding::bytes::encode(7, &body, &mut source);

    let mut session = Session::open("noted.onnx", &source).unwrap();
    let options = at_share(Criterion::L1, 0.5, Compensation::None);
    let pruned = session.prune(&options).unwrap();
    assert!(pruned.plan.params.after < pruned.plan.params.before);
    let times = |what: &[u8]| {
        let windows = pruned.bytes.windows(what.len());
        windows.filter(|w| *w == what).count()
    };
    assert_eq!(times(NODE_METADATA), 3);
    assert_eq!(times(GRAPH_METADATA), 1);
}

/// However it was opened, a file that loses nothing is given back to the byte.
#[test]
fn nothing_removed_is_the_file_itself() {
    let bytes = files::read(&files::sample(V1));
    let mut session = Session::open_external("v1.onnx", &bytes, &|_| None).unwrap();
    let nothing = at_share(Criterion::L1, 0.0, Compensation::None);
    assert!(session.prune(&nothing).unwrap().bytes == bytes);
    assert!(session.prune(&at_threshold(0.9)).unwrap().bytes.len() < bytes.len());
}
