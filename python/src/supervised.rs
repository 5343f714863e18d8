//! Long work beside Python: a thread of its own does it without the interpreter's lock, while the calling thread hears of its
//! progress and of Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use channel_pruning::cli::Progress;
use pyo3::prelude::*;

/// How long Ctrl-C may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

enum Event<T> {
    Progress(String, f64),
    Done(T),
}

/// Runs `work` and calls `progress(part, what)` on this thread. An exception of the callback, or Ctrl-C, is raised at once; the work
/// ends when it next says how far it is.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<Bound<'_, PyAny>>,
    work: impl FnOnce(Progress) -> T + Send + 'static,
) -> PyResult<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let (send, events) = channel();
    let say = send.clone();
    let stopped = Arc::clone(&stop);
    let hook: Progress = Box::new(move |what, part| {
        let heard = say.send(Event::Progress(what.to_string(), part)).is_ok();
        heard && !stopped.load(Ordering::Relaxed)
    });
    let worker = std::thread::spawn(move || {
        // Nobody may be listening any more.
        let _ = send.send(Event::Done(work(hook)));
    });
    // A receiver must not be shared, and is needed by one thread alone.
    let events = std::sync::Mutex::new(events);
    let next = || {
        let events = events
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        events.recv_timeout(PATIENCE)
    };
    let outcome = loop {
        let heard = py.detach(next);
        let said = match heard {
            Ok(Event::Done(value)) => break Ok(value),
            Ok(Event::Progress(what, part)) => match &progress {
                Some(progress) => progress.call1((part, what)).map(|_| ()),
                None => Ok(()),
            },
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                let reason = channel_pruning::Error::new("the work ended without a result");
                break Err(super::raised(py, reason));
            }
        };
        if let Err(error) = said.and_then(|()| py.check_signals()) {
            stop.store(true, Ordering::Relaxed);
            break Err(error);
        }
    };
    if outcome.is_ok() {
        let _ = worker.join();
    }
    outcome
}
