//! Which of the network's outputs is right for an image.

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::report::Matching;

/// How the data's classes are brought to the network's outputs; `None` without classes.
pub(super) fn matching(data: &Dataset, labels: Option<&Labels>) -> Option<Matching> {
    let unknown = |class: &&String| labels.is_some_and(|l| l.position(class).is_none());
    let missing = data.classes.iter().find(unknown).cloned();
    (!data.classes.is_empty()).then(|| Matching {
        by_name: labels.is_some() && missing.is_none(),
        labels: labels.map(|l| l.name.clone()),
        missing,
        classes: data.classes.len() as u32,
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels;

    fn table(classes: [&str; 2]) -> Dataset {
        let png = include_bytes!("../../../www/public/samples/images/fashion/bag.png").to_vec();
        let lines = classes.map(|c| format!("{c}.png,{c}")).join("\n");
        let files = classes.map(|c| (format!("{c}.png"), png.clone()));
        let files = files
            .into_iter()
            .chain([("labels.csv".into(), lines.into_bytes())]);
        Dataset::from_memory(files.collect(), None).unwrap()
    }

    #[test]
    fn names_that_are_all_known_are_matched_else_the_order_counts_and_the_first_unknown_is_named() {
        let labels = labels::by_name("fashion-mnist").unwrap();
        let known = table(["sandal", "bag"]);
        let matching = matching(&known, Some(&labels)).unwrap();
        assert!(matching.by_name && matching.missing.is_none() && matching.classes == 2);
        let mut outputs = of(&known, Some(&labels), 10).unwrap();
        outputs.sort();
        assert_eq!(outputs, [Some(5), Some(8)]);

        let strange = table(["bag", "teapot"]);
        let matching = super::matching(&strange, Some(&labels)).unwrap();
        assert!(!matching.by_name);
        assert_eq!(matching.missing.as_deref(), Some("teapot"));
        let mut outputs = of(&strange, Some(&labels), 10).unwrap();
        outputs.sort();
        assert_eq!(outputs, [Some(0), Some(1)]);

        let matching = super::matching(&known, None).unwrap();
        assert!(!matching.by_name && matching.missing.is_none() && matching.labels.is_none());
    }
}
