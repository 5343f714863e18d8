//! Operators that work element by element: activations, normalisation, and arithmetic of tensors with constants and with each other.

use super::activations::activation;
use super::build::{Builder, Handled};
use super::constant_operand::{Operand, operand, slice_with};
use super::layout::{Moved, product};
use super::operands::channel_ids;
use super::{ChannelId, Combine, Flow, Followed, Layout, Slot};
use crate::activation::Activation;
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::Attributes;

pub fn visit(b: &mut Builder<'_>, node: NodeId) -> Handled {
    if let Some(function) = activation(b.graph, node) {
        return unary(b, node, function);
    }
    match b.graph.nodes[node].op.as_str() {
        "PRelu" => prelu(b, node),
        "BatchNormalization" => batch_norm(b, node),
        "InstanceNormalization" => instance_norm(b, node),
        "Add" | "Sum" => arithmetic(b, node, Combine::Add),
        "Sub" => arithmetic(b, node, Combine::Sub),
        "Mul" => arithmetic(b, node, Combine::Mul),
        "Div" => arithmetic(b, node, Combine::Div),
        "Min" => arithmetic(b, node, Combine::Min),
        "Max" => arithmetic(b, node, Combine::Max),
        "Pow" => arithmetic(b, node, Combine::Pow),
        "Mean" => arithmetic(b, node, Combine::Mean),
        _ => None,
    }
}

fn unary(b: &mut Builder<'_>, node: NodeId, function: Activation) -> Handled {
    let (_, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let from: Vec<ChannelId> = layout.channel_ids().collect();
    b.follow(output, layout.dims.clone(), &from);
    Some(Flow::Activate {
        out: output,
        functions: vec![function; from.len()],
        from,
    })
}

fn prelu(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let operand = operand(b, node, 1, &layout.dims)?;
    let functions: Vec<Activation> = operand
        .values
        .iter()
        .map(|slope| Activation::Leaky { slope: *slope })
        .collect();
    let from: Vec<ChannelId> = layout.channel_ids().collect();
    b.follow(output, layout.dims.clone(), &from);
    slice_with(b, node, 1, input, &operand);
    if operand.uniform {
        return Some(Flow::Activate {
            out: output,
            from,
            functions,
        });
    }
    let scale = vec![f64::NAN; from.len()];
    Some(Flow::Affine {
        out: output,
        shift: scale.clone(),
        scale,
        from,
        uniform: false,
    })
}

/// The four vectors of a normalisation, per channel of axis 1.
fn vectors(
    graph: &Graph,
    node: NodeId,
    slots: std::ops::RangeInclusive<usize>,
) -> Option<Vec<Vec<f64>>> {
    slots
        .map(|slot| {
            Some(
                graph
                    .floats(node, slot)?
                    .iter()
                    .map(|v| f64::from(*v))
                    .collect(),
            )
        })
        .collect()
}

fn batch_norm(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let params = vectors(graph, node, 1..=4)?;
    let channels = *graph.shape(input)?.get(1)?;
    if layout.dims.len() < 2 || graph.shape(input)?.len() != layout.dims.len() {
        return None;
    }
    if params.iter().any(|v| v.len() != channels)
        || layout
            .dims
            .iter()
            .enumerate()
            .any(|(axis, d)| axis != 1 && *d > 1)
        || graph.nodes[node]
            .outputs
            .iter()
            .skip(1)
            .flatten()
            .any(|t| !graph.tensors[*t].uses.is_empty())
    {
        return None;
    }
    let epsilon = f64::from(graph.nodes[node].float("epsilon").unwrap_or(1e-5));
    let mut dims = vec![1; layout.dims.len()];
    dims[1] = channels;
    let from = channel_ids(&layout, &Moved::broadcast(&layout.dims, &dims).from);
    b.follow(output, dims, &from);
    for slot in 1..=4 {
        b.slots.push(Slot {
            node,
            input: slot,
            axes: vec![Followed::channels(0, output)],
            counted: slot <= 2,
        });
    }
    let (gamma, beta, mean, variance) = (&params[0], &params[1], &params[2], &params[3]);
    let scale: Vec<f64> = (0..channels)
        .map(|c| gamma[c] / (variance[c] + epsilon).sqrt())
        .collect();
    let shift = (0..channels)
        .map(|c| beta[c] - scale[c] * mean[c])
        .collect();
    let gaussians = (0..channels)
        .map(|c| Gaussian::batch_norm(gamma[c], beta[c], variance[c], epsilon))
        .collect();
    let gamma = gamma.iter().map(|g| g.abs()).collect();
    Some(Flow::Normalise {
        out: output,
        from,
        scale,
        shift,
        gaussians,
        gamma,
    })
}

fn instance_norm(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let params = vectors(graph, node, 1..=2)?;
    let channels = *graph.shape(input)?.get(1)?;
    if layout.dims.get(1) != Some(&channels) || product(&layout.dims) != channels {
        return None;
    }
    let from: Vec<ChannelId> = layout.channel_ids().collect();
    b.follow(output, layout.dims.clone(), &from);
    for slot in 1..=2 {
        b.slots.push(Slot {
            node,
            input: slot,
            axes: vec![Followed::channels(0, output)],
            counted: true,
        });
    }
    Some(Flow::Whiten {
        out: output,
        from,
        shift: params[1].clone(),
    })
}

fn arithmetic(b: &mut Builder<'_>, node: NodeId, op: Combine) -> Handled {
    let graph = b.graph;
    let inputs: Vec<TensorId> = graph.nodes[node].inputs.iter().flatten().copied().collect();
    let output = b.output(node)?;
    let rank = graph.shape(output)?.len();
    let varying: Vec<(usize, Layout)> = inputs
        .iter()
        .enumerate()
        .filter_map(|(slot, t)| Some((slot, b.layouts[*t].clone()?)))
        .collect();
    let constants: Vec<usize> = (0..inputs.len())
        .filter(|slot| b.layouts[inputs[*slot]].is_none())
        .collect();
    if constants
        .iter()
        .any(|slot| !graph.is_constant(inputs[*slot]))
    {
        return None;
    }
    let dims = common_dims(graph, &inputs, &varying, rank)?;
    // Where a tensor is broadcast over the channels of another it must keep its single channel.
    for (slot, layout) in &varying {
        let lead = rank - layout.dims.len();
        let stretched = (0..rank).any(|a| dims[a] > 1 && (a < lead || layout.dims[a - lead] == 1));
        if stretched && layout.len() > 1 {
            return None;
        }
        if stretched {
            b.pin_tensor(
                inputs[*slot],
                node,
                "is broadcast over the channels of another tensor".into(),
            );
        }
    }
    let args: Vec<Vec<ChannelId>> = varying
        .iter()
        .map(|(_, l)| channel_ids(l, &Moved::broadcast(&l.dims, &dims).from))
        .collect();
    let layout = b.fresh(output, dims.clone());
    for ((_, source), arg) in varying.iter().zip(&args) {
        if source.len() == layout.len() {
            for (channel_id, from) in layout.channel_ids().zip(arg) {
                b.union.tie(channel_id, *from);
            }
        }
    }
    let operands: Option<Vec<Operand>> = constants
        .iter()
        .map(|slot| operand(b, node, *slot, &dims))
        .collect();
    let operands = operands?;
    for (slot, operand) in constants.iter().zip(&operands) {
        slice_with(b, node, *slot, output, operand);
    }
    match (args.len(), operands.as_slice()) {
        (1, [only]) => {
            let first = varying[0].0 == 0;
            Some(with_constant(
                output,
                args.into_iter().next()?,
                op,
                only,
                first,
            ))
        }
        (_, []) => Some(Flow::Combine {
            out: output,
            op,
            args,
        }),
        // Sum or Max of several tensors and a constant: values are not followed, channels are.
        _ => {
            let from = args.into_iter().next()?;
            let nan = vec![f64::NAN; from.len()];
            Some(Flow::Affine {
                out: output,
                from,
                scale: nan.clone(),
                shift: nan,
                uniform: false,
            })
        }
    }
}

/// The compact shape in which all varying operands meet; `None` where their channels cross.
fn common_dims(
    graph: &Graph,
    inputs: &[TensorId],
    varying: &[(usize, Layout)],
    rank: usize,
) -> Option<Vec<usize>> {
    let mut dims = vec![1; rank];
    for (_, layout) in varying {
        let lead = rank.checked_sub(layout.dims.len())?;
        for (axis, size) in layout.dims.iter().enumerate() {
            dims[axis + lead] = dims[axis + lead].max(*size);
        }
    }
    for (slot, layout) in varying {
        let shape = graph.shape(inputs[*slot])?;
        let lead = rank - layout.dims.len();
        for (axis, size) in layout.dims.iter().enumerate() {
            // The tensor has many elements here but does not tell them apart, another one does.
            if dims[axis + lead] > 1 && *size == 1 && shape[axis] > 1 {
                return None;
            }
        }
    }
    Some(dims)
}

/// A tensor against one constant operand.
fn with_constant(
    out: TensorId,
    from: Vec<ChannelId>,
    op: Combine,
    c: &Operand,
    tensor_first: bool,
) -> Flow {
    let n = from.len();
    let affine = |scale: Vec<f64>, shift: Vec<f64>| Flow::Affine {
        out,
        from: from.clone(),
        scale,
        shift,
        uniform: c.uniform,
    };
    let v = &c.values;
    match op {
        Combine::Add => affine(vec![1.0; n], v.clone()),
        Combine::Sub if tensor_first => affine(vec![1.0; n], v.iter().map(|x| -x).collect()),
        Combine::Sub => affine(vec![-1.0; n], v.clone()),
        Combine::Mul => affine(v.clone(), vec![0.0; n]),
        Combine::Div if tensor_first => affine(v.iter().map(|x| 1.0 / x).collect(), vec![0.0; n]),
        Combine::Mean => affine(vec![0.5; n], v.iter().map(|x| x * 0.5).collect()),
        Combine::Min | Combine::Max if c.uniform => {
            let function = |x: &f64| match op {
                Combine::Max => Activation::Clip {
                    low: *x,
                    high: f64::INFINITY,
                },
                _ => Activation::Clip {
                    low: f64::NEG_INFINITY,
                    high: *x,
                },
            };
            let functions = v.iter().map(function).collect();
            Flow::Activate {
                out,
                from,
                functions,
            }
        }
        Combine::Pow if tensor_first && c.uniform && v.iter().all(|x| *x == 2.0) => {
            Flow::Activate {
                out,
                from,
                functions: vec![Activation::Square; n],
            }
        }
        _ => Flow::Affine {
            out,
            from,
            scale: vec![f64::NAN; n],
            shift: vec![f64::NAN; n],
            uniform: false,
        },
    }
}
