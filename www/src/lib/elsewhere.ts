/**
 * Files of other hosts. The page's own Content-Security-Policy lets it connect to nobody; a frame without the page's origin,
 * with a policy of its own, fetches the one file (public/fetch.html). It is made for that file and removed afterwards.
 */

/** What an address names. */
export interface Elsewhere {
  url: string;
  /** With its port, where that is not the usual one. */
  host: string;
  /** The last part of the path. */
  file: string;
}

/** Longer ones are no addresses of files. */
const LONGEST = 2000;

/** Null for what is no address of a file that the page may fetch: `https`, or `http` on this machine. */
export function elsewhere(address: string): Elsewhere | null {
  if (address.length > LONGEST || !URL.canParse(address)) return null;
  const url = new URL(address);
  const here = url.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname);
  if ((url.protocol !== "https:" && !here) || url.username || url.password) return null;
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  let file = last;
  try {
    file = decodeURIComponent(last).replace(/[/\\\p{Cc}]/gu, "_");
  } catch {
    // A stray per cent sign stays what it is.
  }
  return { url: url.href, host: url.host, file: file || "model.onnx" };
}

/** Why a file did not come: the host's answer, a size above the limit, or, if both are 0, no answer that a page may read. */
export class NotFetched extends Error {
  constructor(
    readonly status: number,
    readonly size: number,
  ) {
    super();
  }
}

/** `progress(received, size)` in bytes; the size is 0 where the host does not say it. Null when it was stopped. */
export async function fetchElsewhere(
  url: string,
  most: number,
  stop: AbortSignal,
  progress: (received: number, size: number) => void,
): Promise<Blob | null> {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.src = "fetch.html";
  const { port1: ours, port2: theirs } = new MessageChannel();
  try {
    await new Promise((resolve, reject) => {
      frame.onload = resolve;
      frame.onerror = () => reject(new NotFetched(0, 0));
      document.body.append(frame);
    });
    return await new Promise<Blob | null>((resolve, reject) => {
      const stopped = () => {
        ours.postMessage("stop");
        resolve(null);
      };
      if (stop.aborted) return stopped();
      stop.addEventListener("abort", stopped, { once: true });
      ours.onmessage = ({ data }) => {
        if (data.failed) reject(new NotFetched(data.status, data.size));
        else if (data.content) resolve(data.content);
        else progress(data.received, data.size);
      };
      // It has no origin that could be named; what it is sent is the address and the limit.
      frame.contentWindow?.postMessage({ url, most }, "*", [theirs]);
    });
  } finally {
    ours.close();
    frame.remove();
  }
}
