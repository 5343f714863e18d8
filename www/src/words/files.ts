/**
 * Headings and states in CSV files. Programs read them, and those of the curves are `prune sweep`'s: they are the same
 * in every language, which is why they are no words of `Words`.
 */
export const PLAN_COLUMNS = ["norm", "activation", "channel", "mean", "std", "probability", "saturation", "state"];

export const PLAN_STATES = ["kept", "output dead", "input dead", "both dead", "removed", "withheld"] as const;

export const CURVE_COLUMNS = [
  "criterion",
  "compensation",
  "knob",
  "channels",
  "params",
  "macs",
  "accuracy",
  "lo",
  "hi",
  "agreement",
  "kl",
];
