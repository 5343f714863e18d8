//! Repair on networks with random weights: which layers it refits, and that it can follow any graph.

use crate::support::build::{Net, int, ints, model};
use crate::support::random::{Program, random_options};
use crate::support::rng::Rng;
use channel_pruning::Session;
use channel_pruning::internals::engine::{Engine, noise};
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::internals::repair::{Job, repair_on};
use channel_pruning::report::{Compensation, Criterion, Step};
use ndarray::ArrayD;

fn pictures(session: &Session, count: u64) -> Vec<ArrayD<f32>> {
    let shape: Vec<usize> = session
        .input_shape()
        .iter()
        .map(|d| d.unwrap_or(1))
        .collect();
    (0..count).map(|seed| noise(&shape, seed + 500)).collect()
}

/// Pointwise, depthwise and pointwise convolutions with ReLU; `sum` adds what enters the block.
fn separable(sum: bool) -> pb::ModelProto {
    let mut rng = Rng::new(11);
    let mut net = Net::new("input", &[1, 3, 12, 12]);
    let conv = |net: &mut Net, rng: &mut Rng, x: &str, to: usize, from: usize| {
        let spread = (2.0 / from as f64).sqrt();
        let weights = net.weight(&[to, from, 1, 1], &rng.normals(to * from, spread));
        net.op("Conv", &[x, &weights], vec![])
    };
    let x = conv(&mut net, &mut rng, "input", 16, 3);
    let mut x = net.op("Relu", &[&x], vec![]);
    for _ in 0..2 {
        let inner = conv(&mut net, &mut rng, &x, 16, 16);
        let inner = net.op("Relu", &[&inner], vec![]);
        let weights = net.weight(&[16, 1, 3, 3], &rng.normals(144, 0.4));
        let attributes = vec![int("group", 16), ints("pads", &[1; 4])];
        let inner = net.op("Conv", &[&inner, &weights], attributes);
        let inner = net.op("Relu", &[&inner], vec![]);
        let out = conv(&mut net, &mut rng, &inner, 16, 16);
        x = match sum {
            true => net.op("Add", &[&out, &x], vec![]),
            false => out,
        };
    }
    let x = net.op("GlobalAveragePool", &[&x], vec![]);
    let x = net.op("Flatten", &[&x], vec![]);
    let weights = net.weight(&[16, 6], &rng.normals(96, 0.5));
    let x = net.op("Gemm", &[&x, &weights], vec![]);
    net.output(&x);
    model(net.graph, 13)
}

fn open(model: &pb::ModelProto) -> Session {
    Session::open("separable.onnx", &onnx::encode(model)).expect("opens")
}

#[test]
fn depthwise_kernels_are_refitted_and_come_nearer() {
    let model = separable(false);
    let nodes = &model.graph.as_ref().expect("a graph").node;
    let grouped = |n: &&pb::NodeProto| n.attribute.iter().any(|a| a.name == "group");
    let names: Vec<String> = nodes
        .iter()
        .filter(grouped)
        .map(|n| n.name.clone())
        .collect();
    let mut session = open(&model);
    let images = pictures(&session, 60);
    let options = crate::support::at_share(Criterion::L1, 0.4, Compensation::None);
    let repaired = session
        .repair(&options, &[Step::Refit], &images, |_, _| true)
        .expect("repairs");
    let report = repaired.plan.repair.expect("is reported");
    assert!(report.declined.is_none(), "{report:?}");
    let layers = &report.steps[0].layers;
    let depthwise: Vec<_> = layers.iter().filter(|l| names.contains(&l.node)).collect();
    assert_eq!(depthwise.len(), 2, "{layers:?}");
    assert!(
        depthwise.iter().all(|l| l.after < l.before),
        "{depthwise:?}"
    );
    // The classifier too, and it comes last.
    let last = layers.last().expect("there are layers");
    assert!(last.width <= 16 && last.after < last.before, "{last:?}");
    assert!(report.after.error < 0.7 * report.before.error, "{report:?}");
}

#[test]
fn a_reader_before_a_sum_makes_up_for_the_other_operand() {
    // What comes past the block was damaged before it; the block's last layer is given the difference, so
    // that the network as a whole comes nearer.
    let mut session = open(&separable(true));
    let images = pictures(&session, 60);
    let options = crate::support::at_share(Criterion::L1, 0.4, Compensation::None);
    let repaired = session
        .repair(&options, &[Step::Refit], &images, |_, _| true)
        .expect("repairs");
    let report = repaired.plan.repair.expect("is reported");
    assert!(report.declined.is_none(), "{report:?}");
    assert!(report.after.error < 0.6 * report.before.error, "{report:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut session = open(&separable(true));
    let images = pictures(&session, 40);
    let options = crate::support::at_share(Criterion::L1, 0.4, Compensation::None);
    let pruned = session.prune(&options).expect("prunes");
    let job = Job {
        original: &session.model,
        before: &session.analysis,
        pruned: &pruned.model,
        decision: &pruned.decision,
        classifier: None,
    };
    let made = [1, 2, 5].map(|threads| {
        let steps = [Step::Refit, Step::Recalibrate];
        repair_on(threads, &job, &steps, &images, |_, _| true).expect("repairs")
    });
    assert!(made[0].1.declined.is_none(), "{:?}", made[0].1);
    for (model, report) in &made[1..] {
        assert!(*model == made[0].0);
        assert_eq!(*report, made[0].1);
    }
}

#[test]
fn any_graph_can_be_followed() {
    let (mut repaired, mut acted) = (0, 0);
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let program = Program::random(&mut rng);
        let model = program.build().model;
        let options = random_options(&mut rng, &model);
        let Ok(engine) = Engine::new(&model, 1) else {
            continue;
        };
        if engine.run(noise(&engine.inputs[0].0, 1)).is_err() {
            continue;
        }
        let mut session =
            Session::open("random.onnx", &onnx::encode(&model)).expect("what runs opens");
        let images = pictures(&session, 10);
        let steps = [Step::Refit];
        let result = session.repair(&options, &steps, &images, |_, _| true);
        let result = result.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let report = result.plan.repair.clone().expect("is reported");
        let fitted = report.steps[0].layers.iter();
        acted += fitted.filter(|l| l.declined.is_none()).count();
        repaired += 1;
        if !result.repaired {
            let cut = session.prune(&options).expect("prunes");
            assert_eq!(cut.bytes, result.bytes, "seed {seed}");
        }
        let again = onnx::decode(&result.bytes).expect("decodes");
        let outputs = Engine::new(&again, 1).and_then(|e| e.run(images[0].clone()));
        assert!(outputs.is_ok(), "seed {seed}: {:?}", outputs.err());
    }
    assert!(repaired > 30 && acted > 60, "{repaired} {acted}");
}
