//! What images tell about a network before any plan: Gaussians, zeros and histograms,
//! and second moments of what readers see, from images or from the file alone.

pub mod calibrate;
pub mod closed_form;
pub mod gram;
#[cfg(feature = "cli")]
pub mod gram_file;
mod neighbours;
mod patches;
pub mod stats;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;

/// `work` on every index, on several threads; results in the order of the indices.
pub(crate) fn in_order<T: Send>(
    range: std::ops::Range<usize>,
    threads: usize,
    work: &(dyn Fn(usize) -> Result<T> + Sync),
) -> Result<Vec<T>> {
    let mut slots: Vec<Option<Result<T>>> = range.clone().map(|_| None).collect();
    each(&mut slots, threads, &|k, slot| {
        *slot = Some(work(range.start + k))
    });
    slots.into_iter().flatten().collect()
}

/// `work` on every item, on several threads.
pub(crate) fn each<T: Send>(
    items: &mut [T],
    threads: usize,
    work: &(dyn Fn(usize, &mut T) + Sync),
) {
    if threads < 2 || items.len() < 2 {
        items.iter_mut().enumerate().for_each(|(k, it)| work(k, it));
        return;
    }
    let next = AtomicUsize::new(0);
    let items: Vec<Mutex<&mut T>> = items.iter_mut().map(Mutex::new).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(k) else { return };
                    if let Ok(mut item) = item.lock() {
                        work(k, &mut item);
                    }
                }
            });
        }
    });
}
