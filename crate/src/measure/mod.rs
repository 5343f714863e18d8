//! Measuring a network on images: covariances of what its readers see, and what the answers lose when one
//! group of layers is cut alone.

pub mod curves;
pub mod gram;
mod pixels;
mod tail;

/// Called with (done, total); `false` stops the measurement.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// The sentence of a measurement that was stopped.
pub const STOPPED: &str = "the measurement was stopped";

/// Runs `work` on every item, in waves of `threads`; results come in the order of the items.
pub(crate) fn in_waves<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut each: impl FnMut(R) -> bool,
) -> bool {
    for wave in items.chunks(threads.max(1)) {
        let results: Vec<R> = match wave {
            [only] => vec![work(only)],
            several => std::thread::scope(|scope| {
                let run = |item| {
                    let work = &work;
                    scope.spawn(move || work(item))
                };
                let handles: Vec<_> = several.iter().map(run).collect();
                let join = |h: std::thread::ScopedJoinHandle<'_, R>| {
                    h.join().unwrap_or_else(|e| std::panic::resume_unwind(e))
                };
                handles.into_iter().map(join).collect()
            }),
        };
        for result in results {
            if !each(result) {
                return false;
            }
        }
    }
    true
}
