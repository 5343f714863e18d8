// Moments of the normal distribution, from their definitions.

/** Density of N(0, 1). */
export const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Φ: distribution function of N(0, 1), by its power series, or by the continued fraction of the tail. */
export function distribution(x) {
  if (Math.abs(x) > 4) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / (Math.abs(x) + fraction);
    const tail = density(x) / (Math.abs(x) + fraction);
    return x > 0 ? 1 - tail : tail;
  }
  let sum = 0;
  for (let k = 0, term = x; k < 120; k++) {
    sum += term;
    term *= (x * x) / (2 * k + 3);
  }
  return 0.5 + density(x) * sum;
}

/** E[max(0, Y)] for Y ~ N(mean, std²). */
export function relu(mean, std) {
  if (std === 0) return Math.max(0, mean);
  return mean * distribution(mean / std) + std * density(mean / std);
}
