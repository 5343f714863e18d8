//! The most memory that a plan and a pruned file take, against the size of the network's file. A large
//! file is what runs out of memory, so the network here is most of what is held.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use channel_pruning::Session;
use channel_pruning::internals::onnx;
use channel_pruning::report::{Compensation, Criterion};
use support::build::{Net, ints, model};
use support::rng::Rng;
use support::{at_share, at_threshold};

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

impl Counting {
    fn take(size: usize) {
        MOST.fetch_max(HELD.fetch_add(size, Relaxed) + size, Relaxed);
    }
}

// SAFETY: everything is the system's allocator's; only sizes are added up beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::take(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::take(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::take(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// 3×3 convolutions of 512 channels with BatchNormalization on 8×8 values: 38 MB.
fn large() -> Vec<u8> {
    let mut rng = Rng::new(3);
    let mut net = Net::new("input", &[1, 3, 8, 8]);
    let (mut x, mut width) = (String::from("input"), 3);
    for _ in 0..5 {
        let taps = 512 * width * 9;
        let values = rng.normals(taps, (2.0 / (9 * width) as f64).sqrt());
        let weight = net.weight(&[512, width, 3, 3], &values);
        x = net.op("Conv", &[&x, &weight], vec![ints("pads", &[1; 4])]);
        let scale: Vec<f32> = (0..512).map(|_| rng.between(0.2, 1.0) as f32).collect();
        let norm = [
            net.weight(&[512], &scale),
            net.weight(&[512], &rng.normals(512, 1.0)),
            net.weight(&[512], &rng.normals(512, 0.1)),
            net.weight(&[512], &[1.0; 512]),
        ];
        let [scale, shift, mean, variance] = &norm;
        let inputs = [x.as_str(), scale, shift, mean, variance];
        x = net.op("BatchNormalization", &inputs, vec![]);
        x = net.op("Relu", &[&x], vec![]);
        width = 512;
    }
    let weight = net.weight(&[10, 512, 1, 1], &rng.normals(5120, 0.05));
    x = net.op("Conv", &[&x, &weight], vec![]);
    net.output(&x);
    onnx::encode(&model(net.graph, 13))
}

/// The promise is 12 times the file and 100 MB; the 100 MB and two of the twelve are for the program
/// itself and for what the system's allocator wastes.
#[test]
fn a_plan_and_a_pruned_file_take_at_most_ten_times_the_file() {
    let bytes = large();
    let before = HELD.load(Relaxed);
    let most = |work: &dyn Fn(&mut Session)| {
        MOST.store(HELD.load(Relaxed), Relaxed);
        let mut session = Session::open_external("large.onnx", &bytes, &|_| None).expect("opens");
        work(&mut session);
        (MOST.load(Relaxed) - before) as f64 / bytes.len() as f64
    };
    // At 1 hardly anything goes, so the pruned file is as large as the original.
    for options in [
        at_threshold(1.0),
        at_threshold(0.9),
        at_share(Criterion::Sigma, 0.05, Compensation::Mean),
    ] {
        let planned = most(&|session| drop(session.plan(&options).expect("a plan")));
        let applied = most(&|session| {
            let pruned = session.prune(&options).expect("prunes");
            assert!(session.check(&pruned).expect("checks").passed);
        });
        println!("plan {planned:.1} times the file, apply {applied:.1} times");
        assert!(planned <= 10.0, "a plan takes {planned:.1} times the file");
        assert!(applied <= 10.0, "a pruned file takes {applied:.1} times");
    }
}
