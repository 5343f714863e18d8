//! Which of tract's plans a network runs in: the optimised one where it is right, and right where it is used.

use crate::support::build::{Net, ints, model};
use crate::support::random::Program;
use crate::support::rng::Rng;
use channel_pruning::internals::engine::{Engine, difference, noise};
use channel_pruning::internals::onnx::pb;
use ndarray::{Array4, ArrayD, s};

const SIDE: usize = 11;

/// 1×1 convolution, Slice of rows and columns, 1×1 convolution with a stride.
fn sliced(start: [i64; 2], stride: i64) -> (pb::ModelProto, [f32; 2]) {
    let mut net = Net::new("input", &[1, 1, SIDE, SIDE]);
    let weights = [1.5, -0.5];
    let first = net.weight(&[1, 1, 1, 1], &weights[..1]);
    let x = net.op("Conv", &["input", &first], vec![]);
    let start = net.ints(&start);
    let end = net.ints(&[i64::from(i32::MAX); 2]);
    let axes = net.ints(&[2, 3]);
    let x = net.op("Slice", &[&x, &start, &end, &axes], vec![]);
    let second = net.weight(&[1, 1, 1, 1], &weights[1..]);
    let strides = ints("strides", &[stride, stride]);
    let x = net.op("Conv", &[&x, &second], vec![strides]);
    net.output(&x);
    (model(net.graph, 13), weights)
}

/// Every start and stride against what the file says, worked out by hand. The optimised plan itself must be right: it is not
/// replaced by the plain one.
#[test]
fn a_slice_from_an_odd_place_keeps_its_place() {
    for stride in 1..4usize {
        for rows in 0..5 {
            for columns in 0..3 {
                let (model, [first, second]) = sliced([rows as i64, columns as i64], stride as i64);
                let engine = Engine::new(&model, 1).unwrap();
                let image = noise(&[1, 1, SIDE, SIDE], 1);
                let found = engine.run(image.clone()).unwrap().remove(0);
                let image: Array4<f32> = image.into_dimensionality().unwrap();
                let taken = image.slice(s![.., .., rows..;stride, columns..;stride]);
                let expected: ArrayD<f32> = taken.mapv(|v| v * first * second).into_dyn();
                let (worst, _) = difference(&[expected], &[found]);
                assert!(
                    worst < 1e-5,
                    "start {rows}, {columns}, stride {stride}: off by {worst}"
                );
                assert_eq!(
                    engine.note(),
                    None,
                    "start {rows}, {columns}, stride {stride}"
                );
            }
        }
    }
}

/// The optimised plan is compared with the plain one on the first image; that it is the one used, and no other, shows in the note.
#[test]
fn random_networks_run_in_the_optimised_plan_as_in_the_plain_one() {
    let mut plain = 0;
    for seed in 0..150 {
        let model = Program::random(&mut Rng::new(seed)).build().model;
        let (Ok(engine), Ok(slow)) = (Engine::new(&model, 1), Engine::plain(&model, 1)) else {
            continue;
        };
        let image = noise(&engine.inputs[0].0, seed);
        let (Ok(found), Ok(expected)) = (engine.run(image.clone()), slow.run(image)) else {
            continue;
        };
        let (worst, scale) = difference(&expected, &found);
        assert!(
            worst <= 1e-3 * scale.max(1e-6),
            "seed {seed}: {worst} of {scale}"
        );
        plain += usize::from(engine.note().is_some());
    }
    assert!(
        plain <= 5,
        "{plain} of 150 networks fell back to the plain plan"
    );
}
