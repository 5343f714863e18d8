//! Compiled networks, kept.

use std::collections::HashMap;

use crate::engine::Engine;

/// Compiled networks, made when first needed.
#[derive(Default)]
pub struct Engines {
    pub original: Option<Engine>,
    pub pruned: Option<Engine>,
    pub trials: HashMap<u32, Engine>,
}

impl Engines {
    pub fn forget_pruned(&mut self) {
        self.pruned = None;
    }
}
