//! Work on all cores whose result does not depend on how many there are.

use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// Threads that are worth starting.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Does `work` on every item, on `threads` threads. Items do not see each other.
///
/// # Errors
/// One of those that `work` gave.
pub fn each<T: Send>(
    threads: usize,
    items: &mut [T],
    work: impl Fn(&mut T) -> Result<()> + Sync,
) -> Result<()> {
    let threads = threads.min(items.len());
    if threads < 2 {
        return items.iter_mut().try_for_each(work);
    }
    let queue = Mutex::new(items.iter_mut());
    let failed: Mutex<Option<Error>> = Mutex::default();
    let run = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(item) = next else { return };
            if let Err(error) = work(item) {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(error);
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| {
            scope.spawn(run);
        });
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once() {
        for threads in [0, 1, 3, 50] {
            let mut items: Vec<usize> = (0..40).collect();
            let done = each(threads, &mut items, |i| {
                *i += 1;
                Ok(())
            });
            done.expect("nothing fails");
            assert_eq!(items, (1..41).collect::<Vec<_>>());
            let fails = |i: &mut usize| match *i {
                7 => Err(Error::new("seven")),
                _ => Ok(()),
            };
            let sentence = each(threads, &mut items, fails).expect_err("seven fails");
            assert_eq!(sentence.to_string(), "seven");
        }
    }
}
