//! The compensation `merge`, and the order of `reconstruction` where there are no images: both by what sums over other
//! machines' images say of how channels vary together, or else the file itself.

use std::collections::HashMap;
use std::rc::Rc;

use super::Session;
use crate::channels::{ChannelId, CoupledId, Flow};
use crate::criterion::reconstruction::ladders;
use crate::error::{Error, Result};
use crate::measure::closed_form;
use crate::measure::gram::{Grams, SecondMoments};
#[cfg(feature = "cli")]
use crate::measure::gram_file::GramFile;
use crate::network::Analysis;
use crate::plan::Decision;
use crate::plan::allocate::allocate;
use crate::repair::curves;
use crate::repair::merge::{Merged, merge};

impl Session {
    /// Takes sums over images, from any number of machines, in place of what the file says: for the compensation `merge`, and for
    /// plans by `reconstruction` without images.
    ///
    /// # Errors
    /// When they are of another network.
    #[cfg(feature = "cli")]
    #[doc(hidden)]
    pub fn use_grams(&mut self, file: &GramFile) -> Result<()> {
        let grams = Rc::new(file.grams(&self.analysis)?);
        self.second_moments = Some(SecondMoments {
            grams,
            measured: true,
        });
        self.forget_reconstruction();
        Ok(())
    }

    /// Whether second moments come from images.
    pub(super) fn has_summed_images(&self) -> bool {
        self.second_moments.as_ref().is_some_and(|m| m.measured)
    }

    /// What is known of every reader's inputs.
    pub(super) fn second_moments(&mut self) -> Result<Rc<Grams>> {
        if let Some(known) = &self.second_moments {
            return Ok(Rc::clone(&known.grams));
        }
        let grams = closed_form::grams(&self.analysis);
        if grams.iter().all(Option::is_none) {
            let reason = "has no BatchNormalization before a layer, so nothing says how channels vary together, which `merge` needs";
            return Err(Error::new(reason).in_file(&self.file));
        }
        let grams = Rc::new(grams);
        self.second_moments = Some(SecondMoments {
            grams: Rc::clone(&grams),
            measured: false,
        });
        Ok(grams)
    }

    /// Takes the order of `reconstruction` from sums over images that are no longer at hand, or from the file alone. `multiple`:
    /// channels per step of the allocation.
    ///
    /// # Errors
    /// Where nothing says how channels vary.
    pub fn assume_reconstruction(&mut self, multiple: u32) -> Result<()> {
        let grams = self.second_moments()?;
        let mut ladders = ladders(&self.analysis, &grams, &self.block());
        if !self.has_summed_images() {
            // What the file promises of a variance is rougher than what it recorded.
            for ladder in &mut ladders {
                let recorded = ladder.readers.iter().map(|r| self.recorded_variance(*r));
                ladder.whole = recorded.sum::<Option<f64>>().unwrap_or(ladder.whole);
            }
        }
        let curves = curves::relative(&ladders);
        let found = allocate(&self.analysis, &ladders, &curves, multiple as usize);
        self.plan_by(found, false);
        Ok(())
    }

    /// Of a reader's outputs together, in units behind its normalisation.
    fn recorded_variance(&self, reader: usize) -> Option<f64> {
        let reader = &self.analysis.channels.readers[reader];
        let norm = self.analysis.normalisation_behind(reader)?;
        match &self.analysis.channels.flows[norm] {
            Flow::Normalise { gaussians, .. } => {
                Some(gaussians.iter().map(|g| g.std * g.std).sum())
            }
            _ => None,
        }
    }

    /// The network that `decision` is carried out on.
    pub(super) fn merged(&mut self, decision: &Decision) -> Result<Merged> {
        let grams = self.second_moments()?;
        let analysis = &self.analysis;
        let gone = |class: CoupledId| decision.removed[class.index()];
        let takes_part = |r: &usize| {
            let reader = &analysis.channels.readers[*r];
            let removed = |id: &ChannelId| gone(analysis.channels.class_of(*id));
            // A bias that is not there yet would change what the plan counted.
            let there = analysis.gains_bias[*r].is_none();
            there && !decision.is_dead(reader.node) && reader.inputs.iter().any(removed)
        };
        let readers: Vec<usize> = (0..analysis.channels.readers.len())
            .filter(takes_part)
            .collect();
        let make = || {
            let model = merge(&self.model, analysis, &grams, &readers, &gone, true)?;
            let analysis = Analysis::new(&model, &HashMap::new())?;
            // New tensors must not change what is coupled; in damaged files they did.
            let (now, before) = (&analysis.channels, &self.analysis.channels);
            if now.class != before.class || now.readers.len() != before.readers.len() {
                return Err(Error::new(
                    "is damaged: with new weights its channels are coupled in another way",
                ));
            }
            let decision = Decision {
                branches: decision.branches.carried_to(&analysis.graph),
                ..decision.clone()
            };
            Ok(Merged {
                model,
                analysis,
                decision,
            })
        };
        make().map_err(|e: Error| e.in_file(&self.file))
    }
}
