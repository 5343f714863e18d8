//! The normal distribution of a batch-normalised channel, and what an activation makes of it.
//!
//! Probabilities and densities come from statrs; the clipped moments are closed forms.

use std::sync::LazyLock;

use statrs::function::erf::erfc;

/// Mean and standard deviation of a channel. `std` = 0 is a point mass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, at least 0.
    pub std: f64,
}

/// Φ(x).
fn cdf(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// φ(x).
fn pdf(x: f64) -> f64 {
    if x.is_infinite() {
        0.0
    } else {
        (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }
}

impl Gaussian {
    /// The Gaussian that batch normalisation emits over its training data: N(β, s²) with the
    /// effective scale s = |γ|·√(v/(v+ε)). When v ≪ ε the channel is constant whatever γ says.
    pub fn batch_norm(gamma: f64, beta: f64, variance: f64, epsilon: f64) -> Self {
        let variance = variance.max(0.0);
        let ratio = if variance == 0.0 {
            0.0
        } else {
            (variance / (variance + epsilon)).sqrt()
        };
        Gaussian {
            mean: beta,
            std: gamma.abs() * ratio,
        }
    }

    /// P(Y ≤ x). A point mass gives 0 or 1.
    pub fn at_most(&self, x: f64) -> f64 {
        if self.std > 0.0 {
            cdf((x - self.mean) / self.std)
        } else {
            f64::from(u8::from(self.mean <= x))
        }
    }

    /// P(Y ≥ x).
    pub fn at_least(&self, x: f64) -> f64 {
        if self.std > 0.0 {
            cdf((self.mean - x) / self.std)
        } else {
            f64::from(u8::from(self.mean >= x))
        }
    }

    /// Mean and variance of Y clamped to [low, high]; either end may be infinite.
    pub fn clamped(&self, low: f64, high: f64) -> (f64, f64) {
        let (m, s) = (self.mean, self.std);
        if s <= 0.0 {
            return (m.max(low).min(high), 0.0);
        }
        let (a, b) = ((low - m) / s, (high - m) / s);
        let (below, above) = (cdf(a), cdf(-b));
        let inside = (1.0 - below - above).max(0.0);
        let (pa, pb) = (pdf(a), pdf(b));
        // An infinite end carries no mass; 0·∞ must not become NaN.
        let end = |weight: f64, value: f64| if weight == 0.0 { 0.0 } else { weight * value };
        let mean = end(below, low) + end(above, high) + m * inside + s * (pa - pb);
        let square = end(below, low * low)
            + end(above, high * high)
            + (m * m + s * s) * inside
            + 2.0 * m * s * (pa - pb)
            + s * s * (end(pa, a) - end(pb, b));
        (mean, (square - mean * mean).max(0.0))
    }

    /// Mean and variance of f(Y) by Gauss-Hermite quadrature.
    pub fn through(&self, f: impl Fn(f64) -> f64) -> (f64, f64) {
        if self.std <= 0.0 {
            return (f(self.mean), 0.0);
        }
        let (mut mean, mut square) = (0.0, 0.0);
        for (x, w) in HERMITE.iter() {
            let y = f(self.mean + self.std * std::f64::consts::SQRT_2 * x);
            mean += w * y;
            square += w * y * y;
        }
        (mean, (square - mean * mean).max(0.0))
    }

    /// Coefficients of f(Y) in the orthonormal Hermite polynomials of (Y − mean)/std, of degree 1 to `terms`.
    pub fn hermite(&self, terms: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut all = vec![0.0; terms];
        if self.std <= 0.0 {
            return all;
        }
        for (x, w) in HERMITE.iter() {
            let z = std::f64::consts::SQRT_2 * x;
            let y = w * f(self.mean + self.std * z);
            // h₀ = 1, √(n+1)·hₙ₊₁ = z·hₙ − √n·hₙ₋₁.
            let (mut before, mut now) = (0.0, 1.0);
            for (n, coefficient) in all.iter_mut().enumerate() {
                let n = n as f64;
                (before, now) = (now, (z * now - n.sqrt() * before) / (n + 1.0).sqrt());
                *coefficient += y * now;
            }
        }
        all
    }
}

/// Nodes and (normalised) weights of the 48-point Gauss-Hermite rule, by Newton iteration on the
/// orthonormal Hermite recurrence.
static HERMITE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    const N: usize = 48;
    let eval = |z: f64| {
        let (mut p1, mut p2) = (std::f64::consts::PI.powf(-0.25), 0.0);
        for j in 0..N {
            let p3 = p2;
            p2 = p1;
            p1 = z * (2.0 / (j as f64 + 1.0)).sqrt() * p2
                - (j as f64 / (j as f64 + 1.0)).sqrt() * p3;
        }
        (p1, (2.0 * N as f64).sqrt() * p2)
    };
    // Roots interlace: scan for sign changes on a fine grid, then polish.
    let limit = (2.0 * N as f64 + 1.0).sqrt();
    let steps = 20_000;
    let at = |k: usize| -limit + 2.0 * limit * k as f64 / f64::from(steps);
    let mut rule = Vec::with_capacity(N);
    for k in 0..steps as usize {
        if eval(at(k)).0.signum() != eval(at(k + 1)).0.signum() {
            let mut z = 0.5 * (at(k) + at(k + 1));
            for _ in 0..20 {
                let (p, dp) = eval(z);
                z -= p / dp;
            }
            let (_, dp) = eval(z);
            rule.push((z, 2.0 / (dp * dp) / std::f64::consts::PI.sqrt()));
        }
    }
    rule
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hermite_coefficients_give_the_covariance_behind_an_activation() {
        // For two standard normals with correlation ρ, E[relu(u)·relu(v)] is the arc-cosine kernel (Cho and Saul 2009).
        let y = Gaussian {
            mean: 0.0,
            std: 1.0,
        };
        let c = y.hermite(10, |x| x.max(0.0));
        let pi = std::f64::consts::PI;
        for rho in [-0.9f64, -0.4, 0.2, 0.6, 0.9] {
            let series: f64 = (1..).zip(&c).map(|(n, c)| c * c * rho.powi(n)).sum();
            let product = ((1.0 - rho * rho).sqrt() + rho * (pi - rho.acos())) / (2.0 * pi);
            let exact = product - 1.0 / (2.0 * pi);
            assert!((series - exact).abs() < 4e-3, "{rho}: {series} {exact}");
        }
        // Of a straight line only the first is not 0, and it is the spread.
        let line = y.hermite(4, |x| 2.0 * x);
        assert!((line[0] - 2.0).abs() < 1e-9 && line[1..].iter().all(|c| c.abs() < 1e-9));
    }

    /// Plain numerical integration, the slow truth.
    fn integrate(g: Gaussian, f: impl Fn(f64) -> f64) -> (f64, f64) {
        let n = 400_000;
        let (mut mean, mut square) = (0.0, 0.0);
        for i in 0..n {
            let z = -10.0 + 20.0 * (f64::from(i) + 0.5) / f64::from(n);
            let w = pdf(z) * 20.0 / f64::from(n);
            let y = f(g.mean + g.std * z);
            mean += w * y;
            square += w * y * y;
        }
        (mean, square - mean * mean)
    }

    #[test]
    fn clamped_moments_match_integration() {
        for (mean, std) in [
            (0.0, 1.0),
            (-1.5, 0.7),
            (5.5, 2.0),
            (0.3, 0.01),
            (-4.0, 1.0),
        ] {
            for (low, high) in [(0.0, f64::INFINITY), (0.0, 6.0), (-1.0, 1.0)] {
                let g = Gaussian { mean, std };
                let (m, v) = g.clamped(low, high);
                let (em, ev) = integrate(g, |y| y.clamp(low, high));
                assert!((m - em).abs() < 1e-6, "{mean} {std} {low} {high}: {m} {em}");
                assert!((v - ev).abs() < 1e-6, "{mean} {std} {low} {high}: {v} {ev}");
            }
        }
    }

    #[test]
    fn quadrature_matches_integration_for_smooth_functions() {
        let total: f64 = HERMITE.iter().map(|(_, w)| w).sum();
        assert_eq!(HERMITE.len(), 48);
        assert!((total - 1.0).abs() < 1e-12);
        let silu = |y: f64| y / (1.0 + (-y).exp());
        for (mean, std) in [(0.0, 1.0), (-1.5, 0.7), (3.0, 2.0)] {
            let g = Gaussian { mean, std };
            let ((m, v), (em, ev)) = (g.through(silu), integrate(g, silu));
            assert!(
                (m - em).abs() < 1e-6 && (v - ev).abs() < 1e-6,
                "{m} {em} {v} {ev}"
            );
        }
    }

    #[test]
    fn effective_scale_vanishes_with_the_variance() {
        let g = Gaussian::batch_norm(2.0, 0.1, 1e-12, 1e-5);
        assert!(g.std < 1e-3);
        let g = Gaussian::batch_norm(2.0, -0.1, 0.0, 0.0);
        assert_eq!((g.std, g.at_most(0.0)), (0.0, 1.0));
        assert_eq!(
            Gaussian {
                mean: 0.1,
                std: 0.0
            }
            .at_most(0.0),
            0.0
        );
    }

    #[test]
    fn tail_probabilities_keep_their_digits() {
        let g = Gaussian {
            mean: 8.0,
            std: 1.0,
        };
        let p = g.at_most(0.0);
        assert!((p / 6.220_960_574_271_785e-16 - 1.0).abs() < 1e-9, "{p}");
    }
}
