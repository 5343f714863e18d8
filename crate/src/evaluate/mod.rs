//! Accuracy on labelled images, and agreement of two networks.
//!
//! A [`Judge`] turns images into [`Record`]s, slice by slice; records of all threads or workers merge to one report, which does not
//! depend on who evaluated what.

mod budget;
mod guard;
mod interval;
mod judge;
mod part;
pub mod preprocessing;
mod record;
mod runner;
mod smallest;
mod summary;
mod sweep;
mod truth;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::report::{Evaluation, Latency};
use crate::session::Session;

pub use budget::{Promise, largest};
pub use guard::Guard;
pub use interval::{paired, wilson};
pub use judge::Judge;
pub use part::{judged_file, merged, part, read, reported, seen};
pub use record::{LENGTH, Record, merge};
pub use smallest::smallest;
pub use sweep::{Done, HEADER, SweepRequest, sweep};

/// Runs `session` (and `against`) over `data` on all cores, and measures latencies.
///
/// # Errors
/// When the network is no classifier, a picture cannot be read, or the classes do not fit.
pub fn evaluate(
    session: &Session,
    against: Option<&Session>,
    data: impl Into<Arc<Dataset>>,
    preset: &str,
) -> Result<Evaluation> {
    let judge = judge(session, against, data, preset)?;
    timed(&judge, &all(&judge, cores())?)
}

/// What [`evaluate`] judges with: images without labels need something to compare with.
///
/// # Errors
/// When the network is no classifier, or the classes do not fit.
pub fn judge(
    session: &Session,
    against: Option<&Session>,
    data: impl Into<Arc<Dataset>>,
    preset: &str,
) -> Result<Judge> {
    let mut judge = Judge::new(&session.model, &session.file, data, preset)?;
    match against {
        Some(other) => judge.set_other(&other.model, &other.file)?,
        None if !judge.labelled() => {
            return Err(Error::new(
                "the data has no labels: put the images of each class into a folder of its own",
            ));
        }
        None => (),
    }
    Ok(judge)
}

/// A report of merged records, with the networks' latencies.
///
/// # Errors
/// When a network cannot be run.
pub fn timed(judge: &Judge, records: &[Record]) -> Result<Evaluation> {
    let mut result = judge.report(records);
    let (own, other) = judge.latencies()?;
    result.latency_ms = Some(Latency { median: own });
    if let Some((against, median)) = result.against.as_mut().zip(other) {
        against.latency_ms = Some(Latency { median });
    }
    Ok(result)
}

/// Images that a thread takes at a time.
pub const SLICE: usize = 8;

/// Threads that are worth starting.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Records of all images, in order, by `threads` threads. The number does not change the result.
///
/// # Errors
/// Of the first image, in the data set's order, that fails.
pub fn all(judge: &Judge, threads: usize) -> Result<Vec<Record>> {
    between(judge, 0..judge.images(), threads)
}

/// Records of the images from `first` on: the ones before it were fitted to.
///
/// # Errors
/// Of the first image, in the data set's order, that fails.
pub fn since(judge: &Judge, first: usize, threads: usize) -> Result<Vec<Record>> {
    between(judge, first..judge.images(), threads)
}

/// Records of some of the images.
///
/// # Errors
/// Of the first of them, in the data set's order, that fails.
pub fn between(judge: &Judge, images: Range<usize>, threads: usize) -> Result<Vec<Record>> {
    let slices = images.len().div_ceil(SLICE);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Record>> = Mutex::default();
    let failed: Mutex<Option<(usize, Error)>> = Mutex::default();
    let work = || {
        loop {
            let slice = next.fetch_add(1, Ordering::Relaxed);
            if slice >= slices {
                return;
            }
            let from = images.start + slice * SLICE;
            match judge.evaluate(from, images.end.min(from + SLICE)) {
                Ok(mut records) => {
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.append(&mut records);
                }
                Err(error) => {
                    // Slices are handed out in order, so those before this one are under way and will tell.
                    next.store(slices, Ordering::Relaxed);
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    if failed.as_ref().is_none_or(|(first, _)| slice < *first) {
                        *failed = Some((slice, error));
                    }
                }
            }
        }
    };
    match threads.min(slices) {
        0 | 1 => work(),
        threads => std::thread::scope(|scope| {
            (0..threads).for_each(|_| {
                scope.spawn(work);
            });
        }),
    }
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(merge(
            done.into_inner().unwrap_or_else(PoisonError::into_inner),
        )),
    }
}
