//! Which of the network's outputs is right for an image.

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::labels::Labels;

/// The true output of every image, `None` where the data has no labels. Class names are matched to the label set where all of them
/// can be; else classes count in their order.
pub(super) fn of(
    data: &Dataset,
    labels: Option<&Labels>,
    classes: usize,
) -> Result<Vec<Option<u32>>> {
    let by_name: Option<Vec<usize>> =
        labels.and_then(|l| data.classes.iter().map(|c| l.position(c)).collect());
    (0..data.len())
        .map(|i| {
            let Some(class) = data.class(i) else {
                return Ok(None);
            };
            let output = by_name.as_ref().map_or(class, |names| names[class]);
            if output >= classes {
                let message = format!(
                    "the data has {} classes, the network {classes}",
                    data.classes.len()
                );
                return Err(Error::new(message));
            }
            Ok(Some(output as u32))
        })
        .collect()
}
