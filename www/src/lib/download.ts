/** Offers bytes or text as a file. */
export function download(name: string, content: Blob | string, type = "application/octet-stream"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Browsers start reading asynchronously; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
