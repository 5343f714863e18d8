//! Which element-wise function a node applies, with its parameters.

use crate::activation::Activation;
use crate::graph::{Graph, NodeId};
use crate::onnx::Attributes;

/// The element-wise function a node applies, if it is one.
pub fn activation(graph: &Graph, node: NodeId) -> Option<Activation> {
    let n = &graph.nodes[node];
    let float = |name: &str, default: f32| f64::from(n.float(name).unwrap_or(default));
    Some(match n.op.as_str() {
        "Relu" => Activation::Relu,
        "Clip" => {
            let bound = |slot: usize, name: &str, open: f64| -> Option<f64> {
                if graph.input(node, slot).is_some() {
                    return graph.floats(node, slot)?.first().map(|v| f64::from(*v));
                }
                Some(n.float(name).map_or(open, f64::from))
            };
            let low = bound(1, "min", f64::NEG_INFINITY)?;
            let high = bound(2, "max", f64::INFINITY)?;
            // An empty interval has its own rules; it is left alone.
            if low > high || low.is_nan() || high.is_nan() {
                return None;
            }
            // The opset-6 defaults ±3.4e38 mean "no bound".
            let open = |v: f64| {
                if v.abs() > 3e38 {
                    v.signum() * f64::INFINITY
                } else {
                    v
                }
            };
            Activation::Clip {
                low: open(low),
                high: open(high),
            }
        }
        "LeakyRelu" => Activation::Leaky {
            slope: float("alpha", 0.01),
        },
        "ThresholdedRelu" => Activation::ThresholdedRelu {
            alpha: float("alpha", 1.0),
        },
        "HardSigmoid" => Activation::HardSigmoid {
            alpha: float("alpha", 0.2),
            beta: float("beta", 0.5),
        },
        "HardSwish" => Activation::HardSwish,
        "Sigmoid" => Activation::Sigmoid,
        "Swish" if n.float("alpha").unwrap_or(1.0) == 1.0 => Activation::Silu,
        "Tanh" => Activation::Tanh,
        "Softplus" => Activation::Softplus,
        "Softsign" => Activation::Softsign,
        "Elu" => Activation::Elu {
            alpha: float("alpha", 1.0),
        },
        "Selu" => Activation::Selu {
            alpha: float("alpha", 1.673_263_2),
            gamma: float("gamma", 1.050_701),
        },
        "Celu" => Activation::Celu {
            alpha: float("alpha", 1.0),
        },
        "Gelu" if n.text("approximate") == Some("tanh") => Activation::GeluTanh,
        "Gelu" => Activation::Gelu,
        "Mish" => Activation::Mish,
        "Erf" => Activation::Erf,
        "Exp" => Activation::Exp,
        "Log" => Activation::Log,
        "Sqrt" => Activation::Sqrt,
        "Abs" => Activation::Abs,
        "Neg" => Activation::Neg,
        "Reciprocal" => Activation::Reciprocal,
        "Floor" => Activation::Floor,
        "Ceil" => Activation::Ceil,
        "Round" => Activation::Round,
        "Sign" => Activation::Sign,
        _ => return None,
    })
}
