//! Operators on the pixels of each channel: padding, pooling, resizing, blocks.

use super::maker::{Maker, Value};
use crate::support::build::{float, int, ints, text};

impl Maker {
    fn pads(&mut self, x: &str, pads: &[i64], mode: &str, value: f32) -> String {
        if self.opset < 11 {
            let attributes = vec![
                text("mode", mode),
                ints("pads", pads),
                float("value", value),
            ];
            return self.net.op("Pad", &[x], attributes);
        }
        let rank = pads.len() / 2;
        let moved: Vec<usize> = (0..rank)
            .filter(|a| pads[*a] != 0 || pads[a + rank] != 0)
            .collect();
        if self.opset >= 18 && !moved.is_empty() && self.rng.chance(0.5) {
            // Only the axes that change, counted from the front or the back.
            let back = if self.rng.chance(0.5) { rank as i64 } else { 0 };
            let axes: Vec<i64> = moved.iter().map(|a| *a as i64 - back).collect();
            let before = moved.iter().map(|a| pads[*a]);
            let amounts: Vec<i64> = before.chain(moved.iter().map(|a| pads[a + rank])).collect();
            let (amounts, axes) = (self.integers(&amounts), self.integers(&axes));
            let value = if value == 0.0 {
                String::new()
            } else {
                self.net.scalar(value)
            };
            let inputs = [x, &amounts, &value, &axes];
            return self.net.op("Pad", &inputs, vec![text("mode", mode)]);
        }
        let pads = self.integers(pads);
        if mode == "constant" && value != 0.0 {
            let value = self.net.scalar(value);
            self.net
                .op("Pad", &[x, &pads, &value], vec![text("mode", mode)])
        } else {
            self.net.op("Pad", &[x, &pads], vec![text("mode", mode)])
        }
    }

    pub fn pad(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        let small = x.space.iter().any(|d| *d < 3);
        let mode = if small {
            "constant"
        } else {
            *self.rng.pick(&["constant", "reflect", "edge"])
        };
        let value = if self.rng.chance(0.2) { 0.7 } else { 0.0 };
        let mut pads = vec![0i64; 2 * (rank + 2)];
        for axis in 2..rank + 2 {
            pads[axis] = self.rng.below(2) as i64;
            pads[axis + rank + 2] = self.rng.below(2) as i64;
        }
        let size = |a: usize| x.space[a] + (pads[a + 2] + pads[a + 2 + rank + 2]) as usize;
        let space = (0..rank).map(size).collect();
        let name = self.pads(&x.name, &pads, mode, value);
        Value {
            name,
            channels: x.channels,
            space,
        }
    }

    pub fn pad_channels(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        let (before, after) = (self.rng.below(3), self.rng.below(3));
        let mut pads = vec![0i64; 2 * (rank + 2)];
        (pads[1], pads[rank + 3]) = (before as i64, after as i64);
        let value = if self.rng.chance(0.3) { -0.5 } else { 0.0 };
        let name = self.pads(&x.name, &pads, "constant", value);
        Value {
            name,
            channels: x.channels + before + after,
            space: x.space.clone(),
        }
    }

    pub fn pool(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        let (size, stride, pad) = *self.rng.pick(&[(2, 2, 0), (3, 1, 1), (3, 2, 1), (2, 1, 0)]);
        if x.space.iter().any(|d| d + 2 * pad < size) {
            return x.clone();
        }
        let all = |v: usize| vec![v as i64; rank];
        let mut attributes = vec![
            ints("kernel_shape", &all(size)),
            ints("strides", &all(stride)),
            ints("pads", &vec![pad as i64; 2 * rank]),
        ];
        let op = *self.rng.pick(&["MaxPool", "AveragePool"]);
        if op == "AveragePool" && self.rng.chance(0.5) {
            attributes.push(int("count_include_pad", 1));
        }
        Value {
            name: self.net.op(op, &[&x.name], attributes),
            channels: x.channels,
            space: x
                .space
                .iter()
                .map(|d| (d + 2 * pad - size) / stride + 1)
                .collect(),
        }
    }

    /// Twice the size, by scales or by sizes.
    pub fn resize(&mut self, x: &Value) -> Value {
        if x.positions() > 40 || x.space.len() != 2 {
            return self.pool(x);
        }
        let space: Vec<usize> = x.space.iter().map(|d| 2 * d).collect();
        let name = if self.opset < 11 {
            let scales = self.net.weight(&[4], &[1.0, 1.0, 2.0, 2.0]);
            self.net.op(
                "Upsample",
                &[&x.name, &scales],
                vec![text("mode", "nearest")],
            )
        } else {
            let how = vec![
                text("mode", "nearest"),
                text("coordinate_transformation_mode", "asymmetric"),
                text("nearest_mode", "floor"),
            ];
            // Operands that are not used are empty tensors before opset 13, absent after.
            let unused = |m: &mut Maker| match m.opset {
                13.. => String::new(),
                _ => m.net.weight(&[0], &[]),
            };
            let region = unused(self);
            // Sizes name the batch, so they are for a fixed one.
            if !self.dynamic_batch && self.rng.chance(0.5) {
                let sizes = [1, x.channels as i64, space[0] as i64, space[1] as i64];
                let sizes = self.integers(&sizes);
                let scales = unused(self);
                self.net
                    .op("Resize", &[&x.name, &region, &scales, &sizes], how)
            } else {
                let scales = self.net.weight(&[4], &[1.0, 1.0, 2.0, 2.0]);
                self.net.op("Resize", &[&x.name, &region, &scales], how)
            }
        };
        Value {
            name,
            channels: x.channels,
            space,
        }
    }

    /// Rows and columns in one axis, and apart again.
    pub fn flat_space(&mut self, x: &Value) -> Value {
        let shape = self.shape(&x.name, &[x.channels, x.positions()]);
        let y = self.net.op("Reshape", &[&x.name, &shape], vec![]);
        let y = self.net.op("Relu", &[&y], vec![]);
        let mut tail = vec![x.channels];
        tail.extend(&x.space);
        let shape = self.shape(&y, &tail);
        let name = self.net.op("Reshape", &[&y, &shape], vec![]);
        Value { name, ..x.clone() }
    }

    /// Pixels to channels or channels to pixels.
    pub fn blocks(&mut self, x: &Value) -> Value {
        if x.space.len() != 2 {
            return x.clone();
        }
        if x.channels.is_multiple_of(4) && x.positions() <= 49 && self.rng.chance(0.6) {
            let mut attributes = vec![int("blocksize", 2)];
            if self.opset >= 11 && self.rng.chance(0.5) {
                attributes.push(text("mode", "CRD"));
            }
            return Value {
                name: self.net.op("DepthToSpace", &[&x.name], attributes),
                channels: x.channels / 4,
                space: x.space.iter().map(|d| d * 2).collect(),
            };
        }
        if x.space.iter().all(|d| d.is_multiple_of(2)) && x.channels <= 4 {
            return Value {
                name: self
                    .net
                    .op("SpaceToDepth", &[&x.name], vec![int("blocksize", 2)]),
                channels: x.channels * 4,
                space: x.space.iter().map(|d| d / 2).collect(),
            };
        }
        x.clone()
    }
}
