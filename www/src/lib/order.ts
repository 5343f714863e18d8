/**
 * Sorted rows of the channel map. A row's cells run from "stays longest" (left) to "goes first"
 * (right), so a threshold is one position per row and a drag is one binary search per row.
 */

export interface Row {
  offset: number;
  channels: number;
}

export interface Order {
  /** Flat channel indices; row r occupies the same slots as in the flat arrays. */
  channels: Uint32Array;
  /** The keys in that order; −∞ where a channel can never go. */
  keys: Float32Array;
}

/** `keys`: the larger, the sooner a channel goes. NaN = can never go. */
export function sortRows(rows: readonly Row[], keys: Float32Array): Order {
  const channels = new Uint32Array(keys.length);
  const sorted = new Float32Array(keys.length);
  for (const row of rows) {
    const end = row.offset + row.channels;
    const slots = Array.from({ length: row.channels }, (_, i) => row.offset + i);
    slots.sort((a, b) => finite(keys[a]!) - finite(keys[b]!) || a - b);
    channels.set(slots, row.offset);
    for (let i = row.offset; i < end; i++) sorted[i] = finite(keys[channels[i]!]!);
  }
  return { channels, keys: sorted };
}

// A large finite stand-in: −∞ − −∞ is NaN, which would break the comparison.
const NEVER = -3e38;
function finite(key: number): number {
  return Number.isNaN(key) ? NEVER : key;
}

/** How many of the row's cells lie left of the cut (have a key below `cut`). */
export function cutPosition(order: Order, row: Row, cut: number): number {
  let low = row.offset;
  let high = row.offset + row.channels;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.keys[middle]! < cut) low = middle + 1;
    else high = middle;
  }
  return low - row.offset;
}

/** Criteria score "small goes first"; the map sorts "large goes first". */
export function negated(scores: Float32Array): Float32Array {
  return scores.map((score) => -score);
}
