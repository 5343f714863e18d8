//! How far a long command is: on one line of a terminal, nothing where stderr is none, or to the program that asked.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use super::host::Host;

fn shown(host: &Host) -> bool {
    host.is_terminal() && std::io::stderr().is_terminal()
}

pub struct Progress<'a> {
    what: &'static str,
    start: Instant,
    shown: bool,
    host: &'a Host,
}

impl<'a> Progress<'a> {
    pub fn new(host: &'a Host, what: &'static str) -> Progress<'a> {
        Progress {
            what,
            start: Instant::now(),
            shown: shown(host),
            host,
        }
    }

    /// Part `at` of `total`, counted from 1, begins. False where the work is to end.
    pub fn step(&self, at: usize, total: usize) -> bool {
        let part = at.saturating_sub(1) as f64 / total.max(1) as f64;
        if self.shown {
            let line = line(self.what, at, total, self.start.elapsed().as_secs_f64());
            // A line that cannot be written is not worth an error.
            let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
        }
        self.host.goes_on(self.what, part)
    }
}

/// Work of several kinds, of which it is known what part of the whole each is.
pub struct Stages<'a> {
    start: Instant,
    shown: bool,
    host: &'a Host,
}

impl<'a> Stages<'a> {
    pub fn new(host: &'a Host) -> Stages<'a> {
        Stages {
            start: Instant::now(),
            shown: shown(host),
            host,
        }
    }

    /// So much of the whole, from 0 to 1, is done. False where the work is to end.
    pub fn at(&self, what: &str, part: f64) -> bool {
        if self.shown {
            let line = share(what, part, self.start.elapsed().as_secs_f64());
            let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
        }
        self.host.goes_on(what, part)
    }
}

impl Drop for Stages<'_> {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn share(what: &str, part: f64, elapsed: f64) -> String {
    let part = part.clamp(0.0, 1.0);
    let mut line = format!("{what}, {:.0} %", 100.0 * part);
    // The first parts say little about the others.
    if part > 0.03 {
        line += &format!(
            ", about {:.0} s left",
            (elapsed / part * (1.0 - part)).ceil()
        );
    }
    line
}

impl Drop for Progress<'_> {
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
    use super::{line, share};

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

    #[test]
    fn stages_share_one_estimate() {
        assert_eq!(share("measuring", 0.01, 3.0), "measuring, 1 %");
        let half = share("refitting", 0.5, 30.0);
        assert_eq!(half, "refitting, 50 %, about 30 s left");
        let over = share("refitting", 1.2, 30.0);
        assert_eq!(over, "refitting, 100 %, about 0 s left");
    }
}
