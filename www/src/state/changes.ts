/** What changed the plan other than its own controls, and alerts that end when the same kind of work succeeds. */

import { computed, signal } from "@preact/signals";
import { alertText, planKey } from "./store";

const last = signal<{ text: string; key: string; undoable: boolean } | null>(null);

/** Said as long as the plan is the one that it speaks of. */
export const change = computed(() => (last.value?.key === planKey.value ? last.value : null));

/** To be called when the new plan is set. */
export function changed(text: string, undoable = true): void {
  last.value = text ? { text, key: planKey.peek(), undoable } : null;
}

type Kind = "plan" | "solve" | "measure" | "order";

let about: { kind: Kind; text: string } | null = null;

export function alertOf(kind: Kind, text: string): void {
  about = { kind, text };
  alertText.value = text;
}

/** Work of this kind succeeded: what was said of its last failure is over. */
export function succeeded(kind: Kind): void {
  if (about?.kind !== kind) return;
  if (alertText.peek() === about.text) alertText.value = "";
  about = null;
}
