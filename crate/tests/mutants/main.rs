//! Damaged files: a sentence or a network, never a panic, never more than 1 GiB, never more than 5 s.
//!
//! Real files of many forms are damaged byte by byte and, decoded, field by field; what opens is then
//! inspected, planned, and for a share of them pruned, checked and run. The same for what else is read:
//! pictures, archives, tables, IDX and CIFAR files, measured statistics, Gram matrices.
//!
//! `MUTANTS=300000 MUTANTS_FROM=1000000 cargo test --test mutants` runs as many, from that seed on; with
//! `MUTANTS_SAVE=FOLDER` the damaged networks are written there.

mod damage;
#[path = "../support/mod.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use channel_pruning::dataset::Dataset;
use channel_pruning::image::Image;
use channel_pruning::internals::measure::gram::Summing;
use channel_pruning::internals::measure::gram_file::GramFile;
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, Criterion};
use channel_pruning::{Origin, Session};
use damage::{alter, damage};
use support::build::small;
use support::fill::Fill;
use support::rng::Rng;
use support::{CRITERIA, at_share, at_threshold, attempt, files, for_all};

const MAX_BYTES: isize = 1 << 30;
const MAX_TIME: Duration = Duration::from_secs(5);
/// Mutants of networks in `npm test`.
const DEFAULT_COUNT: u64 = 20_000;
/// Networks larger than this are not run: their time is their own and not a fault.
const RUN_MACS: u64 = 200_000_000;
const RUN_ELEMENTS: usize = 1 << 22;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Counts what each thread holds; ends the run at the limit, naming the seed.
struct Counting;

impl Counting {
    fn add(size: usize) {
        let _ = HELD.try_with(|held| {
            held.set(held.get() + size as isize);
            if held.get() > MAX_BYTES
                && let Ok(Some(seed)) = SEED.try_with(|s| s.take())
            {
                eprintln!(
                    "seed {seed}: asks for more than {MAX_BYTES} bytes (the last time for {size})"
                );
                eprintln!("{}", std::backtrace::Backtrace::force_capture());
                std::process::abort();
            }
        });
    }
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::add(layout.size());
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = HELD.try_with(|held| held.set(held.get() - layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::add(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = HELD.try_with(|held| held.set(held.get() - layout.size() as isize));
        Counting::add(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number"))
    })
}

/// Runs `job` on every seed, within the limits.
fn on_seeds(usual: u64, job: impl Fn(&mut Rng) + Sync) {
    let (count, from) = (number("MUTANTS", usual), number("MUTANTS_FROM", 0));
    let seeds: Vec<u64> = (from..from + count).collect();
    for_all(&seeds, |seed| {
        HELD.set(0);
        SEED.set(Some(*seed));
        let run = || {
            let start = Instant::now();
            let done = attempt(|| {
                job(&mut Rng::new(*seed));
                Ok(())
            });
            (done, start.elapsed())
        };
        let (done, mut spent) = run();
        if spent > MAX_TIME {
            // Beside other work it may have waited for its turn.
            spent = spent.min(run().1);
        }
        SEED.set(None);
        if spent > MAX_TIME {
            return Err(format!("seed {seed}: {:.1} s", spent.as_secs_f64()));
        }
        done.map_err(|e| format!("seed {seed}: {e}"))
    });
}

/// Networks of at most 1 MB. Small ones of many forms come first: every byte of theirs matters more
/// than one of a million weights.
fn originals() -> Vec<pb::ModelProto> {
    let fixtures = files::fixtures()
        .into_iter()
        .map(|name| files::filled(&name, 2, &Fill::default()));
    let mut models: Vec<pb::ModelProto> = fixtures.chain([small(|_| {})]).collect();
    match files::shared("models") {
        None => {
            eprintln!("../shared/models is not here: only the project's own networks are damaged")
        }
        Some(folder) => {
            for name in [
                "yunet/yunet_n_dynamic.onnx",
                "fastestdet/FastestDet.onnx",
                "resnet20/resnet20_cifar10_bn.onnx",
            ] {
                models.push(files::model(&folder.join(name)));
            }
        }
    }
    let size = |m: &pb::ModelProto| onnx::encode(m).len();
    models.retain(|m| size(m) <= 1_200_000);
    models.sort_by_key(size);
    models
}

#[test]
fn damaged_networks() {
    let models = originals();
    let encoded: Vec<Vec<u8>> = models.iter().map(onnx::encode).collect();
    on_seeds(DEFAULT_COUNT, |rng| {
        // The square prefers the small ones, which are also the fast ones.
        let which = (rng.uniform() * rng.uniform() * models.len() as f64) as usize;
        let data = if rng.chance(0.4) {
            let mut data = encoded[which].clone();
            for _ in 0..1 + rng.below(6) {
                damage(rng, &mut data);
            }
            data
        } else {
            let mut model = models[which].clone();
            for _ in 0..1 + rng.below(3) {
                alter(rng, &mut model);
            }
            onnx::encode(&model)
        };
        if let Ok(folder) = std::env::var("MUTANTS_SAVE") {
            let name = format!("{:016x}.onnx", rng.clone().next());
            std::fs::write(std::path::Path::new(&folder).join(name), &data)
                .expect("can be written");
        }
        use_network(rng, &data);
    });
}

/// What the command line and the page do with a file.
fn use_network(rng: &mut Rng, data: &[u8]) {
    let Ok(mut session) = Session::open("mutant.onnx", data) else {
        return;
    };
    let overview = session.overview();
    let _ = session.inspect();
    let criterion = *rng.pick(&CRITERIA);
    let options = if criterion == Criterion::Probability {
        at_threshold(*rng.pick(&[0.5, 0.9, 0.99]))
    } else {
        at_share(
            criterion,
            0.3,
            *rng.pick(&[
                Compensation::Shift,
                Compensation::Mean,
                Compensation::Moments,
                Compensation::Merge,
            ]),
        )
    };
    let _ = session.plan(&options);
    // A large picture takes its time, and is no fault.
    let tensors = session.analysis.graph.tensors.iter();
    let elements = tensors
        .filter_map(|t| Some(t.shape.as_ref()?.iter().product::<usize>()))
        .max();
    let quick = overview.macs <= RUN_MACS && elements.is_none_or(|n| n <= RUN_ELEMENTS);
    if rng.chance(0.2)
        && quick
        && let Ok(pruned) = session.prune(&options)
    {
        let _ = session.check(&pruned);
    }
    if rng.chance(0.05) && quick {
        let image = grey(40, 30);
        let _ = session.predict(
            channel_pruning::Which::Original,
            &image,
            &overview.preset,
            5,
        );
    }
}

/// Everything else that is read. One file of each kind, made here or shipped with the page.
fn other_files() -> Vec<(&'static str, Vec<u8>)> {
    let read = |name: &str| files::read(&files::root().join("www/public/samples").join(name));
    let mut found = vec![("data.zip", read("data/fashion-mnist-1000.zip"))];
    let folder = files::root().join("www/public/samples/images");
    for (kind, name) in [("a.png", "fashion"), ("a.jpg", "photos")] {
        let first = std::fs::read_dir(folder.join(name))
            .expect("sample images")
            .flatten()
            .map(|e| e.path())
            .min();
        found.push((kind, files::read(&first.expect("an image"))));
    }
    let idx = |magic: &[u8], dims: &[u32], pixels: usize| {
        let mut bytes = magic.to_vec();
        dims.iter().for_each(|d| bytes.extend(d.to_be_bytes()));
        bytes.extend((0..pixels).map(|i| i as u8));
        bytes
    };
    found.push((
        "t10k-images-idx3-ubyte",
        idx(&[0, 0, 8, 3], &[4, 5, 5], 100),
    ));
    found.push(("t10k-labels-idx1-ubyte", idx(&[0, 0, 8, 1], &[4], 4)));
    found.push(("test_batch.bin", vec![3; 2 * 3073]));
    found.push((
        "labels.csv",
        b"file;label\na.png;cat\n\"b, c.png\";dog\n".to_vec(),
    ));
    found.push(("data.tar", tarred()));
    found
}

/// A tar with one PNG per class.
fn tarred() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let folder = files::root().join("www/public/samples/images/fashion");
    for (i, entry) in std::fs::read_dir(folder)
        .expect("sample images")
        .flatten()
        .take(3)
        .enumerate()
    {
        let bytes = files::read(&entry.path());
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        archive
            .append_data(&mut header, format!("class{i}/a.png"), bytes.as_slice())
            .expect("into memory");
    }
    archive.into_inner().expect("into memory")
}

#[test]
fn damaged_images_and_archives() {
    let originals = other_files();
    on_seeds(DEFAULT_COUNT / 10, |rng| {
        let (name, bytes) = rng.pick(&originals);
        let mut data = bytes.clone();
        for _ in 0..1 + rng.below(6) {
            damage(rng, &mut data);
        }
        // Headers decide sizes, and they lie at the beginning; a zip's at the end.
        if rng.chance(0.5) {
            let near = rng.below(64.min(data.len().max(1)));
            let at = if name.ends_with("zip") {
                data.len().saturating_sub(1 + near)
            } else {
                near
            };
            if let Some(byte) = data.get_mut(at) {
                *byte = *rng.pick(&[0, 1, 0x7f, 0xff]);
            }
        }
        if let Ok(data) = Dataset::from_memory(vec![((*name).to_string(), data.clone())], None) {
            for item in 0..data.len().min(4) {
                let _ = data.get(item);
            }
        }
        let _ = Image::decode(&data);
    });
}

#[test]
fn damaged_statistics() {
    let path = files::sample(files::SAMPLES[1]);
    let bytes = files::read(&path);
    let mut session = Session::open("sample.onnx", &bytes).expect("a sample opens");
    let preset = session.guess_preset();
    session.calibrate(&grey(28, 28), &preset).expect("measures");
    let text = serde_json::to_vec(&session.stats().expect("measured")).expect("JSON");
    on_seeds(DEFAULT_COUNT / 20, |rng| {
        let mut data = text.clone();
        for _ in 0..1 + rng.below(6) {
            damage(rng, &mut data);
        }
        if let Ok(stats) = serde_json::from_slice(&data) {
            let mut session = Session::open("sample.onnx", &bytes).expect("a sample opens");
            session.use_stats(&stats);
            let _ = session.plan(&at_threshold(0.9));
        }
    });
}

#[test]
fn damaged_gram_matrices() {
    let bytes = files::read(&files::sample(files::SAMPLES[1]));
    let mut session = Session::open("sample.onnx", &bytes).expect("a sample opens");
    let preset = session.guess_preset();
    let feeder = session.feeder(&preset).expect("a preset of its own");
    session.calibrate(&grey(28, 28), &preset).expect("measures");
    let mut sums = Summing::new(&session.model, &session.analysis).expect("runs");
    sums.add(&[feeder.feed(&grey(28, 28))], 0, 1).expect("sums");
    let origin = Origin {
        model: String::new(),
        preprocessing: Some(preset),
        data: Vec::new(),
    };
    let file = GramFile::new(&session.analysis, sums.grams, 1, origin);
    let whole = file.to_bytes().expect("is written");
    let read = AtomicU64::new(0);
    on_seeds(DEFAULT_COUNT / 20, |rng| {
        let mut data = whole.clone();
        // Half of them in the header, where sizes and names stand.
        let end = 8
            + data
                .iter()
                .take(1 << 16)
                .position(|b| *b == b'}')
                .unwrap_or(0)
            + 2000;
        for _ in 0..1 + rng.below(6) {
            match rng.below(2) {
                0 => damage(rng, &mut data),
                _ => {
                    let at = rng.below(end.min(data.len()).max(1));
                    if let Some(byte) = data.get_mut(at) {
                        *byte = *rng.pick(b"09-\"}],\xff");
                    }
                }
            }
        }
        let Ok(damaged) = GramFile::from_bytes(&data) else {
            return;
        };
        read.fetch_add(1, Ordering::Relaxed);
        let _ = damaged.clone().merged(file.clone());
        let mut session = Session::open("sample.onnx", &bytes).expect("a sample opens");
        if session.use_grams(&damaged).is_ok() {
            let options = at_share(Criterion::Reconstruction, 0.3, Compensation::Merge);
            let _ = session.plan(&options);
        }
    });
    assert!(
        read.into_inner() > 0,
        "all were refused: nothing behind the reader was tried"
    );
}

fn grey(width: usize, height: usize) -> Image {
    let pixels: Vec<u8> = (0..width * height).map(|i| (i * 37) as u8).collect();
    Image::from_grey(width, height, &pixels).expect("as many as there are pixels")
}
