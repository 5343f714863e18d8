//! One walk of both networks over all that can be refitted.

use std::collections::HashMap;

use nalgebra::DMatrix;
use ndarray::ArrayD;

use super::Job;
use super::collect::{Pieces, collect};
use super::fit::{Method, fit_reader};
use super::patches::Patches;
use super::reader::{Pair, is_depthwise, refittable};
use super::system::Linear;
use super::walk::Walk;
use crate::channels::{ChannelId, Reader};
use crate::error::{Error, Result};
use crate::network::Analysis;
use crate::onnx::pb;
use crate::report::{RepairLayer, Step};
use crate::surgery::{Revision, revise};

/// Systems larger than this are left as they are: the solve would take minutes.
const MAX_SYSTEM_WIDTH: usize = 2600;
/// Bytes for the pixels of one reader.
const MAX_ROW_BYTES: usize = 250_000_000;
/// Pixels per picture that a reader is fitted to, and a depthwise convolution, which has few weights.
const PIXELS: usize = 256;
const DEPTHWISE_PIXELS: usize = 64;

/// Pixels a picture that a reader is fitted to: fewer where there is little to fit, or where all of them
/// would not find room.
fn pixels(pair: &Pair<'_>, pictures: usize) -> usize {
    let reader = pair.now.1;
    let columns = reader.groups * (pair.width() + reader.out_per_group());
    let room = MAX_ROW_BYTES / (2 * columns * pictures).max(1);
    let wanted = if is_depthwise(reader) {
        DEPTHWISE_PIXELS
    } else {
        PIXELS
    };
    wanted.min(room.max(16))
}

/// One walk over all readers behind the first cut.
pub struct Round<'a> {
    pub job: &'a Job<'a>,
    /// What can be refitted in the original.
    pub sites: &'a [Reader],
    pub method: Method,
    pub fit: &'a [&'a ArrayD<f32>],
    pub held: &'a [&'a ArrayD<f32>],
    pub halved: bool,
}

impl Round<'_> {
    pub fn take(
        &self,
        cut: &pb::ModelProto,
        mut tick: impl FnMut() -> bool,
    ) -> Result<(pb::ModelProto, Vec<RepairLayer>)> {
        let (before, decision) = (self.job.before, self.job.decision);
        let now = Analysis::new(cut, &HashMap::new())?;
        let readers = refittable(&now);
        let pictures: Vec<&ArrayD<f32>> = self.fit.iter().chain(self.held).copied().collect();
        let mut old = Walk::new(&before.graph, &pictures, self.halved);
        let mut new = Walk::new(&now.graph, &pictures, self.halved);
        let mut model = cut.clone();
        let mut layers = Vec::new();
        let mut changed = false;
        for reader in self.sites {
            if !tick() {
                return Err(Error::new("the repair was stopped"));
            }
            let gone = |channel_id: &ChannelId| decision.is_removed(before, *channel_id);
            let left = &decision.branches.list;
            changed |= left.iter().any(|b| b.addend.node < reader.node);
            if decision.is_dead(reader.node) {
                continue;
            }
            // A depthwise convolution sees what is left as it was.
            changed |= !is_depthwise(reader) && reader.inputs.iter().any(gone);
            // Before the first cut nothing has changed.
            if !changed {
                continue;
            }
            let Some(pair) = Pair::new((before, reader), (&now, &readers), decision) else {
                continue;
            };
            let most = pixels(&pair, pictures.len());
            let Some(patches) = Patches::new(&now.graph, pair.now.1, most) else {
                continue;
            };
            if pair.width() > MAX_SYSTEM_WIDTH || pair.width() == 0 {
                let wide = "it is too wide to be solved in reasonable time";
                layers.push(declined(&pair, before, wide));
                continue;
            }
            let at = pair.now.1.node;
            let pieces = Pieces {
                old: &old.piece(self.job.original, reader.node + 1, reader.output)?,
                new: &new.piece(&model, at, pair.now.1.input)?,
            };
            let (old_fit, old_held) = old.pictures.split_at_mut(self.fit.len());
            let (new_fit, new_held) = new.pictures.split_at_mut(self.fit.len());
            let keeps = self.method.step == Step::Refit && pair.bounds().is_some();
            let threads = self.method.threads;
            let sums = |both, keeps| collect(&pair, &patches, &pieces, both, keeps, threads);
            let fit = sums((old_fit, new_fit), keeps)?;
            let held = sums((old_held, new_held), false)?;
            old.arrive(reader.node + 1);
            new.arrive(at);
            let fitted = fit_reader(&pair, self.method, &fit, &held)?;
            let mut layer = declined(&pair, before, "");
            layer.rows = patches.len() * self.fit.len();
            (layer.before, layer.after, layer.ridge) = (fitted.before, fitted.after, fitted.ridge);
            layer.declined = fitted.linear.is_none().then(|| fitted.why.to_string());
            layers.push(layer);
            if let Some(linear) = fitted.linear {
                model = write(&model, &pair, &linear)?;
            }
        }
        Ok((model, layers))
    }
}

fn declined(pair: &Pair<'_>, before: &Analysis, why: &str) -> RepairLayer {
    RepairLayer {
        node: before.graph.nodes[pair.before.1.node].name.clone(),
        width: pair.width(),
        rows: 0,
        ridge: None,
        before: 0.0,
        after: 0.0,
        declined: Some(why.to_string()),
    }
}

fn write(model: &pb::ModelProto, pair: &Pair<'_>, linear: &[Linear]) -> Result<pb::ModelProto> {
    let rows = |w: &DMatrix<f64>| -> Vec<f64> { w.iter().copied().collect() };
    // Column-major [width, outputs] is row-major [outputs, width].
    let weights: Vec<f64> = linear.iter().flat_map(|l| rows(&l.weights)).collect();
    let bias: Vec<f64> = linear.iter().flat_map(|l| l.bias.iter().copied()).collect();
    revise(
        model,
        &Revision {
            now: pair.now,
            before: pair.before,
            kept: &pair.kept,
            weights: &weights,
            bias: &bias,
        },
    )
}
