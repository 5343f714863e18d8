/** The coupling of the selected channel, as the graph says it. */
export const COUPLED = {
  writes: "writes the selected channel",
  carries: "carries the selected channel",
  reads: "reads the selected channel",
  ties: "ties the selected channel to others",
} as const;

export const GRAPH = {
  hint: "Outlined: what goes with the selected channel, from what writes it to what reads it.",
  show: "Selected",
  showTitle: "To the layer of the selected channel",
} as const;
