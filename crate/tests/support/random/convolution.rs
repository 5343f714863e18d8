//! Convolutions, normalisation with dead channels, activations, and blocks made of them.

use super::maker::{Maker, UNIQUE, Value};
use crate::support::build::{float, int, ints, text};

/// Kernel, stride, padding and dilation of one convolution.
struct Window {
    kernel: Vec<usize>,
    stride: usize,
    dilation: usize,
    /// (before, after) of each axis, or a name for automatic padding.
    pads: Result<Vec<(usize, usize)>, &'static str>,
}

impl Window {
    fn out(&self, space: &[usize]) -> Option<Vec<usize>> {
        let one = |axis: usize| -> Option<usize> {
            let reach = (self.kernel[axis] - 1) * self.dilation + 1;
            match &self.pads {
                Ok(pads) => {
                    let full = space[axis] + pads[axis].0 + pads[axis].1;
                    Some(full.checked_sub(reach)? / self.stride + 1)
                }
                Err("VALID") => Some(space[axis].checked_sub(reach)? / self.stride + 1),
                Err(_) => Some(space[axis].div_ceil(self.stride)),
            }
        };
        (0..space.len()).map(one).collect()
    }

    fn attributes(
        &self,
        group: usize,
    ) -> Vec<channel_pruning::internals::onnx::pb::AttributeProto> {
        let all = |v: usize| vec![v as i64; self.kernel.len()];
        let kernel: Vec<i64> = self.kernel.iter().map(|k| *k as i64).collect();
        let mut list = vec![
            ints("kernel_shape", &kernel),
            ints("strides", &all(self.stride)),
            ints("dilations", &all(self.dilation)),
            int("group", group as i64),
        ];
        match &self.pads {
            Ok(pads) => {
                let before = pads.iter().map(|p| p.0 as i64);
                let after = pads.iter().map(|p| p.1 as i64);
                list.push(ints("pads", &before.chain(after).collect::<Vec<_>>()));
            }
            Err(name) => list.push(text("auto_pad", name)),
        }
        list
    }
}

impl Maker {
    /// A window that fits; `keep` makes the output as large as the input.
    fn window(&mut self, space: &[usize], keep: bool) -> Window {
        let rank = space.len();
        let point = Window {
            kernel: vec![1; rank],
            stride: 1,
            dilation: 1,
            pads: Ok(vec![(0, 0); rank]),
        };
        let size = *self.rng.pick(&[1, 1, 3, 3, 2]);
        if keep {
            let half = size / 2;
            let pads = if size == 2 { (0, 1) } else { (half, half) };
            return Window {
                kernel: vec![size; rank],
                pads: Ok(vec![pads; rank]),
                ..point
            };
        }
        let mut kernel = vec![size; rank];
        if self.rng.chance(0.15) {
            kernel[0] = 1;
        }
        let dilation = if self.rng.chance(0.15) { 2 } else { 1 };
        let pads = match self.rng.below(8) {
            0 if dilation == 1 => Err("SAME_UPPER"),
            1 if dilation == 1 => Err("SAME_LOWER"),
            2 => Err("VALID"),
            3 => Ok(vec![(1, 0); rank]),
            4 => Ok(vec![(0, 0); rank]),
            _ => Ok(kernel
                .iter()
                .map(|k| (k / 2 * dilation, k / 2 * dilation))
                .collect()),
        };
        let window = Window {
            kernel,
            stride: *self.rng.pick(&[1, 1, 1, 2]),
            dilation,
            pads,
        };
        match window.out(space) {
            Some(out) if out.iter().all(|d| (1..=14).contains(d)) => window,
            _ => point,
        }
    }

    /// A convolution alone, with `zero` outputs whose weights are all 0.
    fn conv(
        &mut self,
        x: &Value,
        window: &Window,
        outputs: usize,
        groups: usize,
        zero: &[usize],
    ) -> Value {
        let mut dims = vec![outputs, x.channels / groups];
        dims.extend(&window.kernel);
        let row: usize = dims[1..].iter().product();
        let scale = (1.2 / row as f64).sqrt();
        let mut values = self.rng.normals(outputs * row, scale);
        for z in zero {
            values[z * row..(z + 1) * row].fill(0.0);
        }
        let role = if zero.is_empty() { "weight" } else { UNIQUE };
        let mut inputs = vec![x.name.clone(), self.constant(role, &dims, values)];
        if self.rng.chance(0.4) && zero.is_empty() {
            let bias = self.rng.normals(outputs, 0.2);
            inputs.push(self.constant("bias", &[outputs], bias));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        Value {
            name: self.net.op("Conv", &inputs, window.attributes(groups)),
            channels: outputs,
            space: window.out(&x.space).expect("the window fits"),
        }
    }

    /// Convolution, usually BatchNormalization, usually an activation.
    pub fn conv_block(&mut self, x: &Value, groups: usize) -> Value {
        let outputs = groups * (1 + self.rng.below(8usize.div_ceil(groups)));
        let window = self.window(&x.space, false);
        self.block(x, &window, outputs, groups)
    }

    fn block(&mut self, x: &Value, window: &Window, outputs: usize, groups: usize) -> Value {
        // A variance of 0 is honest only where the convolution really gives nothing.
        let often = if self.exact { 0.3 } else { 0.1 };
        let silent: Vec<usize> = if self.rng.chance(often) {
            (0..outputs).filter(|_| self.rng.chance(0.3)).collect()
        } else {
            Vec::new()
        };
        let made = self.conv(x, window, outputs, groups, &silent);
        let made = if !silent.is_empty() || self.rng.chance(0.85) {
            self.norm_with(&made, &silent)
        } else {
            made
        };
        if self.rng.chance(0.8) {
            self.activation(&made)
        } else {
            made
        }
    }

    pub fn grouped(&mut self, x: &Value) -> Value {
        let divisors: Vec<usize> = (2..x.channels)
            .filter(|g| x.channels.is_multiple_of(*g))
            .collect();
        match divisors.is_empty() {
            true => self.conv_block(x, 1),
            false => {
                let groups = *self.rng.pick(&divisors);
                self.conv_block(x, groups)
            }
        }
    }

    pub fn depthwise_block(&mut self, x: &Value) -> Value {
        if x.channels == 1 {
            return self.conv_block(x, 1);
        }
        let multiplier = if self.rng.chance(0.2) && x.channels <= 6 {
            2
        } else {
            1
        };
        let window = self.window(&x.space, false);
        self.block(x, &window, x.channels * multiplier, x.channels)
    }

    /// Transposed convolution: dense, grouped or depthwise.
    pub fn transposed(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        if x.positions() > 64 {
            return self.conv_block(x, 1);
        }
        let divisors: Vec<usize> = (1..=x.channels)
            .filter(|g| x.channels.is_multiple_of(*g))
            .collect();
        let groups = *self.rng.pick(&divisors);
        let per_group = 1 + self.rng.below(if groups > 2 { 2 } else { 4 });
        let (size, stride) = *self.rng.pick(&[(2, 2), (3, 2), (3, 1), (1, 1)]);
        let pad = usize::from(size == 3 && self.rng.chance(0.5));
        let extra = usize::from(stride == 2 && self.rng.chance(0.3));
        let mut dims = vec![x.channels, per_group];
        dims.extend(vec![size; rank]);
        let weight = self.weights(&dims, x.channels / groups * size);
        let mut inputs = vec![x.name.as_str(), weight.as_str()];
        let bias;
        if self.rng.chance(0.4) {
            let values = self.rng.normals(groups * per_group, 0.2);
            bias = self.constant("bias", &[groups * per_group], values);
            inputs.push(&bias);
        }
        let all = |v: usize| vec![v as i64; rank];
        let attributes = vec![
            ints("kernel_shape", &all(size)),
            ints("strides", &all(stride)),
            ints("pads", &vec![pad as i64; 2 * rank]),
            ints("output_padding", &all(extra)),
            int("group", groups as i64),
        ];
        let made = Value {
            name: self.net.op("ConvTranspose", &inputs, attributes),
            channels: groups * per_group,
            space: x
                .space
                .iter()
                .map(|d| (d - 1) * stride + size + extra - 2 * pad)
                .collect(),
        };
        let made = if self.rng.chance(0.7) {
            self.norm(&made)
        } else {
            made
        };
        self.activation(&made)
    }

    pub fn norm(&mut self, x: &Value) -> Value {
        self.norm_with(x, &[])
    }

    /// BatchNormalization with a random share of dead channels; `silent` ones have variance 0.
    fn norm_with(&mut self, x: &Value, silent: &[usize]) -> Value {
        let c = x.channels;
        let dead = *self.rng.pick(&[0.0, 0.3, 0.3, 0.6, 1.0]);
        let (mut gamma, mut beta) = (vec![0f32; c], vec![0f32; c]);
        let mut mean = self.rng.normals(c, 0.2);
        let mut variance: Vec<f32> = (0..c).map(|_| self.rng.between(0.5, 1.5) as f32).collect();
        for k in 0..c {
            let sign = if self.rng.chance(0.2) { -1.0 } else { 1.0 };
            let scale = self.rng.between(0.5, 1.5);
            gamma[k] = (sign * scale) as f32;
            beta[k] = self.rng.normals(1, 0.4)[0];
            if silent.contains(&k) {
                (mean[k], variance[k]) = (0.0, 0.0);
            } else if self.rng.chance(dead) {
                let far = self.rng.between(2.5, 6.0) * scale;
                match if self.exact {
                    self.rng.below(2) * 6
                } else {
                    self.rng.below(6)
                } {
                    // A constant above zero, which readers have to be given.
                    6 => (gamma[k], beta[k]) = (0.0, far as f32),
                    0 => (gamma[k], beta[k]) = (0.0, -far as f32),
                    // Pinned at the upper end of a Clip.
                    1 => beta[k] = (6.0 + far) as f32,
                    2 => beta[k] = -(3.0 + far) as f32,
                    _ => beta[k] = -far as f32,
                }
            }
        }
        let role = if silent.is_empty() {
            "variance"
        } else {
            UNIQUE
        };
        let names = [
            x.name.clone(),
            self.constant("gamma", &[c], gamma),
            self.constant("beta", &[c], beta),
            self.constant("mean", &[c], mean),
            self.constant(role, &[c], variance),
        ];
        let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = self
            .net
            .op("BatchNormalization", &inputs, vec![float("epsilon", 1e-5)]);
        Value { name, ..x.clone() }
    }

    /// BatchNormalization with γ = 0 throughout, as training may start (β = 0) or end.
    fn silence(&mut self, x: &Value) -> Value {
        let c = x.channels;
        let beta = match self.rng.chance(0.5) {
            true => vec![0.0; c],
            false => self.rng.normals(c, 0.5),
        };
        let mean = self.rng.normals(c, 0.2);
        let names = [
            x.name.clone(),
            self.constant(UNIQUE, &[c], vec![0.0; c]),
            self.constant(UNIQUE, &[c], beta),
            self.constant(UNIQUE, &[c], mean),
            self.constant(UNIQUE, &[c], vec![1.0; c]),
        ];
        let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = self.net.op("BatchNormalization", &inputs, vec![]);
        Value { name, ..x.clone() }
    }

    /// Convolution–norm–activation twice, added to where it started.
    pub fn residual(&mut self, x: &Value) -> Value {
        let keep = self.window(&x.space, true);
        let inner = 1 + self.rng.below(6);
        let made = self.block(x, &keep, inner, 1);
        let keep = self.window(&x.space, true);
        let made = self.conv(&made, &keep, x.channels, 1, &[]);
        let made = if self.rng.chance(0.3) {
            self.silence(&made)
        } else {
            self.norm(&made)
        };
        let (a, b) = if self.rng.chance(0.5) {
            (&x.name, &made.name)
        } else {
            (&made.name, &x.name)
        };
        let name = self.net.op("Add", &[a, b], vec![]);
        let sum = Value { name, ..x.clone() };
        if self.rng.chance(0.6) {
            self.activation(&sum)
        } else {
            sum
        }
    }

    /// A branch of the same shape as `x`.
    pub fn branch(&mut self, x: &Value) -> Value {
        let keep = self.window(&x.space, true);
        self.block(x, &keep, x.channels, 1)
    }

    /// A pointwise convolution.
    pub fn pointwise(&mut self, x: &Value, outputs: usize) -> Value {
        let rank = x.space.len();
        let window = Window {
            kernel: vec![1; rank],
            stride: 1,
            dilation: 1,
            pads: Ok(vec![(0, 0); rank]),
        };
        self.conv(x, &window, outputs, 1, &[])
    }
}
