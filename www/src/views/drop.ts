/** A drop anywhere on the page takes the same way as the buttons. */
import { imagesOf } from "../lib/files";
import { draggedFiles } from "../lib/folders";
import { arrive, arriveFolder } from "../state/arrivals";
import { addImages } from "../state/pictures";
import { dropping, noticeText } from "../state/store";
import { words } from "../words";

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
    const items = [...(event.dataTransfer?.items ?? [])];
    const folder = items.some((it) => it.webkitGetAsEntry?.()?.isDirectory);
    const at = event.timeStamp;
    // Files alone take the short way: no wait between the drop and the opening.
    if (!folder) void arrive([...(event.dataTransfer?.files ?? [])], at);
    else void draggedFiles(event.dataTransfer!).then((files) => arriveFolder(files, at));
  });
}

/** Images from the clipboard take the same way too. */
export function acceptPastes(): void {
  window.addEventListener("paste", (event) => {
    const files = imagesOf([...(event.clipboardData?.files ?? [])]);
    if (files.length === 0) return;
    event.preventDefault();
    addImages(files);
    noticeText.value = words.proof.pasted(files.length);
  });
}
