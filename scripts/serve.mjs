// A static file server on this machine alone: `node scripts/serve.mjs [FOLDER] [PORT]`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { at, main, Stop, say } from "./lib.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** What a build wrote beside its larger files (see compress.mjs), the smallest first. */
const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/** The compressed file that the browser takes, or the file itself. */
async function smallest({ file, size }, accepted) {
  for (const [encoding, ending] of encodings) {
    if (!new RegExp(`\\b${encoding}\\b`).test(accepted)) continue;
    const info = await stat(file + ending).catch(() => null);
    if (info?.isFile()) return { sent: file + ending, size: info.size, encoding };
  }
  return { sent: file, size, encoding: null };
}

/** The file that a request path names inside `folder`, or null. */
async function locate(folder, url) {
  try {
    const wanted = decodeURIComponent(new URL(url, "http://localhost").pathname);
    let file = path.join(folder, wanted);
    if (file !== folder && !file.startsWith(folder + path.sep)) return null;
    let info = await stat(file);
    if (info.isDirectory()) {
      file = path.join(file, "index.html");
      info = await stat(file);
    }
    return info.isFile() ? { file, size: info.size } : null;
  } catch {
    return null;
  }
}

async function answer(folder, request, response) {
  // A rebuilt page must be seen at the next reload; on loopback nothing is gained by a cache.
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
    return;
  }
  const found = await locate(folder, request.url);
  if (!found) {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found\n");
    return;
  }
  const { sent, size, encoding } = await smallest(found, request.headers["accept-encoding"] ?? "");
  response.writeHead(200, {
    "Content-Type": types[path.extname(found.file)] ?? "application/octet-stream",
    "Content-Length": size,
    Vary: "Accept-Encoding",
    ...(encoding ? { "Content-Encoding": encoding } : {}),
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(sent)
      .on("error", () => response.destroy())
      .pipe(response);
}

/**
 * Serves `folder` on 127.0.0.1. Port 0 takes any free port; `tries` ports from `port` on are tried.
 * Resolves to `{ url, close }`.
 */
export async function serve(folder = at("dist"), port = 0, tries = 1) {
  const server = http.createServer((request, response) => answer(path.resolve(folder), request, response));
  const listen = (wanted) =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(wanted, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  for (let offset = 0; ; offset++) {
    try {
      await listen(port + offset);
      break;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || offset + 1 >= tries) {
        throw new Stop(`Cannot listen on 127.0.0.1:${port + offset}: ${error.message}.`);
      }
    }
  }
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

await main(import.meta, async ([folder, port]) => {
  const { url } = await serve(folder, Number(port ?? 5173), port ? 1 : 20);
  say(`Serving ${folder ?? "dist"} on ${url}`);
});
