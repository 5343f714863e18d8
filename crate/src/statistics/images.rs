//! Functions of one Gaussian, followed through the operators, so that x·σ(x) or x·clip(x+3) are not taken
//! for products of independent numbers.

use std::rc::Rc;

use super::pass::{Image, Pass};
use crate::channels::{ChannelId, Combine, Flow};
use crate::graph::{NodeId, TensorId};

impl Pass<'_> {
    /// The image of an operand, if its channels are those of one tensor in order.
    fn image(&self, node: NodeId, from: &[ChannelId]) -> Option<(TensorId, Image)> {
        self.graph.nodes[node]
            .inputs
            .iter()
            .flatten()
            .find_map(|t| {
                let layout = self.channels.layouts[*t].as_ref()?;
                let same = layout.len() == from.len()
                    && layout.channel_ids().zip(from).all(|(a, b)| a == *b);
                if same {
                    self.images.get(t).cloned()
                } else {
                    None
                }
            })
    }

    /// Follows a function of one Gaussian through a node; where two such meet, their moments are taken
    /// together.
    pub(super) fn follow(&mut self, node: NodeId) {
        match &self.channels.flows[node] {
            Flow::Activate {
                out,
                from,
                functions,
            } => {
                if let Some((origin, g)) = self.image(node, from) {
                    let f = functions.clone();
                    self.images
                        .insert(*out, (origin, Rc::new(move |k, y| f[k].apply(g(k, y)))));
                }
            }
            Flow::Affine {
                out,
                from,
                scale,
                shift,
                uniform: true,
            } => {
                if let Some((origin, g)) = self.image(node, from) {
                    let (a, b) = (scale.clone(), shift.clone());
                    self.images
                        .insert(*out, (origin, Rc::new(move |k, y| a[k] * g(k, y) + b[k])));
                }
            }
            Flow::Combine {
                out,
                op: op @ (Combine::Mul | Combine::Add),
                args,
            } if args.len() == 2 => {
                let pair = (self.image(node, &args[0]), self.image(node, &args[1]));
                let (Some((origin, f)), Some((other, g))) = pair else {
                    return;
                };
                if origin != other {
                    return;
                }
                let product = *op == Combine::Mul;
                let both: Image = Rc::new(move |k, y| {
                    if product {
                        f(k, y) * g(k, y)
                    } else {
                        f(k, y) + g(k, y)
                    }
                });
                let site = self
                    .s
                    .sites
                    .iter()
                    .find(|s| s.tensor == origin)
                    .map(|s| s.gaussians.clone());
                let (Some(site), Some(layout)) = (site, &self.channels.layouts[*out]) else {
                    return;
                };
                for (k, channel_id) in layout.channel_ids().enumerate() {
                    let (mean, variance) = site[k].through(|y| both(k, y));
                    let value = &mut self.s.by_channel[channel_id.index()];
                    (value.mean, value.variance, value.gaussian) = (mean, variance, false);
                }
                self.images.insert(*out, (origin, both));
            }
            _ => {}
        }
    }
}
