/**
 * A sentence with marked parts. It comes from the words as one string ("Read as <strong>cifar10</strong>"), so that a
 * translation can move them about; only these two marks are known, and everything else is text.
 */
const MARK = /<(b|strong)>(.*?)<\/\1>/g;

export function Marked({ text }: { text: string }) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(MARK)) {
    const [all, Mark, inside] = found as unknown as [string, "b" | "strong", string];
    parts.push(text.slice(from, found.index), <Mark key={found.index}>{inside}</Mark>);
    from = found.index + all.length;
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}
