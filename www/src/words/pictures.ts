/** What is written on pictures that are saved, and what they are called where they are. */
export const pictures = {
  names: {
    map: "channel map",
    curve: "savings curve",
    channel: "channel",
    stages: "four cases",
    graph: "network",
    compare: "comparison",
    curves: "curves",
    evaluation: "evaluation",
    fit: "test of the Gaussian",
  },
  failed: (picture: string) => `The browser could not make a file of the ${picture}.`,

  map: (file: string) => `Channels of ${file}`,
  row: (layer: string, file: string) => `Channels of ${layer} in ${file}`,
  curve: (file: string) => `What pruning ${file} saves`,
  channel: (channel: number, layer: string, file: string, state: string) =>
    `Channel ${channel} of ${layer} in ${file}: ${state}`,
  stages: (channel: string, step: string, file: string) => `${channel}: ${step} (${file})`,
  graph: (file: string) => `Layers of ${file}`,
  compare: (file: string) => `Two criteria on ${file}`,
  curves: (file: string) => `Accuracy and cost of plans for ${file}`,
  evaluation: (file: string) => `${file} on labelled images`,
  fit: (file: string) => `Does the Gaussian hold for ${file}?`,

  plan: (criterion: string, amount: string, compensation: string) =>
    `${criterion}, ${amount}; compensation ${compensation}`,
  threshold: (amount: number) => `τ = ${amount}`,
  share: (amount: number) => `share ${amount}`,
  saved: (params: string, macs: string, channels: string) =>
    `Removed: ${params} of the parameters, ${macs} of the MACs, ${channels} of the channels`,
  side: (name: string, plan: string, saved: string) => `${name}: ${plan}. ${saved}`,

  was: "channels as they were",
  stays: "channels that stay",
  together: "removed with the selected channel",
  gaussian: "Gaussian of β and γ",
  pinned: "P: what the activation pins",
  measured: "measured on images",
  parameters: "parameters removed",
  macs: "MACs removed",
  upwards: "removed, %",
  byThreshold: "threshold τ",
  byShare: "share of the channels",
  onlyA: "only by A",
  onlyB: "only by B",
  both: "removed by both",
  judged: (what: string, a: string, b: string) => `${what}: A ${a}, B ${b}`,
  split: (both: number, a: number, b: number, of: number) => `${both} · A ${a} · B ${b} / ${of}`,
  change: (before: string, after: string) => `${before} → ${after} %`,
};
