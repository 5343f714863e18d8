//! Residual branches that add nothing but constants leave as a whole: valid files, counted right,
//! equal to their twins, and without any loss where the branch is dead for sure.

use std::collections::HashMap;

use crate::support::build::{Net, floats_of, int, ints, model};
use crate::support::count::count;
use crate::support::fill::{edit, initializer};
use crate::support::rng::Rng;
use crate::support::{COMPENSATIONS, CRITERIA, at_share, at_threshold, distance, files};
use channel_pruning::Session;
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, Criterion, Plan, PlanOptions};

const WIDTH: usize = 4;

/// What one BatchNormalization of the branch is like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Norm {
    Alive,
    /// γ = 0 and this β.
    Silent(f32),
    /// β far below zero, so that a ReLU gives nothing.
    Below,
}

/// Convolution and normalisation, with names that tests can ask for.
fn conv(net: &mut Net, rng: &mut Rng, x: &str, shape: [usize; 4], norm: Norm) -> String {
    let [outputs, inputs, kernel, group] = shape;
    let weight = rng.normals(outputs * inputs * kernel * kernel, 0.4);
    let weight = net.weight(&[outputs, inputs, kernel, kernel], &weight);
    let pads = ints("pads", &[kernel as i64 / 2; 4]);
    let y = net.op(
        "Conv",
        &[x, &weight],
        vec![pads, int("group", group as i64)],
    );
    let (gamma, beta) = match norm {
        Norm::Alive => (rng.normals(outputs, 1.0), rng.normals(outputs, 0.2)),
        Norm::Silent(beta) => (vec![0.0; outputs], vec![beta; outputs]),
        Norm::Below => (vec![1.0; outputs], vec![-5.0; outputs]),
    };
    let mean = rng.normals(outputs, 0.2);
    let vectors = [gamma, beta, mean, vec![1.0; outputs]];
    let names: Vec<String> = vectors.iter().map(|v| net.weight(&[outputs], v)).collect();
    let mut inputs = vec![y.as_str()];
    inputs.extend(names.iter().map(String::as_str));
    net.op("BatchNormalization", &inputs, vec![])
}

struct Built {
    model: pb::ModelProto,
    /// The Add in which the branch ends, and its convolutions.
    add: String,
    branch: Vec<String>,
}

/// What is special about a network.
#[derive(Clone, Copy, Default)]
struct Twist {
    /// Another convolution reads what the expansion makes.
    second_reader: bool,
    /// The sum is an output of the network.
    output: bool,
    /// The branch is the first operand of the sum.
    first: bool,
}

fn convolutions(net: &Net, from: usize) -> Vec<String> {
    let nodes = net.graph.node[from..].iter();
    let convs = nodes.filter(|n| n.op_type == "Conv");
    convs.map(|n| n.name.clone()).collect()
}

/// A stem, a block (MobileNetV2's, or ResNet's basic one), and a classifier.
fn network(mobile: bool, inner: Norm, last: Norm, twist: Twist) -> Built {
    let mut rng = Rng::new(7);
    let mut net = Net::new("input", &[1, 3, 8, 8]);
    let x = conv(&mut net, &mut rng, "input", [WIDTH, 3, 3, 1], Norm::Alive);
    let x = net.op("Relu", &[&x], vec![]);
    let start = net.graph.node.len();
    let wide = if mobile { 3 * WIDTH } else { WIDTH };
    let kernel = if mobile { 1 } else { 3 };
    let y = conv(&mut net, &mut rng, &x, [wide, WIDTH, kernel, 1], inner);
    let inside = net.op("Relu", &[&y], vec![]);
    let mut y = inside.clone();
    if mobile {
        y = conv(&mut net, &mut rng, &y, [wide, 1, 3, wide], inner);
        y = net.op("Relu", &[&y], vec![]);
    }
    let y = conv(&mut net, &mut rng, &y, [WIDTH, wide, kernel, 1], last);
    let branch = convolutions(&net, start);
    let operands = if twist.first { [&y, &x] } else { [&x, &y] };
    let mut sum = net.op("Add", &operands.map(String::as_str), vec![]);
    let add = net.last();
    if twist.output {
        net.output(&sum);
    }
    if twist.second_reader {
        let other = conv(
            &mut net,
            &mut rng,
            &inside,
            [WIDTH, wide, 1, 1],
            Norm::Alive,
        );
        sum = net.op("Add", &[&sum, &other], vec![]);
    }
    let y = if mobile {
        sum
    } else {
        net.op("Relu", &[&sum], vec![])
    };
    let y = conv(&mut net, &mut rng, &y, [6, WIDTH, 1, 1], Norm::Alive);
    let y = net.op("Relu", &[&y], vec![]);
    let y = net.op("GlobalAveragePool", &[&y], vec![]);
    let y = net.op("Flatten", &[&y], vec![int("axis", 1)]);
    let weight = net.weight(&[3, 6], &rng.normals(18, 0.5));
    let y = net.op("Gemm", &[&y, &weight], vec![int("transB", 1)]);
    net.output(&y);
    Built {
        model: model(net.graph, 13),
        add,
        branch,
    }
}

/// Prunes and proves; returns the plan, the written model, and how far it is from the original.
fn prune(model: &pb::ModelProto, options: &PlanOptions) -> (Plan, pb::ModelProto, f64) {
    let mut session = Session::from_model("b", 0, model.clone(), &HashMap::new()).expect("opens");
    let pruned = session.prune(options).expect("prunes");
    let check = session.check(&pruned).expect("runs");
    assert!(check.passed, "{options:?}: {check:?}");
    let written = onnx::decode(&pruned.bytes).expect("decodes");
    let plan = pruned.plan;
    let stated = (plan.params.after, plan.macs.after);
    assert_eq!(stated, count(&written, model, &[]), "{options:?}");
    let again = Session::open("again", &pruned.bytes).expect("opens again");
    let total = again.analysis.cost.total();
    assert_eq!(
        stated,
        (total.params, total.macs),
        "{options:?}: opened again"
    );
    let preview = session.preview(options).expect("previews");
    let (preview, layer_channels) = (preview.summary, preview.layer_channels);
    assert_eq!(preview.params, plan.params);
    assert_eq!(preview.macs, plan.macs);
    assert_eq!(preview.channels, plan.channels);
    let kept: Vec<u64> = layer_channels.iter().map(|c| u64::from(*c)).collect();
    let planned: Vec<u64> = plan.layers.iter().map(|l| l.channels.after).collect();
    assert_eq!(kept, planned);
    let (worst, _) = distance(model, &written, 1..4);
    (plan, written, worst)
}

fn nodes(model: &pb::ModelProto) -> Vec<&str> {
    let graph = model.graph.as_ref().expect("a graph");
    graph.node.iter().map(|n| n.name.as_str()).collect()
}

fn assert_left(built: &Built, plan: &Plan, written: &pb::ModelProto) {
    assert_eq!(plan.dead_branches.len(), 1, "{:?}", plan.dead_branches);
    assert_eq!(plan.dead_branches[0].node, built.add);
    let left = nodes(written);
    for name in &built.branch {
        assert!(!left.contains(&name.as_str()), "{name} is still there");
        let layer = plan
            .layers
            .iter()
            .find(|l| l.name == *name)
            .expect("is in the plan");
        assert_eq!(
            (layer.channels.after, layer.params.after, layer.macs.after),
            (0, 0, 0)
        );
        assert_eq!(layer.removed.len() as u64, layer.channels.before);
    }
    assert!(plan.withheld.iter().all(|w| !w.reason.is_empty()));
}

fn certain(compensation: Compensation) -> PlanOptions {
    PlanOptions {
        compensation,
        ..at_threshold(1.0)
    }
}

#[test]
fn silent_branches_leave_without_loss() {
    for mobile in [false, true] {
        for beta in [0.0, 0.7, -0.7] {
            for (output, first) in [(false, false), (true, true)] {
                let twist = Twist {
                    output,
                    first,
                    ..Twist::default()
                };
                let built = network(mobile, Norm::Alive, Norm::Silent(beta), twist);
                for compensation in COMPENSATIONS {
                    let (plan, written, worst) = prune(&built.model, &certain(compensation));
                    assert_left(&built, &plan, &written);
                    let lossless = compensation != Compensation::None || beta == 0.0;
                    assert_eq!(
                        worst <= 1e-5,
                        lossless,
                        "{beta}, {compensation:?}: {worst:e}"
                    );
                    let add = nodes(&written).contains(&built.add.as_str());
                    let added = beta != 0.0 && compensation != Compensation::None;
                    assert_eq!(add, added || output, "an Add of nothing goes");
                    assert!(plan.approximate.is_empty(), "{:?}", plan.approximate);
                    assert!(plan.dead_branches[0].reason.contains("for every image"));
                }
            }
        }
    }
}

#[test]
fn dead_expansions_take_their_branch_along() {
    for mobile in [false, true] {
        let built = network(mobile, Norm::Below, Norm::Alive, Twist::default());
        for compensation in COMPENSATIONS {
            let options = PlanOptions {
                compensation,
                ..at_threshold(0.99)
            };
            let (plan, written, _) = prune(&built.model, &options);
            assert_left(&built, &plan, &written);
            // Below their own P they stay.
            let (plan, ..) = prune(
                &built.model,
                &PlanOptions {
                    compensation,
                    ..at_threshold(1.0)
                },
            );
            assert!(plan.dead_branches.is_empty());
        }
    }
}

#[test]
fn shares_take_whole_branches() {
    for mobile in [false, true] {
        // The least varying channels are those of the branch, which are dead.
        let built = network(mobile, Norm::Below, Norm::Alive, Twist::default());
        for compensation in COMPENSATIONS {
            let share = at_share(Criterion::Sigma, 0.6, compensation);
            let (plan, written, _) = prune(&built.model, &share);
            assert_left(&built, &plan, &written);
        }
        // What is dead for sure leaves with any share, without loss by itself.
        let built = network(mobile, Norm::Alive, Norm::Silent(0.3), Twist::default());
        for criterion in CRITERIA.into_iter().skip(1) {
            for compensation in COMPENSATIONS {
                let (plan, written, _) =
                    prune(&built.model, &at_share(criterion, 0.3, compensation));
                assert_left(&built, &plan, &written);
                let (plan, ..) = prune(&built.model, &at_share(criterion, 0.0, compensation));
                assert!(plan.dead_branches.is_empty(), "a share of nothing");
                prune(&built.model, &at_share(criterion, 1.0, compensation));
            }
        }
    }
}

#[test]
fn locks_and_floors_keep_branches() {
    let built = network(true, Norm::Alive, Norm::Silent(0.5), Twist::default());
    let keeps = [
        PlanOptions {
            locked: vec![built.branch[1].clone()],
            ..at_threshold(0.99)
        },
        PlanOptions {
            floor: 2,
            ..at_threshold(0.99)
        },
    ];
    for options in keeps {
        let (plan, written, worst) = prune(&built.model, &options);
        assert!(plan.dead_branches.is_empty());
        assert!(nodes(&written).contains(&built.branch[1].as_str()));
        assert!(worst <= 1e-5);
    }
    // Other locked layers are no obstacle.
    let first = built.model.graph.as_ref().expect("a graph").node[0]
        .name
        .clone();
    let options = PlanOptions {
        locked: vec![first],
        ..at_threshold(0.99)
    };
    let (plan, written, _) = prune(&built.model, &options);
    assert_left(&built, &plan, &written);
}

#[test]
fn a_second_reader_keeps_what_it_needs() {
    let twist = Twist {
        second_reader: true,
        ..Twist::default()
    };
    let built = network(true, Norm::Alive, Norm::Silent(0.5), twist);
    let (plan, written, worst) = prune(&built.model, &certain(Compensation::Shift));
    assert!(worst <= 1e-5, "{worst:e}");
    let left = nodes(&written);
    assert!(
        left.contains(&built.branch[0].as_str()),
        "it is read elsewhere"
    );
    assert!(!left.contains(&built.branch[1].as_str()));
    assert!(!left.contains(&built.branch[2].as_str()));
    assert_eq!(plan.dead_branches.len(), 1);
}

/// A constant that came through a zero-padded kernel is another one at the border.
#[test]
fn uneven_constants_stay_where_they_are_sure() {
    let built = network(true, Norm::Silent(0.4), Norm::Alive, Twist::default());
    let (plan, _, worst) = prune(&built.model, &certain(Compensation::Shift));
    // The depthwise convolution's own normalisation is silent too: even.
    assert_eq!(plan.dead_branches.len(), 1);
    assert!(worst <= 1e-5, "{worst:e}");
    let built = network(false, Norm::Silent(0.4), Norm::Alive, Twist::default());
    let (plan, _, worst) = prune(&built.model, &certain(Compensation::Shift));
    assert!(plan.dead_branches.is_empty(), "not lossless at the border");
    assert!(worst <= 1e-5, "{worst:e}");
}

/// Every residual block of a trained network, started as training would start it.
#[test]
fn a_trained_network_loses_its_silent_branches() {
    let file = "mobilenetv2_050_cifar10.onnx";
    let mut model = files::model(&files::sample(file));
    let graph = model.graph.as_mut().expect("a graph");
    let adds: Vec<Vec<String>> = graph
        .node
        .iter()
        .filter(|n| n.op_type == "Add")
        .map(|n| n.input.clone())
        .collect();
    let ends: Vec<String> = graph
        .node
        .iter()
        .filter(|n| n.op_type == "BatchNormalization")
        .filter(|n| adds.iter().any(|a| a.last() == Some(&n.output[0])))
        .map(|n| n.input[1].clone())
        .collect();
    assert!(ends.len() > 4, "{adds:?}");
    for gamma in &ends {
        edit(graph, gamma, |g| g.fill(0.0));
        assert!(
            floats_of(initializer(graph, gamma))
                .iter()
                .all(|g| *g == 0.0)
        );
    }
    for compensation in [Compensation::Shift, Compensation::Mean] {
        let (plan, written, worst) = prune(&model, &certain(compensation));
        assert_eq!(plan.dead_branches.len(), ends.len());
        assert!(worst <= 1e-5, "{worst:e}");
        let convs = |m: &pb::ModelProto| {
            let graph = m.graph.as_ref().expect("a graph");
            graph.node.iter().filter(|n| n.op_type == "Conv").count()
        };
        assert_eq!(convs(&model) - convs(&written), 3 * ends.len());
    }
}

/// The page's rows: all of a dead branch is gone, and its last channels name what is added for them.
#[test]
fn rows_of_a_branch_are_gone() {
    let built = network(true, Norm::Alive, Norm::Silent(0.5), Twist::default());
    let mut session =
        Session::from_model("b", 0, built.model.clone(), &HashMap::new()).expect("opens");
    let options = certain(Compensation::Shift);
    let preview = session.preview(&options).expect("previews");
    assert_eq!(preview.summary.withheld, 0);
    // Rows: stem, expansion, depthwise, projection, and one behind the sum.
    let widths = [WIDTH, 3 * WIDTH, 3 * WIDTH, WIDTH, 6];
    let branch = WIDTH..WIDTH + 7 * WIDTH;
    let states = &preview.states;
    assert_eq!(states.len(), widths.iter().sum::<usize>());
    for (k, state) in states.iter().enumerate() {
        assert_eq!(branch.contains(&k), state.is_removed(), "channel {k}");
    }
    let last = session.channel(3, 1, &options).expect("there is one");
    assert!(last.removed && last.kept_because.is_none());
    assert_eq!(last.folds.len(), 1);
    assert_eq!(last.folds[0].reader, built.add);
    assert_eq!(last.folds[0].constant, Some(0.5));
    let inner = session.channel(1, 0, &options).expect("there is one");
    assert!(inner.removed && inner.folds.is_empty());
    let stem = session.channel(0, 0, &options).expect("there is one");
    assert_eq!(stem.folds.len(), 1, "the branch reads it no more");
}
