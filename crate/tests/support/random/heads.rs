//! The ways in which networks end: classifiers over pooled or flattened maps, maps themselves.

use super::maker::{Maker, Value};
use crate::support::build::{float, int};

impl Maker {
    /// Adds a head; returns the name of the output.
    pub fn end(&mut self, x: &Value) -> String {
        let name = match self.rng.below(9) {
            0 => x.name.clone(),
            1 => self.pointwise(x, 4).name,
            2 if x.positions() * x.channels <= 300 => {
                let flat = self.net.op("Flatten", &[&x.name], vec![int("axis", 1)]);
                self.classifier(&flat, x.positions() * x.channels)
            }
            3 if x.positions() * x.channels <= 300 => {
                let width = x.positions() * x.channels;
                let shape = self.shape(&x.name, &[width]);
                let flat = self.net.op("Reshape", &[&x.name, &shape], vec![]);
                self.classifier(&flat, width)
            }
            4 => {
                let pooled = self.net.op("GlobalAveragePool", &[&x.name], vec![]);
                let axes: Vec<i64> = (2..2 + x.space.len() as i64).collect();
                let flat = self.with_axes("Squeeze", &pooled, &axes);
                self.classifier(&flat, x.channels)
            }
            5 => {
                let axes: Vec<i64> = (2..2 + x.space.len() as i64).collect();
                let flat = self.mean(&x.name, &axes, false);
                self.classifier(&flat, x.channels)
            }
            6 => {
                let pooled = self.net.op("GlobalMaxPool", &[&x.name], vec![]);
                let one = Value {
                    name: pooled,
                    channels: x.channels,
                    space: vec![1; x.space.len()],
                };
                let scores = self.pointwise(&one, 5);
                self.net
                    .op("Flatten", &[&scores.name], vec![int("axis", 1)])
            }
            _ => {
                let pooled = self.net.op("GlobalAveragePool", &[&x.name], vec![]);
                let flat = self.net.op("Flatten", &[&pooled], vec![int("axis", 1)]);
                self.classifier(&flat, x.channels)
            }
        };
        if self.rng.chance(0.15) {
            return self.net.op("Softmax", &[&name], vec![int("axis", 1)]);
        }
        name
    }

    /// One or two matrices behind [N, width].
    fn classifier(&mut self, x: &str, width: usize) -> String {
        let mut x = x.to_string();
        let mut width = width;
        if self.rng.chance(0.2) {
            let flat = Value {
                name: x,
                channels: width,
                space: Vec::new(),
            };
            x = self.norm(&flat).name;
        }
        if self.rng.chance(0.4) {
            let hidden = 2 + self.rng.below(7);
            x = self.linear(&x, width, hidden);
            x = self.net.op("Relu", &[&x], vec![]);
            width = hidden;
        }
        self.linear(&x, width, 3)
    }

    fn linear(&mut self, x: &str, inputs: usize, outputs: usize) -> String {
        if self.rng.chance(0.4) {
            let weight = self.weights(&[inputs, outputs], inputs);
            let y = self.net.op("MatMul", &[x, &weight], vec![]);
            if self.rng.chance(0.3) {
                return y;
            }
            let values = self.rng.normals(outputs, 0.3);
            let bias = self.constant("bias", &[outputs], values);
            let y = self.net.op("Add", &[&y, &bias], vec![]);
            self.count_last(1);
            return y;
        }
        let transposed = self.rng.chance(0.6);
        let dims = if transposed {
            [outputs, inputs]
        } else {
            [inputs, outputs]
        };
        let weight = self.weights(&dims, inputs);
        let mut attributes = vec![int("transB", i64::from(transposed))];
        if self.rng.chance(0.15) {
            attributes.push(float("alpha", 0.5));
            attributes.push(float("beta", 2.0));
        }
        match self.rng.below(5) {
            // The bias is optional only since opset 11.
            0 if self.opset >= 11 => self.net.op("Gemm", &[x, &weight], attributes),
            1 => {
                let values = self.rng.normals(outputs, 0.3);
                let bias = self.constant("row", &[1, outputs], values);
                self.net.op("Gemm", &[x, &weight, &bias], attributes)
            }
            _ => {
                let values = self.rng.normals(outputs, 0.3);
                let bias = self.constant("bias", &[outputs], values);
                self.net.op("Gemm", &[x, &weight, &bias], attributes)
            }
        }
    }
}
