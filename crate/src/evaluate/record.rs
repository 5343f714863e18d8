//! What is kept of each image: enough for every figure of a report, small enough to send between workers.

use crate::scores::best;

/// Numbers of a packed record.
pub const LENGTH: usize = 7;

/// One image through one network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The class it names.
    pub best: u32,
    /// How many classes it ranks before the true one; `None` without a label.
    pub rank: Option<u32>,
}

/// One image through the original and, where there is one, the other network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Place in the data set's order.
    pub index: u32,
    /// True output; `None` without a label.
    pub class: Option<u32>,
    /// What the original answers.
    pub original: Seen,
    /// The other network, and KL(original ‖ other) in nats.
    pub other: Option<(Seen, f64)>,
}

impl Seen {
    pub fn new(probabilities: &[f64], class: Option<u32>) -> Seen {
        let p = probabilities;
        let rank = |class: u32| {
            let truth = p[class as usize];
            // Of equal scores the first counts, as for `best`; what is no number is right nowhere.
            let before = |(i, q): (usize, &f64)| *q > truth || *q == truth && i < class as usize;
            match truth.is_nan() {
                true => p.len() as u32,
                false => p
                    .iter()
                    .enumerate()
                    .filter(|(i, q)| before((*i, *q)))
                    .count() as u32,
            }
        };
        Seen {
            best: best(p) as u32,
            rank: class.map(rank),
        }
    }
}

impl Record {
    /// As numbers: index, class, ranks of the truth (original, other), best classes (original, other), KL. What there is
    /// not is −1, for KL NaN.
    pub fn pack(&self) -> [f64; LENGTH] {
        let number = |value: Option<u32>| value.map_or(-1.0, f64::from);
        [
            f64::from(self.index),
            number(self.class),
            number(self.original.rank),
            number(self.other.and_then(|(seen, _)| seen.rank)),
            f64::from(self.original.best),
            number(self.other.map(|(seen, _)| seen.best)),
            self.other.map_or(f64::NAN, |(_, kl)| kl),
        ]
    }

    /// The inverse of [`Record::pack`].
    pub fn unpack(numbers: &[f64; LENGTH]) -> Record {
        let [index, class, rank, other_rank, best, other_best, kl] = *numbers;
        let whole = |value: f64| (value >= 0.0).then_some(value as u32);
        let other = whole(other_best).map(|best| {
            let rank = whole(other_rank);
            (Seen { best, rank }, kl)
        });
        Record {
            index: index as u32,
            class: whole(class),
            original: Seen {
                best: best as u32,
                rank: whole(rank),
            },
            other,
        }
    }
}

/// Records of several workers in the data set's order, each image once: sums do not depend on who did what when.
pub fn merge(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by_key(|record| record.index);
    records.dedup_by_key(|record| record.index);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_packing() {
        let seen = |best, rank| Seen { best, rank };
        for record in [
            Record {
                index: 7,
                class: Some(3),
                original: seen(2, Some(4)),
                other: Some((seen(3, Some(0)), 0.125)),
            },
            Record {
                index: 0,
                class: None,
                original: seen(9, None),
                other: None,
            },
        ] {
            assert_eq!(Record::unpack(&record.pack()), record);
        }
    }

    #[test]
    fn ranks_break_ties_as_the_best_class_does() {
        let p = [0.2, 0.4, 0.4, 0.0];
        let rank = |class| Seen::new(&p, Some(class)).rank.unwrap();
        assert_eq!([0, 1, 2, 3].map(rank), [2, 0, 1, 3]);
        assert_eq!(
            Seen::new(&p, None),
            Seen {
                best: 1,
                rank: None
            }
        );
        assert_eq!(Seen::new(&[f64::NAN; 3], Some(0)).rank, Some(3));
    }
}
