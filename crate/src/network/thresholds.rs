//! How likely dead a channel must be to count as dead.

use crate::statistics::NONE;

/// The threshold of every site channel.
#[derive(Clone, Debug)]
pub struct Thresholds {
    /// Where no row has its own.
    all: f64,
    /// Per site channel, if some row has its own.
    own: Vec<f64>,
}

impl Thresholds {
    /// What is dead with probability 1.
    pub const CERTAIN: Thresholds = Thresholds::same(1.0);

    /// One threshold for all rows.
    pub const fn same(all: f64) -> Thresholds {
        Thresholds {
            all,
            own: Vec::new(),
        }
    }

    /// Gives some of `count` site channels a threshold of their own.
    pub fn set(&mut self, channels: std::ops::Range<usize>, count: usize, threshold: f64) {
        self.own.resize(count, self.all);
        self.own[channels].fill(threshold);
    }

    /// That of a site channel; of [`NONE`] the plan's.
    pub fn at(&self, channel: u32) -> f64 {
        match self.own.get(channel as usize) {
            Some(own) if channel != NONE => *own,
            _ => self.all,
        }
    }

    /// None of them higher than `top`.
    pub fn at_most(mut self, top: f64) -> Thresholds {
        self.all = self.all.min(top);
        self.own.iter_mut().for_each(|own| *own = own.min(top));
        self
    }
}
