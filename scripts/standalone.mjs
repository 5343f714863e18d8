// `npm run standalone [-- SAMPLE.onnx …] [--out FILE]`: the whole page in one HTML file that needs no server and no
// network: open it from a disk or a stick. The samples named go inside; without names, two small ones.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { at, main, Stop, say } from "./lib.mjs";

const FIRST = ["mobilenetv1_050_cifar10.onnx", "mobilenetv1_025_fashion.onnx"];
/** What the lab judges by. */
const LABELLED = "data/fashion-mnist-1000.zip";
const samples = at("www", "public", "samples");

const PRELOAD = /<link\s+rel="preload"[^>]*>/;

/** One script, one style sheet, no chunks; fonts inside the styles. */
async function bundle(folder) {
  await build({
    configFile: at("vite.config.ts"),
    logLevel: "warn",
    // A service worker has no place in it.
    mode: "standalone",
    publicDir: false,
    plugins: [
      {
        // A font that is fetched ahead would not be inside.
        name: "no-preload",
        transformIndexHtml: { order: "pre", handler: (html) => html.replace(PRELOAD, "") },
      },
    ],
    worker: { format: "iife" },
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: (file) => file.endsWith(".woff2"),
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const assets = path.join(folder, "assets");
  const read = (pattern) =>
    readdirSync(assets)
      .filter((name) => pattern.test(name))
      .map((name) => ({ name, body: readFileSync(path.join(assets, name)) }));
  const [script, style, wasm] = [read(/^index-.*\.js$/), read(/\.css$/), read(/^core_bg-.*\.wasm$/)];
  if (script.length !== 1 || wasm.length !== 1) throw new Stop("The page was not built into one script and one wasm.");
  return {
    script: text(script[0]),
    style: style.map(text).join("\n"),
    wasm: wasm[0].body,
    licences: readFileSync(path.join(folder, "third-party-licences.txt")),
    workers: read(/\.worker-.*\.js$/),
  };
}

const text = ({ body }) => body.toString("utf8");

/** The list of samples with what is inside, and the files themselves. */
function chosen(names) {
  const index = JSON.parse(readFileSync(path.join(samples, "index.json"), "utf8"));
  const unknown = names.filter((name) => !index.networks.some((it) => it.file === name));
  if (unknown.length > 0) throw new Stop(`No sample is named ${unknown.join(", ")}.`);
  const networks = names.map((name) => index.networks.find((it) => it.file === name));
  const files = [...names, ...index.images.map((it) => it.file), LABELLED];
  return new Map([
    ["samples/index.json", Buffer.from(JSON.stringify({ ...index, networks }))],
    ...files.map((file) => [`samples/${file}`, readFileSync(path.join(samples, file))]),
  ]);
}

const hashOf = (code) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`;
/** The end tag must not stand in a script, whatever the script says. */
const inScript = (code) => code.replaceAll(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");

function compose({ script, style, wasm, workers, licences }, files) {
  const icon = `data:image/svg+xml;base64,${readFileSync(at("www", "public", "favicon.svg")).toString("base64")}`;
  const code = inScript(script.replaceAll("./favicon.svg", icon));
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(code)} 'wasm-unsafe-eval' blob:`,
    `style-src ${hashOf(style)}`,
    "img-src blob: data:",
    "font-src data:",
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const head = readFileSync(at("www", "index.html"), "utf8")
    .replace(/content="default-src[^"]*"/, `content="${policy}"`)
    .replace(/<link rel="manifest"[^>]*>/, "")
    .replace(PRELOAD, "")
    .replace("./favicon.svg", icon)
    .replace(/<script type="module"[^>]*><\/script>/, () => `<style>${style}</style>`);
  const inside = [...files, ["core.wasm", wasm], ["third-party-licences.txt", licences]].map(
    ([name, body]) =>
      `<script type="application/gzip" data-file="${name}">${gzipSync(body, { level: 9 }).toString("base64")}</script>`,
  );
  // A file's name ends with a hash of eight characters, hyphens among them.
  const sleeping = workers.map(
    ({ name, body }) =>
      `<script type="text/plain" data-worker="${name.replace(/-.{8}\.js$/, "")}">${inScript(body.toString("utf8"))}</script>`,
  );
  const end = [...inside, ...sleeping, `<script type="module">${code}</script>`].join("\n");
  return head.replace("</body>", () => `${end}\n  </body>`);
}

await main(import.meta, async (args) => {
  const flag = args.indexOf("--out");
  const out = flag >= 0 ? args.splice(flag, 2)[1] : at("dist", "playground.html");
  if (!out) throw new Stop("--out needs a file name.");
  const folder = mkdtempSync(path.join(tmpdir(), "standalone-"));
  try {
    const html = compose(await bundle(folder), chosen(args.length > 0 ? args : FIRST));
    mkdirSync(path.dirname(out), { recursive: true });
    writeFileSync(out, html);
    say(`${out}: ${(html.length / 1e6).toFixed(1)} MB, opens without a server.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
