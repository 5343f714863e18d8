/** The channel map: picture, table, one layer alone. */
export const map = {
  step: "Channels",
  name: "Channel map",
  role: "channel map",
  help: "Arrow keys move between layers and channels, with Shift ten at a time; Enter opens the channel; Z shows the layer alone, Escape all layers; L locks the layer. The button Table shows the same as a table.",
  hint: "Point at a cell to name the channel, click to open it; click a layer’s name to see it alone, its padlock to keep it whole.",
  rowHint:
    "Sorted by score; everything right of the bar is removed. The line over the cells is P, from 0 at the bottom to 1.",
  table: "Table",
  /** Over the cut of a layer seen alone. */
  cut: "cut",
  cutAt: (threshold: number) => `τ = ${threshold}`,
  legend: {
    name: "Colours of the channel map",
    alive: "kept, paler = likelier dead",
    outputDead: "output dead",
    inputDead: "input dead",
    bothDead: "both dead",
    removed: "little influence",
    withheld: "dead but withheld",
    linear: "no probability",
  },
  /** By the core's number of the state. */
  states: ["kept", "output dead", "input dead", "both dead", "removed", "withheld"] as readonly string[],

  asTable: {
    name: "Channel map as a table",
    layers: "Layers of the channel map",
    layer: "Layer",
    lock: "Lock",
    channels: "Channels",
    kept: "Kept",
    outputDead: "Output dead",
    inputDead: "Input dead",
    bothDead: "Both dead",
    other: "Other",
    withheld: "Withheld",
    lockOf: (layer: string) => `Lock ${layer}`,
    channelsOf: (layer: string) => `Channels of ${layer}`,
    channel: "Channel",
    beta: "β",
    s: "s",
    p: "P",
    state: "State",
    open: (channel: number) => `Open channel ${channel}`,
    none: "none",
  },

  row: {
    all: "← All layers",
    allKey: "Escape",
    previous: "Previous layer",
    next: "Next layer",
    noLayer: "No single layer writes these channels",
    lockHelp: "All channels of a locked layer stay",
    lock: "Lock this layer",
    facts: (activation: string, stay: number, of: number, withheld: number) =>
      `${activation} · ${stay} of ${of} stay${withheld > 0 ? `, ${withheld} of them dead but withheld` : ""}`,
  },

  readOut: {
    noProbability: "no probability",
    probability: (p: string) => `P = ${p}`,
    /** `own`: the limits of its layer alone, "" for none. */
    channel: (layer: string, channel: number, activation: string, pinned: string, state: string, own: string) =>
      `${layer} · channel ${channel} · ${activation} · ${pinned} · ${state}${own && ` · ${own}`}`,
    layer: (layer: string, channels: number, activation: string) =>
      `${layer} · ${channels} channels · ${activation} · click to see this layer alone`,
    noLock: (layer: string) => `${layer} · no single layer writes these channels, so there is none to lock`,
    locked: (layer: string) => `${layer} · locked: all its channels stay · click to unlock`,
    lock: (layer: string) => `${layer} · click to lock: all its channels stay`,
  },
};
