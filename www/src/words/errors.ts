/** What goes wrong in the engine. The core's own sentences come as they are, in English: see README.md. */
export const errors = {
  unknown: "Something went wrong without saying what.",
  /** Thrown by a worker as these names, so that workers need no words. */
  worker: {
    "no-search": "No search is under way.",
    "no-network": "No network is open.",
    "no-lab-network": "This worker of the lab has no network yet.",
    "other-network": "Another network was opened in between.",
    "other-product": "The pruned network was replaced in between: try again.",
  },
  restarted: "Restarted.",
  notStarted: "The worker could not be started.",
  /** `why` without its full stop. */
  openingStopped: (name: string, why: string) =>
    `${name} stopped the engine (${why}); it was restarted and what was open still is.`,
  recovered: (why: string, file: string | undefined) =>
    `The engine stopped (${why}); it was restarted and ${file ?? "the page"} is open again.`,
  notRecovered: (why: string) => `The engine stopped and could not open the network again: ${why}`,
  workStopped: (why: string) =>
    `The engine stopped while working (${why}); it was restarted, and your network is still open.`,
};
