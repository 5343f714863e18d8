/** Reads what a page needs of a zip: the names inside, and one of the files. Nothing else is unpacked. */
import { words } from "../words";

export interface ZipEntry {
  name: string;
  /** Unpacked. */
  size: number;
  packed: number;
  method: number;
  encrypted: boolean;
  /** Where its local header begins. */
  at: number;
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
/** The end record, and the longest comment that may follow it. */
const TAIL = 22 + 0xffff;
/** Sizes that stand elsewhere: archives beyond 4 GB, which no tab holds. */
const ELSEWHERE = 0xffffffff;
const [STORED, DEFLATED] = [0, 8];

async function view(blob: Blob, from: number, to: number): Promise<DataView> {
  return new DataView(await blob.slice(from, to).arrayBuffer());
}

/** The files inside, folders left out. */
export async function zipEntries(archive: File): Promise<ZipEntry[]> {
  const tail = await view(archive, Math.max(0, archive.size - TAIL), archive.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) throw words.arrivals.zip.noList(archive.name);
  const [count, size, from] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  if (from === ELSEWHERE || size === ELSEWHERE) throw words.arrivals.zip.large(archive.name);
  const list = await view(archive, from, from + size);
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > list.byteLength || list.getUint32(at, true) !== CENTRAL)
      throw words.arrivals.zip.badList(archive.name);
    const length = list.getUint16(at + 28, true);
    const name = new TextDecoder().decode(
      new Uint8Array(list.buffer, at + 46, Math.min(length, list.byteLength - at - 46)),
    );
    entries.push({
      name: name.replaceAll("\\", "/"),
      size: list.getUint32(at + 24, true),
      packed: list.getUint32(at + 20, true),
      method: list.getUint16(at + 10, true),
      encrypted: (list.getUint16(at + 8, true) & 1) === 1,
      at: list.getUint32(at + 42, true),
    });
    at += 46 + length + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
  }
  return entries.filter((it) => !it.name.endsWith("/"));
}

/** Ends a stream that grows beyond what was announced: a small archive can hold more than any memory. */
function atMost(size: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = size;
  return new TransformStream({
    transform(part, out) {
      left -= part.length;
      if (left < 0) out.error();
      else out.enqueue(part);
    },
  });
}

/** One file of the archive. */
export async function unzip(archive: File, entry: ZipEntry): Promise<Blob> {
  if (entry.encrypted) throw words.arrivals.zip.locked(archive.name);
  const head = await view(archive, entry.at, entry.at + 30);
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL)
    throw words.arrivals.zip.damaged(archive.name, entry.name);
  const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = archive.slice(from, from + entry.packed);
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) throw words.arrivals.zip.unknown(archive.name, entry.name);
  try {
    const inflated = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const unpacked = await new Response(inflated.pipeThrough(atMost(entry.size))).blob();
    if (unpacked.size === entry.size) return unpacked;
  } catch {
    // Said below.
  }
  throw words.arrivals.zip.damaged(archive.name, entry.name);
}
