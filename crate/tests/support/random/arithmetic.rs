//! Activations, arithmetic between tensors and with constants, gates.

use super::maker::{Maker, Value};
use crate::support::build::{float, int};

impl Maker {
    pub fn activation(&mut self, x: &Value) -> Value {
        let name = match self.rng.below(16) {
            0..=4 => self.net.op("Relu", &[&x.name], vec![]),
            5..=6 => self.clip(&x.name, 0.0, 6.0),
            7 => self.clip(&x.name, -1.0, 1.0),
            8 => self.hard_swish(&x.name),
            9 => {
                let slopes = vec![float("alpha", 0.2), float("beta", 0.5)];
                self.net.op("HardSigmoid", &[&x.name], slopes)
            }
            10 => self
                .net
                .op("LeakyRelu", &[&x.name], vec![float("alpha", 0.1)]),
            11 => self.prelu(x),
            12 => self.net.op("Sigmoid", &[&x.name], vec![]),
            13 => {
                let gate = self.net.op("Sigmoid", &[&x.name], vec![]);
                self.net.op("Mul", &[&x.name, &gate], vec![])
            }
            14 => self.net.op("Tanh", &[&x.name], vec![]),
            _ => self.net.op("Elu", &[&x.name], vec![float("alpha", 1.0)]),
        };
        Value { name, ..x.clone() }
    }

    fn clip(&mut self, x: &str, low: f32, high: f32) -> String {
        if self.opset >= 11 {
            let low = self.constant("low", &[], vec![low]);
            let high = self.constant("high", &[], vec![high]);
            self.net.op("Clip", &[x, &low, &high], vec![])
        } else {
            self.net
                .op("Clip", &[x], vec![float("min", low), float("max", high)])
        }
    }

    fn hard_swish(&mut self, x: &str) -> String {
        if self.opset >= 14 && self.rng.chance(0.5) {
            return self.net.op("HardSwish", &[x], vec![]);
        }
        let (three, six) = (self.net.scalar(3.0), self.net.scalar(6.0));
        let y = self.net.op("Add", &[x, &three], vec![]);
        let y = self.clip(&y, 0.0, 6.0);
        let y = self.net.op("Mul", &[x, &y], vec![]);
        self.net.op("Div", &[&y, &six], vec![])
    }

    fn prelu(&mut self, x: &Value) -> String {
        let mut dims = vec![x.channels];
        dims.extend(x.space.iter().map(|_| 1));
        if self.rng.chance(0.2) {
            dims = vec![1];
        }
        let count = dims.iter().product();
        let slopes = (0..count)
            .map(|_| self.rng.between(0.0, 0.5) as f32)
            .collect();
        let slope = self.constant("slope", &dims, slopes);
        let name = self.net.op("PRelu", &[&x.name, &slope], vec![]);
        if count > 1 {
            self.count_last(1);
        }
        name
    }

    /// Sum, Mean, Max or Min of two to four tensors.
    pub fn sum(&mut self, x: &Value) -> Value {
        let mut names = vec![x.name.clone()];
        for _ in 0..1 + self.rng.below(3) {
            let other = match self.same_shape(x) {
                Some(other) if self.rng.chance(0.6) => other,
                _ => self.branch(x),
            };
            names.push(other.name);
        }
        self.rng.shuffle(&mut names);
        let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
        let op = *self.rng.pick(&["Sum", "Sum", "Mean", "Max", "Min"]);
        let name = self.net.op(op, &inputs, vec![]);
        Value { name, ..x.clone() }
    }

    /// Two tensors of one shape.
    pub fn combine(&mut self, x: &Value) -> Value {
        let other = match self.same_shape(x) {
            Some(other) if self.rng.chance(0.5) => other,
            _ => self.branch(x),
        };
        let op = *self.rng.pick(&["Add", "Sub", "Mul", "Min", "Max"]);
        let mut name = self.net.op(op, &[&x.name, &other.name], vec![]);
        if op == "Mul" {
            // Products of products would leave the range in which 1e-4 means anything.
            name = self.clip(&name, -4.0, 4.0);
        }
        Value { name, ..x.clone() }
    }

    /// A constant per channel, of one element, or one that varies over space.
    pub fn with_constant(&mut self, x: &Value) -> Value {
        let op = *self
            .rng
            .pick(&["Add", "Add", "Sub", "Mul", "Mul", "Div", "Min", "Max"]);
        let (dims, channels) = match self.rng.below(8) {
            0 => (vec![], false),
            1 => (vec![1], false),
            2 => {
                let mut dims = vec![1, if self.rng.chance(0.5) { x.channels } else { 1 }];
                dims.extend(&x.space);
                let channels = dims[1] > 1;
                (dims, channels)
            }
            _ => (self.per_channel(x), x.channels > 1),
        };
        let count: usize = dims.iter().product();
        let number = |m: &mut Maker| match op {
            "Mul" if m.rng.chance(0.15) => 0.0,
            "Mul" | "Div" => m.rng.between(0.5, 1.5) * if m.rng.chance(0.3) { -1.0 } else { 1.0 },
            _ => m.rng.normal(),
        };
        let values = (0..count).map(|_| number(self) as f32).collect();
        let constant = self.constant(op, &dims, values);
        let first = op != "Div" && self.rng.chance(0.3);
        let inputs = if first {
            [constant.as_str(), x.name.as_str()]
        } else {
            [x.name.as_str(), constant.as_str()]
        };
        let name = self.net.op(op, &inputs, vec![]);
        if channels {
            self.count_last(usize::from(!first));
        }
        let made = Value { name, ..x.clone() };
        if op == "Mul" && self.rng.chance(0.4) {
            // Scale and shift apart, as Caffe2 writes a normalisation.
            let dims = self.per_channel(x);
            let values = self.rng.normals(x.channels, 0.5);
            let shift = self.constant("Add", &dims, values);
            let name = self.net.op("Add", &[&made.name, &shift], vec![]);
            if x.channels > 1 {
                self.count_last(1);
            }
            return Value { name, ..made };
        }
        made
    }

    /// A gate per channel.
    pub fn squeeze_excite(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        let squeezed = if self.rng.chance(0.5) {
            self.net.op("GlobalAveragePool", &[&x.name], vec![])
        } else {
            let axes: Vec<i64> = (2..2 + rank as i64).collect();
            self.mean(&x.name, &axes, true)
        };
        let narrow = 1 + self.rng.below(4);
        let one = Value {
            name: squeezed,
            channels: x.channels,
            space: vec![1; rank],
        };
        let gate = if self.rng.chance(0.7) {
            let inner = self.pointwise(&one, narrow);
            let inner = self.net.op("Relu", &[&inner.name], vec![]);
            let inner = Value {
                name: inner,
                channels: narrow,
                space: vec![1; rank],
            };
            self.pointwise(&inner, x.channels).name
        } else {
            // Through matrices, and back to a map of one pixel.
            let flat = self.net.op("Flatten", &[&one.name], vec![int("axis", 1)]);
            let first = self.weights(&[narrow, x.channels], x.channels);
            let inner = self
                .net
                .op("Gemm", &[&flat, &first], vec![int("transB", 1)]);
            let inner = self.net.op("Relu", &[&inner], vec![]);
            let second = self.weights(&[narrow, x.channels], narrow);
            let wide = self.net.op("MatMul", &[&inner, &second], vec![]);
            if self.rng.chance(0.5) {
                let axes: Vec<i64> = (2..2 + rank as i64).collect();
                self.unsqueeze(&wide, &axes)
            } else {
                let mut tail = vec![x.channels];
                tail.extend(vec![1; rank]);
                let shape = self.shape(&wide, &tail);
                self.net.op("Reshape", &[&wide, &shape], vec![])
            }
        };
        let op = *self.rng.pick(&["Sigmoid", "HardSigmoid"]);
        let gate = self.net.op(op, &[&gate], vec![]);
        let name = if self.rng.chance(0.5) {
            self.net.op("Mul", &[&x.name, &gate], vec![])
        } else {
            self.net.op("Mul", &[&gate, &x.name], vec![])
        };
        Value { name, ..x.clone() }
    }

    /// A gate per pixel: mixes all channels, so they are pinned.
    pub fn attention(&mut self, x: &Value) -> Value {
        let map = self.mean(&x.name, &[1], true);
        let gate = self.net.op("Sigmoid", &[&map], vec![]);
        let name = self.net.op("Mul", &[&x.name, &gate], vec![]);
        Value { name, ..x.clone() }
    }

    /// Operators that mix channels in ways nobody follows.
    pub fn unknown(&mut self, x: &Value) -> Value {
        let name = if x.space.len() == 2 && self.rng.chance(0.5) {
            self.net.op("LRN", &[&x.name], vec![int("size", 3)])
        } else if self.opset >= 13 {
            self.net.op("Softmax", &[&x.name], vec![int("axis", 1)])
        } else {
            self.net.op(
                "Softmax",
                &[&x.name],
                vec![int("axis", x.space.len() as i64 + 1)],
            )
        };
        Value { name, ..x.clone() }
    }
}
