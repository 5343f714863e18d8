/** What stands on saved pictures, and on the buttons that save them. */
export const SAVE = {
  as: (picture: string, kind: string) => `Save the ${picture} as ${kind}`,
  failed: (picture: string) => `The browser could not make a file of the ${picture}.`,
  heading: "Save as",
};

/** What a button saves. */
export const PICTURES = {
  map: "channel map",
  curve: "savings curve",
  channel: "channel",
  stages: "four cases",
  graph: "network",
  compare: "comparison",
  curves: "curves",
  evaluation: "evaluation",
  fit: "test of the Gaussian",
};

export const PICTURE = {
  map: (file: string) => `Channels of ${file}`,
  row: (file: string, layer: string) => `Channels of ${layer} in ${file}`,
  curve: (file: string) => `What pruning ${file} saves`,
  channel: (channel: number, layer: string, file: string) => `Channel ${channel} of ${layer} in ${file}`,
  graph: (file: string) => `Layers of ${file}`,
  compare: (file: string) => `Two criteria on ${file}`,
  curves: (file: string) => `Accuracy and cost of plans for ${file}`,
  evaluation: (file: string) => `${file} on labelled images`,
  plan: (criterion: string, amount: string, compensation: string) =>
    `${criterion}, ${amount}; compensation ${compensation}`,
  saved: (params: string, macs: string, channels: string) =>
    `Removed: ${params} of the parameters, ${macs} of the MACs, ${channels} of the channels`,
  removed: "removed",
  kept: "kept",
  was: "channels as they were",
  stays: "channels that stay",
  gaussian: "Gaussian of β and γ",
  pinnedArea: "P: what the activation pins",
  measured: "measured on images",
  parameters: "parameters removed",
  macs: "MACs removed",
  percentRemoved: "removed, %",
  threshold: "threshold τ",
  share: "share of the channels",
  both: "removed by both",
  onlyA: "only by A",
  onlyB: "only by B",
  side: (name: string, plan: string, facts: string) => `${name}: ${plan} (${facts})`,
  original: "original",
};

/** Colours of the channel map, as the page and the saved picture name them. */
export const STATE_LEGEND = {
  alive: "kept, darker = likelier dead",
  outputDead: "output dead",
  inputDead: "input dead",
  bothDead: "both dead",
  removed: "removed otherwise",
  withheld: "dead but withheld",
  linear: "no probability",
};
