//! A part of a data set, for one machine of several.

use std::ops::Range;

/// Part `number` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// `None` unless 1 ≤ `number` ≤ `of`.
    pub fn new(number: usize, of: usize) -> Option<Shard> {
        (1..=of).contains(&number).then_some(Shard { number, of })
    }

    /// `K/N`, as it is typed.
    pub fn parse(text: &str) -> Option<Shard> {
        let (number, of) = text.split_once('/')?;
        Shard::new(number.trim().parse().ok()?, of.trim().parse().ok()?)
    }

    /// The images that belong to it, of so many. Together the parts hold each image once; their sizes differ by one at most. A data
    /// set takes one image of every class in turn, so each part is spread over the classes.
    pub fn range(self, images: usize) -> Range<usize> {
        let cut = |k: usize| (images as u128 * k as u128 / self.of as u128) as usize;
        cut(self.number - 1)..cut(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_each_image_once_and_are_alike_in_size() {
        for (images, of) in [(0, 3), (1, 1), (10, 3), (5, 16), (1000, 7)] {
            let mut next = 0;
            for number in 1..=of {
                let range = Shard::new(number, of).unwrap().range(images);
                assert_eq!(range.start, next);
                assert!((images / of..=images.div_ceil(of)).contains(&range.len()));
                next = range.end;
            }
            assert_eq!(next, images);
        }
    }

    #[test]
    fn only_parts_that_there_are_can_be_named() {
        assert_eq!(Shard::parse("3/16"), Shard::new(3, 16));
        assert!(Shard::parse("3/16").is_some());
        for wrong in ["0/4", "5/4", "1/0", "3", "3/", "-1/2", "1/2/3", "a/b", ""] {
            assert_eq!(Shard::parse(wrong), None, "{wrong}");
        }
    }
}
