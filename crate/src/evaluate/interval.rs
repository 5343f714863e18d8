//! What a few hundred images can say of all images: 95 % intervals.

/// 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of a proportion: `hits` of `n`. Stays within [0, 1] and is honest near its ends, where the textbook
/// interval collapses to a point.
pub fn wilson(hits: u64, n: u64) -> [f64; 2] {
    if n == 0 {
        return [0.0, 1.0];
    }
    let (k, n) = (hits as f64, n as f64);
    let p = k / n;
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the bound is exact; rounding must not move it inwards.
    let low = if hits == 0 { 0.0 } else { centre - half };
    let high = if k == n { 1.0 } else { centre + half };
    [low.max(0.0), high.min(1.0)]
}

/// Tango's score interval (1998) of the difference of two paired proportions: of `n` images, `lost` only the first network
/// gets right and `won` only the second. Both see the same images, so this is much narrower than two separate intervals.
pub fn paired(lost: u64, won: u64, n: u64) -> [f64; 2] {
    if n == 0 {
        return [-1.0, 1.0];
    }
    let (lost, won, n) = (lost as f64, won as f64, n as f64);
    [-upper(won, lost, n), upper(lost, won, n)]
}

/// Largest difference (won − lost)/n that the score test does not reject.
fn upper(lost: f64, won: f64, n: f64) -> f64 {
    if won == n {
        return 1.0;
    }
    let mut low = (won - lost) / n;
    let mut high = 1.0;
    // The score falls as the difference grows: bisection down to the last bit that matters.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if score(lost, won, n, middle) > -Z {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Score statistic of the hypothesis that the difference is `d`.
fn score(lost: f64, won: f64, n: f64, d: f64) -> f64 {
    // The likeliest rate of `lost` under the hypothesis solves a q² + b q + c = 0.
    let a = 2.0 * n;
    let b = -lost - won + (2.0 * n - won + lost) * d;
    let c = -lost * d * (1.0 - d);
    let q = ((b * b - 4.0 * a * c).max(0.0).sqrt() - b) / (2.0 * a);
    let variance = n * (2.0 * q + d * (1.0 - d));
    if variance <= 0.0 {
        return if won - lost - n * d < 0.0 {
            f64::NEG_INFINITY
        } else {
            0.0
        };
    }
    (won - lost - n * d) / variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: [f64; 2], expected: [f64; 2]) {
        for (f, e) in found.into_iter().zip(expected) {
            assert!((f - e).abs() < 5e-5, "{found:?} is not {expected:?}");
        }
    }

    #[test]
    fn wilson_gives_published_values() {
        // Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
        near(wilson(81, 263), [0.2553, 0.3662]);
        near(wilson(15, 148), [0.0624, 0.1605]);
        near(wilson(0, 20), [0.0, 0.1611]);
        near(wilson(1, 29), [0.0061, 0.1718]);
        near(wilson(20, 20), [0.8389, 1.0]);
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
    }

    #[test]
    fn paired_intervals_are_those_of_the_constrained_likelihood() {
        // Found apart, by maximising the likelihood under the hypothesis numerically instead of by its formula.
        near(paired(0, 1, 44), [-0.059_393, 0.118_077]);
        near(paired(2, 12, 31), [0.096_767, 0.520_361]);
        near(paired(9, 4, 32), [-0.367_957, 0.068_972]);
        near(paired(5, 3, 1000), [-0.009_010, 0.004_378]);
        near(paired(40, 2, 50), [-0.867_141, -0.570_804]);
    }

    #[test]
    fn paired_intervals_are_symmetric_and_cover_the_estimate() {
        for (lost, won, n) in [
            (0, 0, 1000),
            (5, 3, 1000),
            (40, 2, 50),
            (0, 50, 50),
            (50, 0, 50),
        ] {
            let [low, high] = paired(lost, won, n);
            let [other_low, other_high] = paired(won, lost, n);
            near([low, high], [-other_high, -other_low]);
            let estimate = (won as f64 - lost as f64) / n as f64;
            assert!((-1.0..=estimate + 1e-12).contains(&low), "{low} {estimate}");
            assert!(
                (estimate - 1e-12..=1.0).contains(&high),
                "{high} {estimate}"
            );
        }
        // No image of a thousand tells them apart: z²/(n + z²).
        near(paired(0, 0, 1000), [-0.003_827, 0.003_827]);
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        // Every outcome of 30 images, weighted by its probability: at least 93 % on average over the true rates.
        let n = 30u64;
        let mut covered = 0.0;
        let rates: Vec<f64> = (1..20).map(|i| f64::from(i) / 20.0).collect();
        for p in &rates {
            let mut chance = (1.0 - p).powi(n as i32);
            for k in 0..=n {
                let [low, high] = wilson(k, n);
                if low <= *p && *p <= high {
                    covered += chance;
                }
                chance *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
            }
        }
        let mean = covered / rates.len() as f64;
        assert!((0.94..0.97).contains(&mean), "{mean}");
    }
}
