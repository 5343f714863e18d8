/** Whether two series that were measured in turns differ, without assuming how their noise is distributed. */

/** Two-sided sign test of the pairs at 5 %: ties say nothing. */
export function differs(a: readonly number[], b: readonly number[]): boolean {
  let [less, more] = [0, 0];
  a.forEach((value, i) => {
    const other = b[i];
    if (other === undefined || value === other) return;
    if (value < other) less++;
    else more++;
  });
  const n = less + more;
  // The binomial tail at the rarer sign, twice.
  let [term, tail] = [0.5 ** n, 0];
  for (let k = 0; k <= Math.min(less, more); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return n > 0 && 2 * tail < 0.05;
}
