//! Element-wise activations: their values, where they are constant, and their moments.

use crate::gaussian::Gaussian;

/// A scalar function of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// ReLU6 and friends; an end may be infinite.
    Clip {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
    },
    /// x·clip(x/6 + 1/2, 0, 1).
    HardSwish,
    /// clip(alpha·x + beta, 0, 1).
    HardSigmoid {
        /// Slope.
        alpha: f64,
        /// Value at 0.
        beta: f64,
    },
    /// LeakyReLU, and PReLU with the channel's own slope.
    Leaky {
        /// Slope below 0.
        slope: f64,
    },
    /// x above alpha, else 0.
    ThresholdedRelu {
        /// Where it starts.
        alpha: f64,
    },
    /// 1/(1 + e⁻ˣ).
    Sigmoid,
    /// x·sigmoid(x), also called Swish.
    Silu,
    /// The hyperbolic tangent.
    Tanh,
    /// ln(1 + eˣ).
    Softplus,
    /// x/(1 + |x|).
    Softsign,
    /// x above 0, else alpha·(eˣ − 1).
    Elu {
        /// Minus the limit at −∞.
        alpha: f64,
    },
    /// gamma·ELU.
    Selu {
        /// As of ELU.
        alpha: f64,
        /// Factor of the whole.
        gamma: f64,
    },
    /// x above 0, else alpha·(e^(x/alpha) − 1).
    Celu {
        /// Minus the limit at −∞.
        alpha: f64,
    },
    /// x·Φ(x).
    Gelu,
    /// The approximation of GELU by tanh.
    GeluTanh,
    /// x·tanh(softplus(x)).
    Mish,
    /// The error function.
    Erf,
    /// eˣ.
    Exp,
    /// The natural logarithm.
    Log,
    /// The square root.
    Sqrt,
    /// |x|.
    Abs,
    /// −x.
    Neg,
    /// 1/x.
    Reciprocal,
    /// x².
    Square,
    /// The next integer below.
    Floor,
    /// The next integer above.
    Ceil,
    /// The nearest integer, halves to even.
    Round,
    /// −1, 0 or 1.
    Sign,
}

impl Activation {
    /// f(x).
    pub fn apply(self, x: f64) -> f64 {
        use Activation::*;
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        match self {
            Relu => x.max(0.0),
            Clip { low, high } => x.max(low).min(high),
            HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            HardSigmoid { alpha, beta } => (alpha * x + beta).clamp(0.0, 1.0),
            Leaky { slope } => {
                if x < 0.0 {
                    slope * x
                } else {
                    x
                }
            }
            ThresholdedRelu { alpha } => {
                if x > alpha {
                    x
                } else {
                    0.0
                }
            }
            Sigmoid => sigmoid(x),
            Silu => x * sigmoid(x),
            Tanh => x.tanh(),
            Softplus => softplus(x),
            Softsign => x / (1.0 + x.abs()),
            Elu { alpha } => {
                if x < 0.0 {
                    alpha * x.exp_m1()
                } else {
                    x
                }
            }
            Selu { alpha, gamma } => gamma * if x < 0.0 { alpha * x.exp_m1() } else { x },
            Celu { alpha } => x.max(0.0) + (alpha * (x / alpha).exp_m1()).min(0.0),
            Gelu => 0.5 * x * statrs::function::erf::erfc(-x / std::f64::consts::SQRT_2),
            GeluTanh => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
                0.5 * x * (1.0 + inner.tanh())
            }
            Mish => x * softplus(x).tanh(),
            Erf => statrs::function::erf::erf(x),
            Exp => x.exp(),
            Log => x.ln(),
            Sqrt => x.sqrt(),
            Abs => x.abs(),
            Neg => -x,
            Reciprocal => 1.0 / x,
            Square => x * x,
            Floor => x.floor(),
            Ceil => x.ceil(),
            Round => x.round_ties_even(),
            Sign => {
                if x == 0.0 {
                    0.0
                } else {
                    x.signum()
                }
            }
        }
    }

    /// The input at and below which the output is constant.
    pub fn low(self) -> Option<f64> {
        use Activation::*;
        match self {
            Relu => Some(0.0),
            Clip { low, .. } => low.is_finite().then_some(low),
            HardSwish => Some(-3.0),
            HardSigmoid { alpha, beta } => (alpha > 0.0).then(|| -beta / alpha),
            ThresholdedRelu { alpha } => Some(alpha),
            Leaky { slope: 0.0 } => Some(0.0),
            _ => None,
        }
    }

    /// The input at and above which the output is constant.
    pub fn high(self) -> Option<f64> {
        use Activation::*;
        match self {
            Clip { high, .. } => high.is_finite().then_some(high),
            HardSigmoid { alpha, beta } => (alpha > 0.0).then(|| (1.0 - beta) / alpha),
            _ => None,
        }
    }

    /// Mean and variance of f(Y).
    pub fn moments(self, y: Gaussian) -> (f64, f64) {
        use Activation::*;
        match self {
            Relu => y.clamped(0.0, f64::INFINITY),
            Clip { low, high } => y.clamped(low, high),
            HardSigmoid { alpha, beta } => Gaussian {
                mean: alpha * y.mean + beta,
                std: alpha.abs() * y.std,
            }
            .clamped(0.0, 1.0),
            Neg => (-y.mean, y.std * y.std),
            _ => y.through(|x| self.apply(x)),
        }
    }

    /// The name shown to people.
    pub fn label(self) -> String {
        use Activation::*;
        match self {
            Clip { low, high } => format!("Clip [{low}, {high}]"),
            Leaky { .. } => "LeakyRelu".into(),
            other => {
                let debug = format!("{other:?}");
                debug
                    .split([' ', '{'])
                    .next()
                    .unwrap_or_default()
                    .to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_constant_outside_its_interval() {
        for f in [
            Activation::Relu,
            Activation::Clip {
                low: 0.0,
                high: 6.0,
            },
            Activation::HardSwish,
            Activation::HardSigmoid {
                alpha: 0.2,
                beta: 0.5,
            },
            Activation::ThresholdedRelu { alpha: 1.0 },
        ] {
            if let Some(low) = f.low() {
                assert_eq!(f.apply(low), f.apply(low - 7.0), "{f:?}");
            }
            if let Some(high) = f.high() {
                assert_eq!(f.apply(high), f.apply(high + 7.0), "{f:?}");
            }
        }
        assert_eq!(Activation::Silu.low(), None);
    }
}
