//! What belongs to each class: where it is read, who writes it, its Gaussians.

use crate::channels::{ChannelId, CoupledId};

/// Lists of things per class, stored flat.
#[derive(Clone, Debug, Default)]
pub struct PerClass<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> PerClass<T> {
    pub(super) fn new(classes: usize, pairs: &[(CoupledId, T)]) -> Self {
        let mut starts = vec![0u32; classes + 1];
        for (class, _) in pairs {
            starts[class.index() + 1] += 1;
        }
        for c in 0..classes {
            starts[c + 1] += starts[c];
        }
        let mut next = starts.clone();
        let mut items: Vec<Option<T>> = vec![None; pairs.len()];
        for (class, item) in pairs {
            let at = &mut next[class.index()];
            items[*at as usize] = Some(*item);
            *at += 1;
        }
        PerClass {
            starts,
            items: items.into_iter().flatten().collect(),
        }
    }

    /// What belongs to one coupled channel.
    pub fn of(&self, class: CoupledId) -> &[T] {
        let c = class.index();
        &self.items[self.starts[c] as usize..self.starts[c + 1] as usize]
    }
}

/// A place where a class is read: `reader`'s input channel `channel`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read {
    /// Index into `Channels.readers`.
    pub reader: u32,
    /// Which of the reader's inputs.
    pub channel: u32,
    /// The channel it sees.
    pub channel_id: ChannelId,
}
