/** Serves the built page under a sub-path, as an ordinary static host would: no special headers. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

export const DIST = process.env.E2E_DIST ?? join(import.meta.dirname, "../../dist");
export const BASE = "/some/where/";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** `mend` may change what is served; what is tested is left alone otherwise. */
export async function serve(
  folder = DIST,
  mend: (name: string, body: Buffer) => Buffer = (_, body) => body,
): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    if (!path.startsWith(BASE)) {
      response.writeHead(404).end();
      return;
    }
    const name = normalize(path.slice(BASE.length) || "index.html");
    try {
      if (name.startsWith("..")) throw new Error("outside");
      const body = mend(name, await readFile(join(folder, name)));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`, server };
}
