/** A drop anywhere on the page takes the same way as the buttons. */

import { droppedFiles, imagesOf, sortFiles } from "../lib/files";
import { openFiles } from "../state/models";
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
    if (!folder) void openFiles(sortFiles([...(event.dataTransfer?.files ?? [])]), at);
    else void droppedFiles(items).then((files) => openFolder(files, at));
  });
}

/** A folder may hold a network with its weights, images, and whatever else lies about. */
function openFolder(files: File[], at: number): void {
  const networks = files.filter((it) => /\.onnx(\.data)?$/i.test(it.name));
  const images = imagesOf(files);
  if (networks.length + images.length > 0) void openFiles(sortFiles([...networks, ...images]), at);
  else noticeText.value = words.network.nothingInFolder(files.length);
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
