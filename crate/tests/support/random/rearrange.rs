//! Rearrangements as exporters spell them out: pixel shuffles made of reshapes, slices of several axes at
//! once, constants beside channels, parts of a split that nobody names.

use super::maker::{Maker, UNIQUE, Value};
use crate::support::build::{int, ints};

impl Maker {
    /// Channels to pixels: Reshape, Transpose, Reshape.
    pub fn pixel_shuffle(&mut self, x: &Value) -> Value {
        let rank = x.space.len();
        let block = 1 << rank;
        if !x.channels.is_multiple_of(block) || x.positions() > 40 {
            return x.clone();
        }
        let channels = x.channels / block;
        let blocks_first = self.rng.chance(0.3);
        let twos = vec![2; rank];
        // [N, C, 2…, space] or, as in DepthToSpace's other mode, [N, 2…, C, space].
        let mut middle = if blocks_first {
            [twos, vec![channels]].concat()
        } else {
            [vec![channels], twos].concat()
        };
        middle.extend(&x.space);
        let (channel, first) = if blocks_first { (rank + 1, 1) } else { (1, 2) };
        let mut perm = vec![0, channel as i64];
        for axis in 0..rank {
            perm.extend([(rank + 2 + axis) as i64, (first + axis) as i64]);
        }
        let shape = self.shape(&x.name, &middle);
        let y = self.net.op("Reshape", &[&x.name, &shape], vec![]);
        let y = self.net.op("Transpose", &[&y], vec![ints("perm", &perm)]);
        let space: Vec<usize> = x.space.iter().map(|d| d * 2).collect();
        let shape = self.shape(&y, &[vec![channels], space.clone()].concat());
        let name = self.net.op("Reshape", &[&y, &shape], vec![]);
        Value {
            name,
            channels,
            space,
        }
    }

    /// A slice that cuts the picture and picks channels with a stride, in one node.
    pub fn slice_several(&mut self, x: &Value) -> Value {
        if self.opset < 10 || x.space.iter().any(|d| *d < 3) {
            return x.clone();
        }
        let step = *self.rng.pick(&[1i64, 2, -1, -2]);
        let first = self.rng.below(2.min(x.channels)) as i64;
        let c = x.channels as i64;
        let (from, to) = if step > 0 {
            (first, i64::MAX)
        } else {
            (c - 1 - first, -c - 1)
        };
        let channels = ((c - first) as usize).div_ceil(step.unsigned_abs() as usize);
        let (mut starts, mut ends, mut axes, mut steps) = (vec![1], vec![-1], vec![2], vec![1]);
        let place = self.rng.below(2);
        starts.insert(place, from);
        ends.insert(place, to);
        axes.insert(place, 1);
        steps.insert(place, step);
        let operands = [starts, ends, axes, steps].map(|list| self.integers(&list));
        let inputs: Vec<&str> = std::iter::once(&x.name)
            .chain(&operands)
            .map(String::as_str)
            .collect();
        let name = self.net.op("Slice", &inputs, vec![]);
        let mut space = x.space.clone();
        space[0] -= 2;
        Value {
            name,
            channels,
            space,
        }
    }

    /// Constant channels concatenated: even ones and maps; at times added to a tensor afterwards, which
    /// couples them to channels that can go.
    pub fn beside(&mut self, x: &Value) -> Value {
        if self.dynamic_batch {
            return x.clone();
        }
        let more = 1 + self.rng.below(3);
        let mut dims = vec![1, more];
        dims.extend(&x.space);
        let size: usize = dims.iter().product();
        let values = match self.rng.below(3) {
            0 => vec![0.0; size],
            1 => vec![0.5; size],
            _ => self.rng.normals(size, 0.5),
        };
        let constant = self.constant(UNIQUE, &dims, values);
        let inputs = if self.rng.chance(0.5) {
            [x.name.as_str(), constant.as_str()]
        } else {
            [constant.as_str(), x.name.as_str()]
        };
        let name = self.net.op("Concat", &inputs, vec![int("axis", 1)]);
        let wide = Value {
            name,
            channels: x.channels + more,
            space: x.space.clone(),
        };
        if self.rng.chance(0.5) {
            return wide;
        }
        let other = self.pointwise(x, wide.channels);
        let name = self.net.op("Add", &[&wide.name, &other.name], vec![]);
        Value { name, ..wide }
    }

    /// A split of which only one part has a name.
    pub fn split_part(&mut self, x: &Value) -> Value {
        if x.channels < 3 {
            return x.clone();
        }
        let first = 1 + self.rng.below(x.channels - 2);
        let second = 1 + self.rng.below(x.channels - first - 1);
        let sizes = [first, second, x.channels - first - second];
        let list = sizes.map(|s| s as i64);
        let outputs = if self.opset >= 13 {
            let list = self.integers(&list);
            let inputs = [x.name.as_str(), list.as_str()];
            self.net.ops("Split", &inputs, 3, vec![int("axis", 1)])
        } else {
            let attributes = vec![int("axis", 1), ints("split", &list)];
            self.net.ops("Split", &[&x.name], 3, attributes)
        };
        let kept = 1 + self.rng.below(2);
        let node = self.net.graph.node.last_mut().expect("just added");
        for (k, name) in node.output.iter_mut().enumerate() {
            if k != kept {
                name.clear();
            }
        }
        Value {
            name: outputs[kept].clone(),
            channels: sizes[kept],
            space: x.space.clone(),
        }
    }
}
