/** After the download: what was saved, and what to do with it. */

export const saved = {
  file: "Saved to your downloads:",
  size: (before: string, after: string) => `${before} → ${after}.`,
  next: (inputs: string, outputs: string) =>
    `Run it as you ran the original: same ${inputs}, same ${outputs}, no special runtime.`,
  input: (list: string[]) => `${list.length === 1 ? "input" : "inputs"} ${list.join(", ")}`,
  output: (list: string[]) => `${list.length === 1 ? "output" : "outputs"} ${list.join(", ")}`,
  tensor: (name: string, shape: string) => `“${name}” (${shape})`,
  stale: (name: string) => `${name} was saved for an earlier plan: download again for this one.`,
};
