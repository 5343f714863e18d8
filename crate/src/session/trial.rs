//! Networks that are run beside the two, to compare plans; nothing of them is kept or downloaded.

use super::{Session, Which};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::plan::one_channel;
use crate::report::{Compensation, Plan, PlanOptions};

/// Slots for trials; a number above is a mistake of the caller.
const SLOTS: u32 = 16;

impl Session {
    /// Compiles the network without one channel (and what is tied to it) into `slot`: the masked twin
    /// of a plan that removes nothing else.
    ///
    /// # Errors
    /// When the channel can never go, with the reason.
    pub fn try_channel(
        &mut self,
        slot: u32,
        site: u32,
        channel: u32,
        options: &PlanOptions,
    ) -> Result<()> {
        let flat = self.flat(site, channel)?;
        let class = self.analysis.class_of_site(flat);
        if let Some(obstacle) = self.analysis.obstacle(class) {
            return Err(Error::new(format!("This channel can never go: {obstacle}")));
        }
        // The plan that compensates says which constant; "none" is the same channel with 0.
        let decision = self.decide(options)?;
        let only = match options.compensation {
            Compensation::None => one_channel::alone(
                &self.analysis,
                options,
                &crate::plan::Decision::keep_all(&self.analysis),
                class,
            ),
            _ => one_channel::alone(&self.analysis, options, &decision, class),
        };
        let twin = self.twin(&only)?;
        self.hold_trial(slot, Engine::new(&twin, 1))
    }

    /// Carries a plan out and compiles the result into `slot`.
    pub fn try_plan(&mut self, slot: u32, options: &PlanOptions) -> Result<Plan> {
        let pruned = self.prune_alone(options)?;
        self.hold_trial(slot, Engine::new(&pruned.model, 1))?;
        Ok(pruned.plan)
    }

    /// Forgets all trials.
    pub fn forget_trials(&mut self) {
        self.engines.trials.clear();
    }

    fn hold_trial(&mut self, slot: u32, engine: Result<Engine>) -> Result<()> {
        if slot >= SLOTS {
            return Err(Error::new(format!("there are only {SLOTS} trials")));
        }
        let engine = engine.map_err(|e| e.in_file(&self.file))?;
        self.engines.trials.insert(slot, engine);
        Ok(())
    }
}

impl Which {
    /// "original", "pruned", or "trial:N".
    pub fn parse(text: &str) -> Option<Which> {
        match text {
            "original" => Some(Which::Original),
            "pruned" => Some(Which::Pruned),
            _ => text.strip_prefix("trial:")?.parse().ok().map(Which::Trial),
        }
    }
}
