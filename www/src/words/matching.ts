/** How the images' classes were brought to the network's outputs. */
import { plural } from "../lib/format";
import type { Matching } from "../wasm/core";

const IN_ORDER =
  "so the images’ classes were taken in order: the first is the network’s first output, and so on. If its order is another, what is called right here is not.";

export const matching = {
  text: ({ by_name, labels, missing, classes }: Matching): string => {
    if (by_name && classes === 1)
      return `The images’ class was found by its name among the network’s labels (${labels}).`;
    if (by_name) {
      return `All ${plural(classes, "class", "classes")} of the images were found by name among the network’s labels (${labels}).`;
    }
    return missing && labels
      ? `“${missing}” is not among the network’s labels (${labels}), ${IN_ORDER}`
      : `No labels are known for this network’s outputs, ${IN_ORDER}`;
  },
};
