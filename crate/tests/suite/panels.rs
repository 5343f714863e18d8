//! What the page's panels show beside the plan: the graph of layers, one channel's arithmetic, trials.

use crate::support::{at_share, at_threshold, files};
use channel_pruning::internals::engine::noise;
use channel_pruning::report::{Compensation, Criterion, PlanOptions, Topology};
use channel_pruning::{Session, Which};

const V1: &str = "mobilenetv1_050_cifar10.onnx";

fn open(sample: &str) -> Session {
    Session::open(sample, &files::read(&files::sample(sample))).unwrap()
}

fn of_kind(topology: &Topology, kind: &str) -> usize {
    topology.nodes.iter().filter(|n| n.kind == kind).count()
}

#[test]
fn the_graph_has_every_layer_once_and_runs_forward() {
    for name in files::SAMPLES {
        let session = open(name);
        let topology = session.topology();
        let layers = session.layers();
        let drawn: Vec<u32> = topology.nodes.iter().filter_map(|n| n.layer).collect();
        assert_eq!(
            drawn,
            (0..layers.len() as u32).collect::<Vec<_>>(),
            "{name}"
        );
        for (node, layer) in topology
            .nodes
            .iter()
            .filter_map(|n| Some((n, &layers[n.layer? as usize])))
        {
            assert_eq!(
                (&node.name, node.channels),
                (&layer.name, layer.outputs),
                "{name}"
            );
        }
        for edge in &topology.edges {
            assert!(edge.from < edge.to, "{name}: {edge:?}");
        }
        // Everything but the input is entered, everything but the output is left.
        for (k, node) in topology.nodes.iter().enumerate() {
            let into = topology.edges.iter().any(|e| e.to == k as u32);
            let out = topology.edges.iter().any(|e| e.from == k as u32);
            assert_eq!(into, node.kind != "input", "{name}: {}", node.name);
            assert_eq!(out, node.kind != "output", "{name}: {}", node.name);
        }
    }
}

#[test]
fn joins_and_shuffles_are_where_the_architecture_has_them() {
    // A chain; ten residual sums; three gates and sums; fifteen shuffled units.
    let v1 = open(V1).topology();
    assert_eq!(v1.edges.len(), v1.nodes.len() - 1);
    assert_eq!(of_kind(&v1, "join") + of_kind(&v1, "shuffle"), 0);
    let v2 = open("mobilenetv2_050_cifar10.onnx").topology();
    assert_eq!(of_kind(&v2, "join"), 10);
    let shuffled = open("shufflenetv1_100_cifar10.onnx").topology();
    assert_eq!(of_kind(&shuffled, "shuffle"), 16);
    let ghost = open("ghostnet_050_cifar10.onnx").topology();
    assert!(of_kind(&ghost, "concat") >= 16 && of_kind(&ghost, "join") >= 16);
}

#[test]
fn widths_are_those_of_the_plan() {
    for name in files::SAMPLES {
        let mut session = open(name);
        let topology = session.topology();
        let keep = at_share(Criterion::L1, 0.0, Compensation::Shift);
        let all: Vec<u32> = topology
            .nodes
            .iter()
            .map(|n| n.channels)
            .chain(topology.edges.iter().map(|e| e.channels))
            .collect();
        assert_eq!(session.topology_widths(&keep).unwrap(), all, "{name}");

        let options = at_threshold(0.9);
        let widths = session.topology_widths(&options).unwrap();
        let kept = session.preview(&options).unwrap().layer_channels;
        assert_eq!(widths.len(), all.len(), "{name}");
        assert!(widths != all, "{name}: something goes at 0.9");
        for (k, node) in topology.nodes.iter().enumerate() {
            if let Some(layer) = node.layer {
                assert_eq!(widths[k], kept[layer as usize], "{name}: {}", node.name);
            }
        }
        assert!(widths.iter().zip(&all).all(|(w, a)| w <= a), "{name}");
    }
}

/// The rows and places of all channels of a network.
fn channels(session: &Session) -> Vec<(u32, u32)> {
    let rows = session.sites();
    let row = |(site, row): (usize, &channel_pruning::report::Site)| {
        (0..row.channels)
            .map(move |c| (site as u32, c))
            .collect::<Vec<_>>()
    };
    rows.iter().enumerate().flat_map(row).collect()
}

#[test]
fn the_arithmetic_of_a_pair_leads_to_the_constant_that_is_folded() {
    let mut session = open(V1);
    let options = at_threshold(0.99);
    let mut seen = 0;
    for (site, channel) in channels(&session) {
        let detail = session.channel(site, channel, &options).unwrap();
        let e = session.explain(site, channel, &options).unwrap();
        assert_eq!(e.removed, detail.removed);
        assert_eq!(e.readers.len(), detail.folds.len());
        for (reader, fold) in e.readers.iter().zip(&detail.folds) {
            assert_eq!(reader.reader, fold.reader);
            if detail.removed {
                assert_eq!(Some(reader.constant), fold.constant);
                let most = reader.sums.iter().map(|s| (s * reader.constant).abs());
                assert!((most.fold(0.0, f64::max) - fold.largest_shift).abs() < 1e-12);
            }
        }
        // With the numbers of the file, done again by hand.
        for stage in [Some(&e.before), e.after.as_ref()].into_iter().flatten() {
            let n = stage.norm.expect("this file keeps its BatchNormalization");
            let s = n.gamma.abs() * (n.variance / (n.variance + n.epsilon)).sqrt();
            assert!((stage.channel.mean - n.beta).abs() < 1e-9);
            assert!((stage.channel.std - s).abs() < 1e-9);
        }
        if detail.case.as_deref() != Some("input_dead") || !detail.removed {
            continue;
        }
        seen += 1;
        let (taps, carried) = (e.depthwise.unwrap(), e.carried.unwrap());
        let n = e.after.unwrap().norm.unwrap();
        assert_eq!(taps.weights.len(), 9);
        assert_eq!((carried.enters, carried.convolved), (0.0, taps.bias));
        let by_hand = n.beta + n.gamma * (taps.bias - n.mean) / (n.variance + n.epsilon).sqrt();
        assert!((carried.normalised - by_hand).abs() < 1e-9);
        assert_eq!(carried.emitted, carried.normalised.max(0.0));
        assert_eq!(e.readers[0].constant, carried.emitted);
        assert!(e.readers[0].exact);
    }
    // Both sides of 121 pairs.
    assert_eq!(seen, 242);
}

#[test]
fn what_goes_together_is_what_the_plan_removes_together() {
    let mut session = open("mobilenetv2_050_cifar10.onnx");
    let options = at_share(Criterion::Sigma, 0.3, Compensation::Mean);
    let plan = session.plan(&options).unwrap();
    let (mut tied, mut summed) = (0, 0);
    for (site, channel) in channels(&session).into_iter().step_by(7) {
        let e = session.explain(site, channel, &options).unwrap();
        for part in e.together.iter().filter(|p| p.role != "reads") {
            for c in &part.channels {
                let gone = plan.layers[part.layer as usize].removed.contains(c);
                assert_eq!(gone, e.removed, "row {site}, channel {channel}: {part:?}");
            }
        }
        let writers = e.together.iter().filter(|p| p.role == "writes").count();
        tied += usize::from(writers > 1);
        summed += usize::from(e.ties.iter().any(|t| t.op == "Add"));
        assert_eq!(writers > 1, e.ties.iter().any(|t| t.op == "Add"));
    }
    assert!(tied > 10 && tied == summed);
}

#[test]
fn a_tried_plan_is_the_pruned_network_and_a_tried_channel_shows_the_fold() {
    let mut session = open(V1);
    let options = at_threshold(0.85);
    let plan = session.try_plan(0, &options).unwrap();
    let pruned = session.prune(&options).unwrap();
    assert_eq!(plan.layers, pruned.plan.layers);
    session.adopt(pruned);
    let image = noise(&[1, 3, 32, 32], 5);
    let run = |session: &mut Session, which| {
        let (outputs, _) = session.run(which, image.clone()).unwrap();
        outputs[0].iter().copied().collect::<Vec<f32>>()
    };
    assert_eq!(
        run(&mut session, Which::Trial(0)),
        run(&mut session, Which::Pruned)
    );

    // The likeliest-dead channels of case 3: cut, their constant is missed; folded, it is not.
    let original = run(&mut session, Which::Original);
    let change = |answer: &[f32]| {
        let deltas = answer.iter().zip(&original).map(|(a, b)| (a - b).abs());
        deltas.fold(0.0f32, f32::max)
    };
    let at = at_threshold(0.99999);
    let cases: Vec<(u32, u32)> = channels(&session)
        .into_iter()
        .filter(|(s, c)| {
            let e = session.explain(*s, *c, &at).unwrap();
            e.removed && e.readers.iter().any(|r| r.constant > 0.1)
        })
        .take(6)
        .collect();
    assert_eq!(cases.len(), 6);
    let (mut bare, mut folded) = (0.0, 0.0);
    for (site, channel) in cases {
        let none = PlanOptions {
            compensation: Compensation::None,
            ..at.clone()
        };
        session.try_channel(1, site, channel, &none).unwrap();
        session.try_channel(2, site, channel, &at).unwrap();
        bare += change(&run(&mut session, Which::Trial(1)));
        folded += change(&run(&mut session, Which::Trial(2)));
    }
    assert!(
        folded < 0.05 * bare,
        "{folded} with the fold, {bare} without"
    );
}

#[test]
fn trials_say_what_cannot_be_tried() {
    let mut session = open(V1);
    let options = at_threshold(0.99);
    assert!(session.try_channel(0, 999, 0, &options).is_err());
    assert!(session.try_plan(99, &options).is_err());
    let image = noise(&[1, 3, 32, 32], 5);
    let missing = session.run(Which::Trial(7), image).unwrap_err();
    assert!(missing.to_string().contains("not made yet"), "{missing}");
    assert_eq!(Which::parse("trial:7"), Some(Which::Trial(7)));
    assert_eq!(Which::parse("pruned"), Some(Which::Pruned));
    assert_eq!(Which::parse("trial:x"), None);
}

/// Every operator and layout that the fixtures know: nothing panics, and every number is one.
#[test]
fn panels_have_finite_numbers_on_every_fixture() {
    crate::support::for_all(&files::fixtures(), |name| {
        let model = files::filled(name, 3, &crate::support::fill::Fill::default());
        let mut session =
            Session::from_model(name, 0, model, &Default::default()).map_err(|e| e.to_string())?;
        let topology = session.topology();
        for edge in &topology.edges {
            if edge.from >= edge.to || edge.to as usize >= topology.nodes.len() {
                return Err(format!("{name}: {edge:?}"));
            }
        }
        for options in [
            at_threshold(0.7),
            at_share(Criterion::Sigma, 0.4, Compensation::Mean),
        ] {
            let widths = session
                .topology_widths(&options)
                .map_err(|e| e.to_string())?;
            if widths.len() != topology.nodes.len() + topology.edges.len() {
                return Err(format!("{name}: {} widths", widths.len()));
            }
            let all = channels(&session);
            for (site, channel) in all.iter().step_by(all.len() / 12 + 1) {
                let e = session
                    .explain(*site, *channel, &options)
                    .map_err(|e| e.to_string())?;
                let numbers = e.readers.iter().map(|r| r.constant);
                let carried = e.carried.iter().flat_map(|c| [c.normalised, c.emitted]);
                if numbers.chain(carried).any(|x| !x.is_finite()) {
                    return Err(format!("{name}: row {site}, channel {channel}: {e:?}"));
                }
                if e.obstacle.is_none() && !e.together.iter().any(|p| p.role == "writes") {
                    return Err(format!(
                        "{name}: nothing writes row {site}, channel {channel}"
                    ));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn examples_are_cells_of_their_case() {
    // In ShuffleNetV1 a shuffle lies between the two cells of a pair.
    // Nothing pins what leaves its depthwise convolutions, so it has no channel whose output is dead.
    for (name, cases) in [
        ("shufflenetv1_100_cifar10", 2),
        ("mobilenetv1_050_cifar10", 4),
    ] {
        let path = format!(
            "{}/../www/public/samples/{name}.onnx",
            env!("CARGO_MANIFEST_DIR")
        );
        let mut session = Session::open(name, &std::fs::read(path).unwrap()).unwrap();
        let options = PlanOptions::default();
        let preview = session.preview(&options).unwrap().summary;
        assert_eq!(preview.examples.len(), cases, "{name}");
        for example in &preview.examples {
            let [before, after] = [example.before, example.after]
                .map(|[site, channel]| session.channel(site, channel, &options).unwrap());
            for (cell, role, other) in [(&before, "before", &after), (&after, "after", &before)] {
                assert_eq!(
                    cell.case.as_deref(),
                    Some(example.case.as_str()),
                    "{example:?}"
                );
                assert_eq!(cell.removed, example.case != "keep", "{example:?}");
                assert_eq!(cell.role.as_deref(), Some(role), "{example:?}");
                assert_eq!(cell.partner.as_ref(), Some(&other.this), "{example:?}");
            }
        }
    }
}
