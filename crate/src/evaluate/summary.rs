//! From records to the figures that are printed and shown.

use std::collections::BTreeMap;

use super::interval::{paired, wilson};
use super::record::{Record, Seen};
use crate::report::{Against, ClassAccuracy, Evaluation};

/// Ranks that count for top-5.
const TOP: u32 = 5;

/// What one network does, of `records` in order.
struct Figures {
    accuracy: Option<f64>,
    accuracy_interval: Option<[f64; 2]>,
    top5: Option<f64>,
    top5_interval: Option<[f64; 2]>,
    per_class: Vec<ClassAccuracy>,
}

fn figures(
    records: &[Record],
    label: &dyn Fn(u32) -> String,
    seen: &dyn Fn(&Record) -> Option<Seen>,
) -> Figures {
    let mut classes: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    let (mut labelled, mut right, mut near) = (0u64, 0u64, 0u64);
    for record in records {
        let Some((class, rank)) = record.class.zip(seen(record).and_then(|s| s.rank)) else {
            continue;
        };
        let hit = u64::from(rank == 0);
        labelled += 1;
        right += hit;
        near += u64::from(rank < TOP);
        let count = classes.entry(class).or_default();
        *count = [count[0] + 1, count[1] + hit];
    }
    let share = |hits: u64| (labelled > 0).then(|| hits as f64 / labelled as f64);
    let interval = |hits: u64| (labelled > 0).then(|| wilson(hits, labelled));
    let per_class = classes
        .into_iter()
        .map(|(class, [images, right])| ClassAccuracy {
            label: label(class),
            images,
            accuracy: right as f64 / images as f64,
        });
    Figures {
        accuracy: share(right),
        accuracy_interval: interval(right),
        top5: share(near),
        top5_interval: interval(near),
        per_class: per_class.collect(),
    }
}

/// A report of merged records (see [`super::record::merge`]); `label` names the network's outputs. What is not in the records is added by who knows it: latencies, how classes were matched.
pub fn report(records: &[Record], label: &dyn Fn(u32) -> String) -> Evaluation {
    let original = figures(records, label, &|r| Some(r.original));
    let compared = !records.is_empty() && records.iter().all(|r| r.other.is_some());
    Evaluation {
        images: records.len() as u64,
        accuracy: original.accuracy,
        accuracy_interval: original.accuracy_interval,
        top5: original.top5,
        top5_interval: original.top5_interval,
        per_class: original.per_class,
        matching: None,
        against: compared.then(|| against(records, label)),
        latency_ms: None,
    }
}

fn against(records: &[Record], label: &dyn Fn(u32) -> String) -> Against {
    let n = records.len() as u64;
    let other = figures(records, label, &|r| r.other.map(|(seen, _)| seen));
    let (mut agreed, mut kl, mut labelled, mut lost, mut won) = (0u64, 0.0f64, 0u64, 0u64, 0u64);
    for record in records {
        let Some((seen, divergence)) = record.other else {
            continue;
        };
        agreed += u64::from(seen.best == record.original.best);
        kl += divergence;
        if let (Some(before), Some(after)) = (record.original.rank, seen.rank) {
            labelled += 1;
            lost += u64::from(before == 0 && after > 0);
            won += u64::from(before > 0 && after == 0);
        }
    }
    let known = labelled > 0;
    let difference = (won as f64 - lost as f64) / labelled.max(1) as f64;
    Against {
        accuracy: other.accuracy,
        accuracy_interval: other.accuracy_interval,
        top5: other.top5,
        top5_interval: other.top5_interval,
        per_class: other.per_class,
        difference: known.then_some(difference),
        difference_interval: known.then(|| paired(lost, won, labelled)),
        lost: known.then_some(lost),
        won: known.then_some(won),
        agreement: agreed as f64 / n as f64,
        agreement_interval: wilson(agreed, n),
        mean_kl: kl / n as f64,
        latency_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(index: u32, class: u32, before: u32, after: u32) -> Record {
        let seen = |rank: u32| Seen {
            best: class + rank,
            rank: Some(rank),
        };
        Record {
            index,
            class: Some(class),
            original: seen(before),
            other: Some((seen(after), 0.5)),
        }
    }

    #[test]
    fn counts_are_what_the_records_say() {
        let records = [
            record(0, 0, 0, 0),
            record(1, 0, 0, 2),
            record(2, 4, 3, 0),
            record(3, 4, 7, 7),
        ];
        let e = report(&records, &|c| format!("<{c}>"));
        assert_eq!((e.images, e.accuracy, e.top5), (4, Some(0.5), Some(0.75)));
        let class = |label: &str, accuracy| ClassAccuracy {
            label: label.into(),
            images: 2,
            accuracy,
        };
        assert_eq!(e.per_class, [class("<0>", 1.0), class("<4>", 0.0)]);
        let a = e.against.unwrap();
        assert_eq!((a.accuracy, a.lost, a.won), (Some(0.5), Some(1), Some(1)));
        assert_eq!(
            (a.agreement, a.mean_kl, a.difference),
            (0.5, 0.5, Some(0.0))
        );
        assert_eq!(a.per_class, [class("<0>", 0.5), class("<4>", 0.5)]);
        assert_eq!(a.agreement_interval, wilson(2, 4));
    }

    #[test]
    fn without_labels_there_is_agreement_alone() {
        let mut unlabelled = record(0, 1, 0, 0);
        unlabelled.class = None;
        unlabelled.original.rank = None;
        let e = report(&[unlabelled], &|_| String::new());
        assert_eq!(
            (e.accuracy, e.accuracy_interval, e.per_class.len()),
            (None, None, 0)
        );
        let a = e.against.unwrap();
        assert_eq!((a.accuracy, a.difference, a.agreement), (None, None, 1.0));
    }
}
