// A zip archive's files, and IDX data: enough to read the built-in labelled images without the product's reader.
import { inflateRawSync } from "node:zlib";

/** Files of an archive by name. */
export function unzip(bytes) {
  const files = new Map();
  // The end record holds the place and the length of the directory; there is no comment behind it.
  const end = bytes.length - 22;
  if (bytes.readUInt32LE(end) !== 0x06054b50) throw new Error("this is no zip archive without a comment");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const data = bytes.subarray(start, start + packed);
    files.set(bytes.toString("utf8", at + 46, at + 46 + name), method === 0 ? data : inflateRawSync(data));
    at += 46 + name + extra + comment;
  }
  return files;
}

/** Sizes and 8-bit samples of IDX data. */
export function idx(bytes) {
  const sizes = Array.from({ length: bytes[3] }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  return { sizes, samples: bytes.subarray(4 + 4 * sizes.length) };
}
