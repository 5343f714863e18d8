/**
 * What a person typed as a number: with a point, or with one comma where that is the decimal sign of their keyboard.
 * Null for everything else, and for "1,000", which some read as one and others as a thousand.
 */
export function readNumber(text: string): number | null {
  const typed = text.trim().replace("−", "-");
  if (/^[-+]?[1-9]\d{0,2}(,\d{3})+$/.test(typed)) return null;
  const pointed = /^[-+]?\d*,\d+$/.test(typed) ? typed.replace(",", ".") : typed;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(pointed)) return null;
  const value = Number(pointed);
  return Number.isFinite(value) ? value : null;
}
