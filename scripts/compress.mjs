// Writes NAME.br and NAME.gz beside the larger files of a built page, for hosts that serve what lies compressed beside a file.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { at, main, say } from "./lib.mjs";

const WORTH = /\.(wasm|js|css|html|svg|txt|json|onnx|webmanifest)$/;
/** Below this a request's headers are most of it. */
const LEAST = 2_000;

const ways = [
  // Window and quality of the largest effect; a page is built rarely and loaded often.
  [
    ".br",
    (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality(bytes) } }),
  ],
  [".gz", (bytes) => promisify(gzip)(bytes, { level: 9 })],
];

/** The highest levels take half a minute for the core and make it a sixth smaller; BROTLI=11 asks for them. */
const quality = (bytes) => Number(process.env.BROTLI ?? (bytes.length > 2e6 ? 5 : 11));

export async function compress(folder = at("dist")) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => WORTH.test(file) && statSync(file).size >= LEAST);
  await Promise.all(
    files.map(async (file) => {
      const bytes = readFileSync(file);
      for (const [ending, way] of ways) {
        const packed = await way(bytes);
        // Trained weights hardly shrink.
        if (packed.length < 0.95 * bytes.length) writeFileSync(file + ending, packed);
        else if (existsSync(file + ending)) rmSync(file + ending);
      }
    }),
  );
  return files.length;
}

await main(import.meta, async ([folder]) => {
  say(`${await compress(folder)} files have a compressed one beside them.`);
});
