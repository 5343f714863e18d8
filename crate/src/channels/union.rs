//! Union-find with path halving; a class remembers the first reason it was pinned for.

use super::{ChannelId, Pin};

#[derive(Default)]
pub struct Union {
    parent: Vec<ChannelId>,
    pin: Vec<Option<u32>>,
    pub pins: Vec<Pin>,
}

impl Union {
    /// `count` new singletons; returns the first.
    pub fn fresh(&mut self, count: usize) -> ChannelId {
        let base = self.parent.len() as ChannelId;
        self.parent.extend(base..base + count as ChannelId);
        self.pin.resize(self.parent.len(), None);
        base
    }

    pub fn root(&mut self, mut channel_id: ChannelId) -> ChannelId {
        while self.parent[channel_id as usize] != channel_id {
            let up = self.parent[self.parent[channel_id as usize] as usize];
            self.parent[channel_id as usize] = up;
            channel_id = up;
        }
        channel_id
    }

    pub fn tie(&mut self, a: ChannelId, b: ChannelId) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        self.parent[high as usize] = low;
        self.pin[low as usize] =
            stronger(&self.pins, self.pin[low as usize], self.pin[high as usize]);
    }

    /// Records a pin; returns its index for [`Union::pin`].
    pub fn reason(&mut self, pin: Pin) -> u32 {
        self.pins.push(pin);
        self.pins.len() as u32 - 1
    }

    pub fn pin(&mut self, channel_id: ChannelId, reason: u32) {
        let root = self.root(channel_id) as usize;
        self.pin[root] = stronger(&self.pins, self.pin[root], Some(reason));
    }

    /// Class numbers per channel (dense, by first channel) and the pin of each class.
    pub fn classes(mut self) -> (Vec<u32>, Vec<Option<u32>>, Vec<Pin>) {
        let mut number = vec![u32::MAX; self.parent.len()];
        let mut pinned = Vec::new();
        let mut class = Vec::with_capacity(self.parent.len());
        for channel_id in 0..self.parent.len() as ChannelId {
            let root = self.root(channel_id) as usize;
            if number[root] == u32::MAX {
                number[root] = pinned.len() as u32;
                pinned.push(self.pin[root]);
            }
            class.push(number[root]);
        }
        (class, pinned, self.pins)
    }
}

/// A real obstacle says more than "it is an output"; otherwise the earlier reason stays.
fn stronger(pins: &[Pin], a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(x), Some(y)) => {
            let (x, y) = (x.min(y), x.max(y));
            Some(if pins[x as usize].output && !pins[y as usize].output {
                y
            } else {
                x
            })
        }
        (a, b) => a.or(b),
    }
}
