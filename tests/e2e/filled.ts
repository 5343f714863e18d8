/** The small networks of tests/fixtures, which hold no weights, with weights. */
import { readFile } from "node:fs/promises";
import { fill } from "../oracle/lib/fill.mjs";
import { decode, encode } from "../oracle/lib/onnx.mjs";

export async function filled(name: string): Promise<Buffer> {
  return encode(fill(decode(await readFile(new URL(`../fixtures/${name}`, import.meta.url))), 1));
}
