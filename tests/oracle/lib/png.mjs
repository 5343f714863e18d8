// Just enough PNG to read an 8-bit grey picture.
import { inflateSync } from "node:zlib";

export function greyPixels(bytes) {
  const data = [];
  let [width, height] = [0, 0];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      if (body[8] !== 8 || body[9] !== 0 || body[12] !== 0) throw new Error("not an 8-bit grey PNG");
    }
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }
  const lines = inflateSync(Buffer.concat(data));
  const pixels = new Uint8Array(width * height);
  const paeth = (a, b, c) => {
    const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
    return da <= db && da <= dc ? a : db <= dc ? b : c;
  };
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (width + 1)];
    for (let x = 0; x < width; x++) {
      const a = x > 0 ? pixels[y * width + x - 1] : 0;
      const b = y > 0 ? pixels[(y - 1) * width + x] : 0;
      const c = x > 0 && y > 0 ? pixels[(y - 1) * width + x - 1] : 0;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
      pixels[y * width + x] = lines[y * (width + 1) + 1 + x] + guess;
    }
  }
  return { width, height, pixels };
}
