//! Repair without gradients: after the cut, every reader is refitted to what it produced before.
//!
//! For a reader with kept inputs X (in the pruned network) and original outputs Y (before their
//! normalisation), on centred Gram matrices accumulated over pictures and pixels,
//!
//! W' = argmin Σ‖Y − X W' − b'‖² + λ·(tr C / n)·‖W' − W_kept‖²,  C = cov(X),
//!
//! solved by Cholesky. Readers go in graph order, each on the inputs that earlier refits produce.
//! Prior work: ThiNet (Luo et al. 2017), channel pruning by reconstruction (He et al. 2017).

use nalgebra::{DMatrix, DVector};
use ndarray::{ArrayD, Axis};

use crate::analysis::Analysis;
use crate::channels::{Reader, ReaderKind};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::onnx::{Attributes, pb};
use crate::plan::Decision;
use crate::surgery::Refit;

/// Ridge towards the weights as cut.
const LAMBDA: f64 = 0.05;
/// Pixels per picture and reader that enter the Gram matrix, at the most.
const PIXELS: usize = 256;
/// Systems larger than this are left as they are: the solve would take minutes.
const LARGEST: usize = 2600;

/// Refits all readers of `pruned` on `images` (tensors of batch 1). `progress(done, total)`.
pub fn repair(
    original: &pb::ModelProto,
    before: &Analysis,
    pruned: &pb::ModelProto,
    decision: &Decision,
    images: &[ArrayD<f32>],
    mut progress: impl FnMut(usize, usize),
) -> Result<pb::ModelProto> {
    let mut model = pruned.clone();
    let total = before.channels.readers.len();
    let mut changed = false;
    for (done, reader) in before.channels.readers.iter().enumerate() {
        let gone = |atom: &u32| decision.is_removed(before, *atom);
        let left = &decision.branches.list;
        changed |= left.iter().any(|b| b.addend.node < reader.node);
        if decision.is_dead(reader.node) {
            progress(done + 1, total);
            continue;
        }
        changed |= reader.inputs.iter().any(gone);
        // Before the first cut nothing has changed.
        if changed {
            let kept: Vec<usize> = (0..reader.outputs.len())
                .filter(|j| !gone(&reader.outputs[*j]))
                .collect();
            if let Some(next) = refit(original, before, &model, reader, &kept, images)? {
                model = next;
            }
        }
        progress(done + 1, total);
    }
    Ok(model)
}

/// One reader: `None` when its form cannot be refitted (it then stays as cut).
fn refit(
    original: &pb::ModelProto,
    before: &Analysis,
    model: &pb::ModelProto,
    reader: &Reader,
    kept: &[usize],
    images: &[ArrayD<f32>],
) -> Result<Option<pb::ModelProto>> {
    if reader.kind == ReaderKind::ConvTranspose {
        return Ok(None);
    }
    let now = Analysis::new(model, &std::collections::HashMap::new())?;
    let name = &before.graph.nodes[reader.node].name;
    let same = |r: &&Reader| now.graph.nodes[r.node].name == *name;
    let Some(cut) = now.channels.readers.iter().find(same) else {
        return Ok(None);
    };
    let width = cut.in_per_group() * cut.taps;
    if width > LARGEST || width == 0 || cut.outputs.len() != kept.len() {
        return Ok(None);
    }
    let tensor = |a: &Analysis, t: usize| vec![a.graph.tensors[t].name.clone()];
    let seen = Engine::with_outputs(model, 1, Some(&tensor(&now, cut.input)))?;
    let made = Engine::with_outputs(original, 1, Some(&tensor(before, reader.output)))?;
    let patches = Patches::new(&now, cut);
    let mut systems: Vec<System> = (0..cut.groups)
        .map(|_| System::new(width, cut.out_per_group()))
        .collect();
    for image in images {
        let x = seen.run(image.clone())?.swap_remove(0);
        let y = made.run(image.clone())?.swap_remove(0);
        let y = y.select(Axis(reader.out_axis), kept);
        patches.accumulate(&x, &y, cut, &mut systems);
    }
    let weights = cut.weights(&now.graph);
    let mut fitted = Vec::with_capacity(weights.len());
    let mut bias = Vec::with_capacity(cut.outputs.len());
    for (g, system) in systems.into_iter().enumerate() {
        let rows = g * cut.out_per_group()..(g + 1) * cut.out_per_group();
        let old: Vec<f64> = rows
            .flat_map(|j| {
                weights
                    .index_axis(Axis(0), j)
                    .iter()
                    .map(|w| f64::from(*w))
                    .collect::<Vec<_>>()
            })
            .collect();
        let old = DMatrix::from_row_slice(cut.out_per_group(), width, &old).transpose();
        let Some((w, b)) = system.solve(&old) else {
            return Ok(None);
        };
        fitted.extend(
            w.transpose()
                .row_iter()
                .flat_map(|r| r.iter().copied().collect::<Vec<_>>()),
        );
        bias.extend(b.iter().copied());
    }
    let next = crate::surgery::refit(
        model,
        &now,
        cut,
        &Refit {
            weights: fitted,
            bias,
        },
    )?;
    Ok(Some(next))
}

/// Sums of one group: pixels × [inputs·taps | outputs].
struct System {
    n: f64,
    xx: DMatrix<f64>,
    xy: DMatrix<f64>,
    x: DVector<f64>,
    y: DVector<f64>,
}

impl System {
    fn new(width: usize, outputs: usize) -> Self {
        System {
            n: 0.0,
            xx: DMatrix::zeros(width, width),
            xy: DMatrix::zeros(width, outputs),
            x: DVector::zeros(width),
            y: DVector::zeros(outputs),
        }
    }

    /// Adds pixels; rows of `x` and `y` are pixels.
    fn add(&mut self, x: &DMatrix<f64>, y: &DMatrix<f64>) {
        self.n += x.nrows() as f64;
        self.xx += x.tr_mul(x);
        self.xy += x.tr_mul(y);
        self.x += x.row_sum_tr();
        self.y += y.row_sum_tr();
    }

    /// W' [inputs·taps, outputs] and b'; `None` if the system cannot be solved.
    fn solve(self, old: &DMatrix<f64>) -> Option<(DMatrix<f64>, DVector<f64>)> {
        let n = self.n.max(1.0);
        let (mx, my) = (&self.x / n, &self.y / n);
        let mut c = &self.xx / n - &mx * mx.transpose();
        let mut right = &self.xy / n - &mx * my.transpose();
        let ridge = LAMBDA * c.trace() / c.nrows() as f64 + 1e-12;
        for i in 0..c.nrows() {
            c[(i, i)] += ridge;
        }
        right += old * ridge;
        let w = c.cholesky()?.solve(&right);
        let b = &my - w.transpose() * &mx;
        w.iter()
            .chain(b.iter())
            .all(|v| v.is_finite())
            .then_some((w, b))
    }
}

/// Which pixels of the input each output pixel sees.
struct Patches {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Vec<i64>,
}

impl Patches {
    fn new(analysis: &Analysis, reader: &Reader) -> Self {
        let graph = &analysis.graph;
        let node = &graph.nodes[reader.node];
        let shape = |slot: usize| {
            graph
                .input(reader.node, slot)
                .and_then(|t| graph.shape(t))
                .unwrap_or_default()
        };
        let (weight, input) = (shape(1), shape(0));
        if reader.kind != ReaderKind::Conv {
            return Patches {
                kernel: vec![],
                strides: vec![],
                dilations: vec![],
                pads: vec![],
            };
        }
        let kernel = weight[2..].to_vec();
        let list = |name: &str| {
            node.ints(name)
                .filter(|v| v.len() == kernel.len())
                .map_or(vec![1; kernel.len()], |v| {
                    v.iter().map(|x| *x as usize).collect::<Vec<_>>()
                })
        };
        let (strides, dilations) = (list("strides"), list("dilations"));
        let auto = node.text("auto_pad").unwrap_or("NOTSET");
        let pads = (0..kernel.len())
            .map(|d| match auto {
                "SAME_UPPER" | "SAME_LOWER" => {
                    let (size, reach) = (input[d + 2], (kernel[d] - 1) * dilations[d] + 1);
                    let total = ((size.div_ceil(strides[d]) - 1) * strides[d] + reach)
                        .saturating_sub(size) as i64;
                    if auto == "SAME_UPPER" {
                        total / 2
                    } else {
                        total - total / 2
                    }
                }
                _ => node
                    .ints("pads")
                    .and_then(|p| p.get(d).copied())
                    .unwrap_or(0),
            })
            .collect();
        Patches {
            kernel,
            strides,
            dilations,
            pads,
        }
    }

    /// Adds a picture's (subsampled) pixels to every group's system.
    fn accumulate(
        &self,
        x: &ArrayD<f32>,
        y: &ArrayD<f32>,
        reader: &Reader,
        systems: &mut [System],
    ) {
        // Channels first, the rest flattened per axis: [C, spatial…].
        let mut x = x.view();
        let mut y = y.view();
        if reader.kind == ReaderKind::Conv {
            x = x.index_axis_move(Axis(0), 0);
            y = y.index_axis_move(Axis(0), 0);
        } else {
            x.swap_axes(0, reader.axis);
            y.swap_axes(0, reader.out_axis);
        }
        let spatial = y.shape()[1..].to_vec();
        let pixels: usize = spatial.iter().product();
        let step = pixels.div_ceil(PIXELS).max(1);
        let chosen: Vec<usize> = (0..pixels).step_by(step).collect();
        let (per_in, per_out, taps) = (reader.in_per_group(), reader.out_per_group(), reader.taps);
        for (g, system) in systems.iter_mut().enumerate() {
            let mut xs = DMatrix::zeros(chosen.len(), per_in * taps);
            let mut ys = DMatrix::zeros(chosen.len(), per_out);
            for (row, pixel) in chosen.iter().enumerate() {
                let at = coordinates(*pixel, &spatial);
                for t in 0..taps {
                    let Some(from) = self.source(&at, t, &x.shape()[1..]) else {
                        continue;
                    };
                    for i in 0..per_in {
                        let mut index = vec![g * per_in + i];
                        index.extend(&from);
                        xs[(row, i * taps + t)] = f64::from(x[index.as_slice()]);
                    }
                }
                for j in 0..per_out {
                    let mut index = vec![g * per_out + j];
                    index.extend(&at);
                    ys[(row, j)] = f64::from(y[index.as_slice()]);
                }
            }
            system.add(&xs, &ys);
        }
    }

    /// The input pixel that tap `t` of output pixel `at` sees; `None` in the padding.
    fn source(&self, at: &[usize], t: usize, size: &[usize]) -> Option<Vec<usize>> {
        if self.kernel.is_empty() {
            return Some(at.to_vec());
        }
        let tap = coordinates(t, &self.kernel);
        (0..at.len())
            .map(|d| {
                let p =
                    (at[d] * self.strides[d] + tap[d] * self.dilations[d]) as i64 - self.pads[d];
                usize::try_from(p).ok().filter(|p| *p < size[d])
            })
            .collect()
    }
}

fn coordinates(mut index: usize, dims: &[usize]) -> Vec<usize> {
    let mut at = vec![0; dims.len()];
    for axis in (0..dims.len()).rev() {
        at[axis] = index % dims[axis].max(1);
        index /= dims[axis].max(1);
    }
    at
}

/// What a person must bring.
pub fn enough(images: usize) -> Result<()> {
    if images == 0 {
        return Err(Error::new("repair needs at least one picture"));
    }
    Ok(())
}
