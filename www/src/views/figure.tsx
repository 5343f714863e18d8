/** What is drawn on the page and can leave it as a picture: a view names its drawing, the export menu lists it. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Picture } from "../charts/picture";

export interface Drawn {
  picture: string;
  /** The file's name without its ending. */
  stem: () => string;
  draw: () => Picture | null;
}

/** Those that are on the page, in the order in which they came. */
export const figures = signal<readonly Drawn[]>([]);

/** Lists a drawing for as long as its view is there and has something to draw. */
export function Figure({ disabled = false, ...of }: Drawn & { disabled?: boolean }) {
  const latest = useRef(of);
  latest.current = of;
  const { picture } = of;
  useEffect(() => {
    if (disabled) return;
    const mine: Drawn = { picture, stem: () => latest.current.stem(), draw: () => latest.current.draw() };
    figures.value = [...figures.peek(), mine];
    return () => {
      figures.value = figures.peek().filter((it) => it !== mine);
    };
  }, [picture, disabled]);
  return null;
}
