//! How far a long command is, on one line of a terminal; nothing where stderr is no terminal.

use std::io::{IsTerminal, Write};
use std::time::Instant;

pub struct Progress {
    what: &'static str,
    start: Instant,
    shown: bool,
}

impl Progress {
    pub fn new(what: &'static str) -> Progress {
        Progress {
            what,
            start: Instant::now(),
            shown: std::io::stderr().is_terminal(),
        }
    }

    /// Part `at` of `total`, counted from 1, begins.
    pub fn step(&self, at: usize, total: usize) {
        if !self.shown {
            return;
        }
        let line = line(self.what, at, total, self.start.elapsed().as_secs_f64());
        // A line that cannot be written is not worth an error.
        let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(what: &str, at: usize, total: usize, elapsed: f64) -> String {
    let done = at.saturating_sub(1).min(total);
    let mut line = format!("{what} {} of {total}", at.min(total));
    // The first parts say little about the others.
    if done > 1 {
        let left = elapsed / done as f64 * (total - done) as f64;
        line += &format!(", about {:.0} s left", left.ceil());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn time_left_follows_from_what_is_done() {
        assert_eq!(line("layer", 1, 10, 0.0), "layer 1 of 10");
        assert_eq!(line("layer", 6, 10, 20.0), "layer 6 of 10, about 20 s left");
        // A second try of a step counts past the end.
        assert_eq!(
            line("layer", 14, 10, 20.0),
            "layer 10 of 10, about 0 s left"
        );
    }
}
