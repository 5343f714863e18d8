/** Where the selected channel runs in the network graph. */
import { computed } from "@preact/signals";
import { type Coupled, trace } from "../lib/coupling";
import { explanation } from "./explain";
import { drawing } from "./topology";

/** Null while nothing is selected or known. */
export const coupled = computed<Coupled | null>(() =>
  drawing.value && explanation.value ? trace(drawing.value.topology, explanation.value) : null,
);
