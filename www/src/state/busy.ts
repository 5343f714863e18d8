import { signal } from "@preact/signals";

/** Whether the lab's workers compute: they share the processor with every measurement of time. */
export const busy = signal(false);
