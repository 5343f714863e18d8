/** What records of evaluated images say so far; the core's report, with intervals, follows at the end. */

/** Numbers per image: index, class, rank of the truth twice, best class twice, KL. */
export const RECORD = 7;

export interface Tally {
  images: number;
  /** Images whose class is known. */
  labelled: number;
  right: [number, number];
  agreeing: number;
}

export const emptyTally = (): Tally => ({ images: 0, labelled: 0, right: [0, 0], agreeing: 0 });

export function addRecords(to: Tally, records: Float64Array): Tally {
  const { right, ...rest } = to;
  const sum: Tally = { ...rest, right: [...right] };
  for (let at = 0; at + RECORD <= records.length; at += RECORD) {
    sum.images++;
    if (records[at + 1]! >= 0) {
      sum.labelled++;
      if (records[at + 2] === 0) sum.right[0]++;
      if (records[at + 3] === 0) sum.right[1]++;
    }
    if (records[at + 4] === records[at + 5]) sum.agreeing++;
  }
  return sum;
}
