//! Operators that move channels: concatenation, splits, slices, shuffles, transposes.

use super::maker::{Maker, Value};
use crate::support::build::{float, int, ints, text};

impl Maker {
    pub fn concat(&mut self, x: &Value) -> Value {
        let mut parts = vec![x.clone()];
        for _ in 0..1 + self.rng.below(3) {
            let next = match self.rng.below(4) {
                0 => x.clone(),
                1 => self.branch(x),
                _ => self.same_space(x),
            };
            let width: usize = parts.iter().map(|p| p.channels).sum();
            if width + next.channels <= 20 {
                parts.push(next);
            }
        }
        self.rng.shuffle(&mut parts);
        let names: Vec<&str> = parts.iter().map(|p| p.name.as_str()).collect();
        let rank = x.space.len() as i64;
        let axis = *self.rng.pick(&[1, 1, -1 - rank]);
        // Negative axes came with opset 11.
        let axis = if self.opset < 11 { 1 } else { axis };
        Value {
            name: self.net.op("Concat", &names, vec![int("axis", axis)]),
            channels: parts.iter().map(|p| p.channels).sum(),
            space: x.space.clone(),
        }
    }

    pub fn split(&mut self, x: &Value) -> Vec<Value> {
        if x.channels < 2 {
            return vec![x.clone()];
        }
        let first = 1 + self.rng.below(x.channels - 1);
        let mut sizes = vec![first, x.channels - first];
        if sizes[1] > 1 && self.rng.chance(0.3) {
            let part = 1 + self.rng.below(sizes[1] - 1);
            sizes[1] -= part;
            sizes.push(part);
        }
        if x.channels.is_multiple_of(2) && self.rng.chance(0.5) {
            sizes = vec![x.channels / 2; 2];
        }
        let even = sizes.len() == 2 && sizes[0] == sizes[1];
        let list: Vec<i64> = sizes.iter().map(|s| *s as i64).collect();
        let names = if even && self.opset >= 18 && self.rng.chance(0.5) {
            let attributes = vec![int("axis", 1), int("num_outputs", 2)];
            self.net.ops("Split", &[&x.name], 2, attributes)
        } else if even && self.opset < 18 && self.rng.chance(0.5) {
            self.net.ops("Split", &[&x.name], 2, vec![int("axis", 1)])
        } else if self.opset >= 13 {
            let list = self.integers(&list);
            self.net.ops(
                "Split",
                &[&x.name, &list],
                sizes.len(),
                vec![int("axis", 1)],
            )
        } else {
            let attributes = vec![int("axis", 1), ints("split", &list)];
            self.net.ops("Split", &[&x.name], sizes.len(), attributes)
        };
        let part = |(name, channels): (String, usize)| Value {
            name,
            channels,
            space: x.space.clone(),
        };
        let parts: Vec<Value> = names.into_iter().zip(sizes).map(part).collect();
        if self.rng.chance(0.3) && parts.len() == 2 {
            // One half goes through a branch and joins the other again (ShuffleNetV2).
            let branch = self.branch(&parts[1]);
            let inputs = [parts[0].name.as_str(), branch.name.as_str()];
            let name = self.net.op("Concat", &inputs, vec![int("axis", 1)]);
            let joined = Value { name, ..x.clone() };
            return vec![self.shuffle(&joined)];
        }
        parts
    }

    pub fn slice(&mut self, x: &Value) -> Value {
        let c = x.channels as i64;
        let start = self.rng.below(x.channels) as i64;
        let end = start + 1 + self.rng.below((c - start) as usize) as i64;
        let (mut from, mut to, mut step) = (start, end, 1);
        let mut channels = (end - start) as usize;
        match self.rng.below(6) {
            0 => from -= c,
            1 => {
                to = if end == c {
                    i64::from(i32::MAX)
                } else {
                    to - c
                }
            }
            2 if self.opset >= 10 => {
                step = 2;
                channels = channels.div_ceil(2);
            }
            3 if self.opset >= 10 => (from, to, step) = (end - 1, start - 1 - c, -1),
            _ => {}
        }
        let name = if self.opset < 10 {
            let attributes = vec![
                ints("axes", &[1]),
                ints("starts", &[from]),
                ints("ends", &[to]),
            ];
            self.net.op("Slice", &[&x.name], attributes)
        } else {
            let (from, to) = (self.integers(&[from]), self.integers(&[to]));
            let axes = self.integers(&[1]);
            let steps = self.integers(&[step]);
            if step == 1 && self.rng.chance(0.5) {
                self.net.op("Slice", &[&x.name, &from, &to, &axes], vec![])
            } else {
                self.net
                    .op("Slice", &[&x.name, &from, &to, &axes, &steps], vec![])
            }
        };
        Value {
            name,
            channels,
            space: x.space.clone(),
        }
    }

    /// A permutation, a part, or with repeats.
    pub fn gather(&mut self, x: &Value) -> Value {
        let mut picks: Vec<i64> = (0..x.channels as i64).collect();
        self.rng.shuffle(&mut picks);
        match self.rng.below(3) {
            0 => picks.truncate(1 + self.rng.below(x.channels)),
            1 if x.channels < 10 => {
                let again = *self.rng.pick(&picks);
                picks.push(again);
            }
            _ => {}
        }
        let indices = self.integers(&picks);
        Value {
            name: self
                .net
                .op("Gather", &[&x.name, &indices], vec![int("axis", 1)]),
            channels: picks.len(),
            space: x.space.clone(),
        }
    }

    pub fn shuffle(&mut self, x: &Value) -> Value {
        let divisors: Vec<usize> = (2..x.channels)
            .filter(|g| x.channels.is_multiple_of(*g))
            .collect();
        if divisors.is_empty() {
            return x.clone();
        }
        let groups = *self.rng.pick(&divisors);
        let mut middle = vec![groups, x.channels / groups];
        middle.extend(&x.space);
        let shape = self.shape(&x.name, &middle);
        let y = self.net.op("Reshape", &[&x.name, &shape], vec![]);
        let mut perm: Vec<i64> = (0..x.space.len() as i64 + 3).collect();
        perm.swap(1, 2);
        let y = self.net.op("Transpose", &[&y], vec![ints("perm", &perm)]);
        let mut back = vec![x.channels];
        back.extend(&x.space);
        let shape = self.shape(&y, &back);
        let name = self.net.op("Reshape", &[&y, &shape], vec![]);
        Value { name, ..x.clone() }
    }

    /// To NHWC, an operator there, and back.
    pub fn channels_last(&mut self, x: &Value) -> Value {
        let rank = x.space.len() as i64;
        let mut there = vec![0];
        there.extend(2..rank + 2);
        there.push(1);
        let mut back = vec![0, rank + 1];
        back.extend(1..=rank);
        let mut y = self
            .net
            .op("Transpose", &[&x.name], vec![ints("perm", &there)]);
        let mut channels = x.channels;
        match self.rng.below(4) {
            0 => y = self.net.op("Relu", &[&y], vec![]),
            1 => {
                let values = self.rng.normals(channels, 1.0);
                let factor = self.constant("last", &[channels], values);
                y = self.net.op("Mul", &[&y, &factor], vec![]);
                if channels > 1 {
                    self.count_last(1);
                }
            }
            2 => {
                let outputs = 2 + self.rng.below(6);
                let weight = self.weights(&[channels, outputs], channels);
                y = self.net.op("MatMul", &[&y, &weight], vec![]);
                channels = outputs;
                if self.rng.chance(0.6) {
                    let values = self.rng.normals(channels, 0.3);
                    let bias = self.constant("bias", &[channels], values);
                    y = self.net.op("Add", &[&bias, &y], vec![]);
                    self.count_last(0);
                }
            }
            _ => {
                let other = self.net.op("Sigmoid", &[&y], vec![]);
                let last = if self.opset < 11 { rank + 1 } else { -1 };
                y = self
                    .net
                    .op("Concat", &[&y, &other], vec![int("axis", last)]);
                channels *= 2;
            }
        }
        Value {
            name: self.net.op("Transpose", &[&y], vec![ints("perm", &back)]),
            channels,
            space: x.space.clone(),
        }
    }

    pub fn copy(&mut self, x: &Value) -> Value {
        let name = match self.rng.below(3) {
            0 => self.net.op("Identity", &[&x.name], vec![]),
            1 => self.net.op("Cast", &[&x.name], vec![int("to", 1)]),
            _ => self.net.op("Dropout", &[&x.name], vec![]),
        };
        Value { name, ..x.clone() }
    }
}
