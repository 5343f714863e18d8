/** Writes archives and classic data files from scratch. */
import { deflateRawSync, gzipSync } from "node:zlib";

export interface Packed {
  name: string;
  content: Buffer;
  /** As it is, not deflated. */
  stored?: boolean;
}

/** A zip as any program reads it; checksums are left out, since nobody here looks at them. */
export function zip(files: readonly Packed[]): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, content, stored } of files) {
    const body = stored ? content : deflateRawSync(content);
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04"), common, path, body]);
    const row = Buffer.alloc(46);
    row.write("PK\x01\x02");
    common.copy(row, 6);
    row.writeUInt32LE(at, 42);
    list.push(row, path);
    parts.push(head);
    at += head.length;
  }
  const central = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

function tarHeader(name: string, size: number): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write("0000644\0", 100);
  head.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  head.write("        ", 148);
  head.write("0", 156);
  head.write("ustar\x0000", 257);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

export function tarGz(files: readonly Packed[]): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    tarHeader(name, content.length),
    content,
    Buffer.alloc((512 - (content.length % 512)) % 512),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** Records of the binary CIFAR-10: each class in turn, its own grey. */
export function cifar10(images: number): Buffer {
  return Buffer.concat(
    Array.from({ length: images }, (_, i) => Buffer.concat([Buffer.of(i % 10), Buffer.alloc(3072, 20 * (i % 10))])),
  );
}

/** The two files of an MNIST-like set, of 28 × 28 pictures. */
export function idx(images: number): { images: Buffer; labels: Buffer } {
  const head = (type: number, ...sizes: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt32BE(0x800 + type, 0);
    for (const [i, size] of sizes.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
    return bytes;
  };
  const label = Buffer.from(Array.from({ length: images }, (_, i) => i % 10));
  const pixels = Buffer.concat([...label].map((it) => Buffer.alloc(784, 25 * it)));
  return {
    images: gzipSync(Buffer.concat([head(3, images, 28, 28), pixels])),
    labels: gzipSync(Buffer.concat([head(1, images), label])),
  };
}
