/** A word of the field with a plain explanation, for the pointer, the finger and the keyboard alike. */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { screen } from "../state/store";

/** Between the word and its explanation, and to the edges of the window. */
const GAP = 6;
const EDGE = 8;

export function Term({ means, children }: { means: string; children: ComponentChildren }) {
  const id = useId();
  const word = useRef<HTMLButtonElement>(null);
  const note = useRef<HTMLSpanElement>(null);
  const show = () => {
    const [at, box] = [word.current, note.current];
    if (!at || !box || box.matches(":popover-open")) return;
    // In the top layer, so that no box around it cuts it off.
    box.showPopover();
    const [of, own] = [at.getBoundingClientRect(), box.getBoundingClientRect()];
    const left = Math.max(EDGE, Math.min(innerWidth - own.width - EDGE, of.left));
    const above = of.top - own.height - GAP;
    box.style.left = `${left}px`;
    box.style.top = `${above > EDGE ? above : of.bottom + GAP}px`;
  };
  const hide = () => {
    if (note.current?.matches(":popover-open")) note.current.hidePopover();
  };
  // The research page is for those who know the words, and its lines are full.
  if (screen.mode.value === "research") return <>{children}</>;
  return (
    <>
      <button
        type="button"
        class="term"
        ref={word}
        aria-describedby={id}
        onPointerEnter={show}
        onPointerLeave={hide}
        onFocus={show}
        onBlur={hide}
        onClick={show}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !note.current?.matches(":popover-open")) return;
          // It closes what was opened last.
          event.preventDefault();
          event.stopPropagation();
          hide();
        }}
      >
        {children}
      </button>
      <span id={id} ref={note} role="tooltip" popover="manual" class="meaning">
        {means}
      </span>
    </>
  );
}
