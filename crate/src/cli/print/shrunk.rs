//! What `shrink` says of its work.

use std::io::Write;

use crate::Result;
use crate::report::{Compensation, Criterion, Evaluation, ShrinkReport};

use super::{evaluation, kept, written};

/// What `shrink` chose, why, and what it cost.
pub fn shrunk(result: &ShrinkReport, judged: Option<&Evaluation>) -> Result<()> {
    let (fitted, predicted, plan) = (result.choice.images, result.predicted_kl, &result.plan);
    // Without images at hand, by the Gram matrices of others'.
    let summed = fitted == 0 && plan.criterion == Criterion::Reconstruction;
    let criterion = match fitted {
        0 if summed => "Gram matrices: channels that the others can make up for went first".into(),
        0 => "no images: channels that carry little to their readers went first".into(),
        n => format!("{n} images: channels that the others can make up for went first"),
    };
    say!("\n{criterion}");
    match (fitted, predicted) {
        (0, _) if summed => say!("layers were weighed by their own losses"),
        (0, _) => say!("layers were weighed by the file's own statistics"),
        (_, Some(kl)) => say!(
            "layers were weighed by what cutting each alone did to the output of held-back images (predicted KL {kl:.3})"
        ),
        _ => say!("too few images to hold some back: layers were weighed by their own losses"),
    }
    match plan.repair.as_ref().filter(|r| r.declined.is_none()) {
        Some(repair) => say!(
            "what reads the cut channels was refitted on {} images",
            repair.images
        ),
        None if summed => {
            say!("what reads the cut channels was refitted to the Gram matrices");
        }
        None if plan.compensation == Compensation::Merge => {
            say!(
                "what reads the cut channels takes over what the file says the others can make up for"
            );
        }
        None => say!("nothing was refitted"),
    }
    match (&result.guard, judged) {
        (Some(guard), _) => kept(guard),
        (None, Some(judged)) => evaluation(judged),
        (None, None) => {
            say!("not judged: give it more images");
            Ok(())
        }
    }
}
