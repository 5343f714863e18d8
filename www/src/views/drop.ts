/** A drop anywhere on the page takes the same way as the buttons. */
import { sortFiles } from "../lib/files";
import { openFiles } from "../state/models";
import { dropping } from "../state/store";

export function acceptDrops(): void {
  let depth = 0;
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  window.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth++;
    dropping.value = true;
  });
  window.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) dropping.value = false;
  });
  window.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    depth = 0;
    dropping.value = false;
    // A part of the page that takes files of its own has taken these already.
    if (!carriesFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    void openFiles(sortFiles([...(event.dataTransfer?.files ?? [])]), event.timeStamp);
  });
}
