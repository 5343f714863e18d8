//! Union-find with path halving; a class remembers the first reason it was pinned for.

use super::{Atom, Pin};

#[derive(Default)]
pub struct Union {
    parent: Vec<Atom>,
    pin: Vec<Option<u32>>,
    pub pins: Vec<Pin>,
}

impl Union {
    /// `count` new singletons; returns the first.
    pub fn fresh(&mut self, count: usize) -> Atom {
        let base = self.parent.len() as Atom;
        self.parent.extend(base..base + count as Atom);
        self.pin.resize(self.parent.len(), None);
        base
    }

    pub fn root(&mut self, mut atom: Atom) -> Atom {
        while self.parent[atom as usize] != atom {
            let up = self.parent[self.parent[atom as usize] as usize];
            self.parent[atom as usize] = up;
            atom = up;
        }
        atom
    }

    pub fn tie(&mut self, a: Atom, b: Atom) {
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

    pub fn pin(&mut self, atom: Atom, reason: u32) {
        let root = self.root(atom) as usize;
        self.pin[root] = stronger(&self.pins, self.pin[root], Some(reason));
    }

    /// Class numbers per atom (dense, by first atom) and the pin of each class.
    pub fn classes(mut self) -> (Vec<u32>, Vec<Option<u32>>, Vec<Pin>) {
        let mut number = vec![u32::MAX; self.parent.len()];
        let mut pinned = Vec::new();
        let mut class = Vec::with_capacity(self.parent.len());
        for atom in 0..self.parent.len() as Atom {
            let root = self.root(atom) as usize;
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
