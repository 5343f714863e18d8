/** The frame of the page: bar, panels, messages, buttons that are everywhere. */
export const page = {
  /** As in index.html and manifest.webmanifest, which stand there before any of this is loaded. */
  title: "Channel pruning playground",
  shortTitle: "Channel pruning",
  description:
    "See which channels of an ONNX image network are probably dead, drag a threshold, and take home the smaller network. Everything runs in this page.",
  noScript: "This page computes everything in your browser and needs JavaScript for it.",

  privacy: "Your files stay on this device.",
  privacyMore: "Networks and images are read, pruned and run in this page; nothing is uploaded.",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  fullScreenHelp: "Large type, and only the map, the knob and what it does",
  report: "Report",
  export: { name: "Export", figures: "Figures on the page", tables: "Tables" },
  copyLink: "Copy link",
  stop: "Stop",
  stopped: "Stopped.",
  /** Work that goes on: "Pruning…". */
  ongoing: (what: string) => `${what}…`,
  dismiss: "Dismiss",
  drop: "Drop an ONNX network, images to run it on, or labelled images for the Lab",
  newer: "A newer version of this page is ready: the next load shows it.",

  channels: "Channels",
  panels: {
    name: "Below the map",
    channel: "Channel",
    cases: "Four cases",
    graph: "Network",
    compare: "Compare",
    lab: "Lab",
  },
  enlarge: "Enlarge",
  showMap: "Show the map again",
  splitter: {
    name: "Height of the panel below the map",
    value: (percent: number) => `${percent} % of the height`,
    help: "Drag, or use the arrow keys, to share the height between map and panel; Enter or a double click sets it back",
  },

  undo: "Undo",
  /** Beside what was changed by itself; not a second button named Undo. */
  revert: "Revert",
  redo: "Redo",
  undoKeys: "Ctrl+Z",
  redoKeys: "Ctrl+Shift+Z",
  /** Tooltip of undo and redo; `change` says what would change, null where there is nothing to go to. */
  step: (name: string, change: string | null, keys: string) =>
    `${name}${change === null ? "" : `: ${change || "another plan"}`} (${keys})`,

  /** `picture` is one of the names in pictures.ts. */
  saveAs: (picture: string, format: string) => `Save the ${picture} as ${format}`,
  svg: "SVG",
  png: "PNG",

  link: {
    network: "your network",
    images: "your images",
    measurement: "the measurement",
    labels: "your labels",
    repair: "the repair",
    missing: (what: readonly string[]) =>
      what.length > 0 ? ` Not in it: ${what.join(", ")}; files stay on this device.` : "",
    copied: (withSample: boolean, missing: string) =>
      `Link copied: it holds ${withSample ? "the sample, " : ""}the whole plan and what is on the screen.${missing}`,
    inAddressBar: (missing: string) =>
      `The browser does not let the page copy; the link is in the address bar.${missing}`,
    laterVersion: "This link was made by a later version of the page; what is understood of it is shown.",
    file: (file: string) => `This link was made with ${file}. Drop it to continue.`,
    sample: (file: string) =>
      `This link was made with ${file}, which is none of the samples here. Drop it to continue, or choose a sample.`,
    tooLong: (length: string, most: string) =>
      `This link is ${length} characters long, and the page reads ${most} at most: it was not opened.`,
    unread: (fields: readonly string[]) =>
      `Not everything in this link could be read: ${fields.join(", ")}. Defaults are used for these.`,
  },
};
