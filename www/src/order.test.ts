/** Every file of the page imports only what stands below it, no two import each other, and none is long. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const SOURCES = import.meta.dirname;
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .map((it) => it.replaceAll("\\", "/"))
  .filter((it) => /\.tsx?$/.test(it) && !/\.test\.ts$|\.d\.ts$|^wasm\//.test(it));
const known = new Set(files);

/** Types cost nothing when the page runs, but who needs to know whom is the same question. */
function imports(file: string): string[] {
  const text = readFileSync(join(SOURCES, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].flatMap(([, to]) => {
    const path = normalize(join(dirname(file), to!)).replaceAll("\\", "/");
    return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((it) => known.has(it)) ?? [];
  });
}

const graph = new Map(files.map((it) => [it, imports(it)]));

test("no files import each other in a ring", () => {
  const done = new Set<string>();
  const rings: string[] = [];
  const walk = (file: string, path: string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) rings.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const to of graph.get(file)!) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(rings).toEqual([]);
});

/** From the bottom up; a room sees itself and those below. */
const ROOMS = [["lib", "words"], ["worker"], ["charts"], ["state"], ["saved"], ["views"]];

test("rooms import only rooms below them", () => {
  const room = (file: string) => ROOMS.findIndex((it) => it.includes(file.split("/")[0]!));
  const up = files.flatMap((file) =>
    graph.get(file)!.flatMap((to) => (room(file) >= 0 && room(to) > room(file) ? [`${file} → ${to}`] : [])),
  );
  expect(up).toEqual([]);
});

test("no file is long", () => {
  const all = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).map((it) => it.replaceAll("\\", "/"));
  const long = all
    .filter((it) => /\.(tsx?|css)$/.test(it) && !it.startsWith("wasm/"))
    .filter((it) => readFileSync(join(SOURCES, it), "utf8").split("\n").length > 400);
  expect(long).toEqual([]);
});
