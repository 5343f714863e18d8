/** What a file is, by its first bytes: data sets come as archives and binaries that no name need give away. */

export type Contents = "zip" | "data" | "unknown";

/** Enough for a tar's name and mark. */
const HEAD = 512;
const CIFAR = [
  { record: 3073, bounds: [10] },
  { record: 3074, bounds: [20, 100] },
] as const;
/** Records of a CIFAR file whose labels are looked at. */
const LOOKED_AT = 64;

async function bytes(blob: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(from, to).arrayBuffer());
}

function isTar(head: Uint8Array): boolean {
  return new TextDecoder().decode(head.subarray(257, 262)) === "ustar";
}

/** Images or labels: unsigned bytes in one to four dimensions. */
function isIdx([a, b, type, dimensions]: Uint8Array): boolean {
  return a === 0 && b === 0 && type === 8 && dimensions! >= 1 && dimensions! <= 4;
}

/** The first unpacked bytes; none where it is no gzip after all. */
async function unpackedHead(blob: Blob): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD);
  let filled = 0;
  const reader = blob
    .slice(0, 1 << 16)
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .getReader();
  try {
    while (filled < HEAD) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, HEAD - filled);
      head.set(part, filled);
      filled += part.length;
    }
  } catch {
    // Cut off on purpose, or damaged: what came so far tells.
  }
  await reader.cancel().catch(() => {});
  return head.subarray(0, filled);
}

/** Whole records whose labels are all in range, also where their first bytes look like something else. */
async function isCifar(blob: Blob): Promise<boolean> {
  for (const { record, bounds } of CIFAR) {
    if (blob.size === 0 || blob.size % record !== 0) continue;
    const records = blob.size / record;
    const step = Math.max(1, Math.floor(records / LOOKED_AT));
    let fits = true;
    for (let i = 0; i < records && fits; i += step) {
      const labels = await bytes(blob, i * record, i * record + bounds.length);
      fits = bounds.every((bound, k) => labels[k]! < bound);
    }
    if (fits) return true;
  }
  return false;
}

export async function contentsOf(blob: Blob): Promise<Contents> {
  const head = await bytes(blob, 0, HEAD);
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const inside = await unpackedHead(blob);
    return isTar(inside) || isIdx(inside) ? "data" : "unknown";
  }
  if (isTar(head) || isIdx(head)) return "data";
  return (await isCifar(blob)) ? "data" : "unknown";
}
