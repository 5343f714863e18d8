//! The two index spaces of coupling, kept apart by the compiler.
//!
//! All is inlined, in test builds too: an id costs what its number costs.

/// One channel of one tensor: an index over the channels of all tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ChannelId(u32);

impl ChannelId {
    /// Stands where an output position shows no channel (padding). An `Option` would double tables that
    /// hold millions.
    pub const PAD: ChannelId = ChannelId(u32::MAX);

    /// The channel at an index of a table per channel.
    #[inline]
    pub fn new(index: usize) -> ChannelId {
        ChannelId(index as u32)
    }

    /// Its index in a table per channel.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A coupled channel: channels that can only be removed together, numbered over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct CoupledId(u32);

impl CoupledId {
    /// The coupled channel at an index of a table per coupled channel.
    #[inline]
    pub fn new(index: usize) -> CoupledId {
        CoupledId(index as u32)
    }

    /// Its index in a table per coupled channel.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
