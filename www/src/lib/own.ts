/**
 * What single rows of the map have to themselves, as one short text: "3t0.9f16*7m8" gives row 3 the
 * threshold 0.9 and a floor of 16, row 7 a multiple of 8. A text, because it is a link's field, and
 * because equal texts are equal limits.
 */

export interface Own {
  threshold?: number;
  share?: number;
  floor?: number;
  multiple?: number;
}

export type OwnKey = keyof Own;

const LETTERS: Record<OwnKey, string> = { threshold: "t", share: "s", floor: "f", multiple: "m" };
const KEYS = Object.keys(LETTERS) as OwnKey[];
const MOST_ROWS = 2000;

/** Within what the controls could set; a whole number where channels are counted. */
function clamp(key: OwnKey, value: number): number {
  const [low, high] = { threshold: [0, 1], share: [0, 0.99], floor: [1, 65536], multiple: [1, 256] }[key] as [
    number,
    number,
  ];
  const whole = key === "floor" || key === "multiple";
  return Math.min(high, Math.max(low, whole ? Math.round(value) : value));
}

/** Rows from `rows` on are left out, as is what can not be read. */
export function readOwn(text: string, rows = Number.POSITIVE_INFINITY): Map<number, Own> {
  const all = new Map<number, Own>();
  for (const part of text.split("*").slice(0, MOST_ROWS)) {
    const [, row, rest] = /^(\d{1,6})(\D.*)$/.exec(part) ?? [];
    if (row === undefined || Number(row) >= rows) continue;
    const own: Own = {};
    for (const [, letter, number] of rest!.matchAll(/([tsfm])(\d+(?:\.\d+)?(?:e-?\d+)?)/g)) {
      const key = KEYS.find((it) => LETTERS[it] === letter)!;
      own[key] = clamp(key, Number(number));
    }
    if (KEYS.some((key) => own[key] !== undefined)) all.set(Number(row), own);
  }
  return all;
}

export function writeOwn(all: ReadonlyMap<number, Own>): string {
  const rows = [...all].toSorted(([a], [b]) => a - b);
  const text = (own: Own) =>
    KEYS.flatMap((key) => (own[key] === undefined ? [] : [`${LETTERS[key]}${own[key]}`])).join("");
  return rows
    .map(([row, own]) => [row, text(own)] as const)
    .filter(([, own]) => own !== "")
    .map(([row, own]) => `${row}${own}`)
    .join("*");
}

/** The text as it is written here, without what can not be read and rows that are not there. */
export function tidyOwn(text: string, rows?: number): string {
  return writeOwn(readOwn(text, rows));
}

/** The text with one thing of one row set, or left to the plan again. */
export function withOwn(text: string, row: number, key: OwnKey, value: number | null): string {
  const all = readOwn(text);
  const { [key]: _, ...rest } = all.get(row) ?? {};
  all.set(row, value === null ? rest : { ...rest, [key]: clamp(key, value) });
  return writeOwn(all);
}
