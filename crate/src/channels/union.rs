//! Union-find with path halving; a class remembers the first reason it was pinned for.

use super::{ChannelId, CoupledId, Pin};

#[derive(Default)]
pub struct Union {
    parent: Vec<ChannelId>,
    pin: Vec<Option<u32>>,
    pub pins: Vec<Pin>,
}

impl Union {
    /// `count` new singletons; returns the first.
    pub fn fresh(&mut self, count: usize) -> ChannelId {
        let base = self.parent.len();
        self.parent.extend((base..base + count).map(ChannelId::new));
        self.pin.resize(self.parent.len(), None);
        ChannelId::new(base)
    }

    pub fn root(&mut self, mut channel_id: ChannelId) -> ChannelId {
        while self.parent[channel_id.index()] != channel_id {
            let up = self.parent[self.parent[channel_id.index()].index()];
            self.parent[channel_id.index()] = up;
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
        self.parent[high.index()] = low;
        let (low, high) = (low.index(), high.index());
        self.pin[low] = stronger(&self.pins, self.pin[low], self.pin[high]);
    }

    /// Records a pin; returns its index for [`Union::pin`].
    pub fn reason(&mut self, pin: Pin) -> u32 {
        self.pins.push(pin);
        self.pins.len() as u32 - 1
    }

    pub fn pin(&mut self, channel_id: ChannelId, reason: u32) {
        let root = self.root(channel_id).index();
        self.pin[root] = stronger(&self.pins, self.pin[root], Some(reason));
    }

    /// Class numbers per channel (dense, by first channel) and the pin of each class.
    pub fn classes(mut self) -> (Vec<CoupledId>, Vec<Option<u32>>, Vec<Pin>) {
        let mut pinned = Vec::new();
        let mut class = Vec::with_capacity(self.parent.len());
        for index in 0..self.parent.len() {
            // A root is the first channel of its class, so its class is numbered before they are met.
            let root = self.root(ChannelId::new(index)).index();
            if root == index {
                class.push(CoupledId::new(pinned.len()));
                pinned.push(self.pin[root]);
            } else {
                class.push(class[root]);
            }
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
