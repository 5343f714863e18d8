/**
 * Node names as exporters write them are long and repeat themselves:
 * "/features/features.1/conv/conv.0/conv.0.1/BatchNormalization". A row label needs the part that
 * tells rows apart; the full name stays in the tooltip.
 */

const OPERATORS = /^(BatchNormalization|Conv|Gemm|MatMul|Relu|Clip)(_\d+)?$/;

/** One node name without the operator at its end and without segments that the next one repeats. */
function essence(name: string): string[] {
  const parts = name.split("/").filter(Boolean);
  if (parts.length > 1 && OPERATORS.test(parts.at(-1)!)) parts.pop();
  return parts.filter((part, i) => {
    const next = parts[i + 1];
    return !(next?.startsWith(`${part}.`) || next === part);
  });
}

/** Labels in the same order, shortened by what all of them share; falls back to the whole name. */
export function shortNames(names: readonly string[]): string[] {
  const split = names.map(essence);
  const first = split[0];
  let shared = 0;
  if (first && split.length > 1) {
    while (split.every((parts) => parts.length > shared + 1 && parts[shared] === first[shared])) shared++;
  }
  const short = split.map((parts) => parts.slice(shared).join("/"));
  const unique = new Set(short).size === new Set(names).size;
  return short.map((label, i) => (unique && label ? label : names[i]!));
}

/** The last segments that fit in `limit` characters, with an ellipsis in front. */
export function clip(name: string, limit: number): string {
  return name.length <= limit ? name : `…${name.slice(name.length - limit + 1)}`;
}
