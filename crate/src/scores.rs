//! What a classifier's scores say.

/// Probabilities of the classes: softmax in f64, unless the scores are `probabilities` already.
pub fn distribution(scores: &[f32], probabilities: bool) -> Vec<f64> {
    if probabilities {
        return scores.iter().map(|s| f64::from(*s)).collect();
    }
    // Safe against large scores.
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps: Vec<f64> = scores.iter().map(|s| f64::from(s - most).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.into_iter().map(|e| e / sum).collect()
}

/// The class that is named: the first of the largest.
pub fn best(p: &[f64]) -> usize {
    (0..p.len()).fold(0, |best, i| if p[i] > p[best] { i } else { best })
}

/// KL(p ‖ q) in nats.
pub fn divergence(p: &[f64], q: &[f64]) -> f64 {
    let term = |(p, q): (&f64, &f64)| match *p > 0.0 {
        true => p * (p / q.max(1e-12)).ln(),
        false => 0.0,
    };
    p.iter().zip(q).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_scores_and_ties() {
        let p = distribution(&[1e4, 1e4, -1e4], false);
        assert_eq!(p, [0.5, 0.5, 0.0]);
        assert_eq!(best(&p), 0);
        assert_eq!(distribution(&[0.25, 0.75], true), [0.25, 0.75]);
    }
}
