/// <reference types="vitest/config" />
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { thirdParty } from "./scripts/licences/text.mjs";

// The test runner prints failures with Map.groupBy, which Node 20 does not have yet.
if (!("groupBy" in Map)) {
  Object.defineProperty(Map, "groupBy", {
    value: <K, T>(items: Iterable<T>, key: (item: T) => K) => {
      const groups = new Map<K, T[]>();
      for (const item of items) {
        const group = groups.get(key(item));
        if (group) group.push(item);
        else groups.set(key(item), [item]);
      }
      return groups;
    },
  });
}

/** The wasm's size, for the progress of the first load; 0 where it has not been compiled. */
const coreBytes = () =>
  statSync(`${import.meta.dirname}/www/src/wasm/core_bg.wasm`, { throwIfNoEntry: false })?.size ?? 0;

const cacheDir = `${import.meta.dirname}/node_modules/.vite`;

/** Files outside the bundle that the first visit shows. */
function firstSample(folder: string): string[] {
  const { networks, images } = JSON.parse(readFileSync(`${folder}/samples/index.json`, "utf8"));
  const set = networks[0].preset === "fashion-mnist" ? "fashion-mnist" : "photos";
  const shown = images.filter((it: { set: string }) => it.set === set);
  const labelled = set === "fashion-mnist" ? ["data/fashion-mnist-1000.zip"] : [];
  return ["index.json", networks[0].file, ...shown.map((it: { file: string }) => it.file), ...labelled].map(
    (it) => `samples/${it}`,
  );
}

/** Writes the list of this build's files into the service worker, and a name for the build. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: (_, { command, mode }) => command === "build" && mode !== "standalone",
    writeBundle({ dir }, bundle) {
      if (!dir) return;
      const built = Object.keys(bundle).filter((file) => file !== "index.html");
      const beside = ["./", "favicon.svg", "manifest.webmanifest", ...firstSample(dir)];
      const worker = readFileSync(`${dir}/sw.js`, "utf8");
      const hash = createHash("sha256")
        .update(worker)
        .update(readFileSync(`${dir}/index.html`));
      for (const file of built.sort()) hash.update(file);
      const filled = worker
        .replace('BUILD = "development"', `BUILD = "${hash.digest("hex").slice(0, 12)}"`)
        .replace("FILES = []", `FILES = ${JSON.stringify([...beside, ...built])}`);
      writeFileSync(`${dir}/sw.js`, filled);
    },
  };
}

/** The licences of what others wrote, beside the page; in the bundle, so that they are there offline too. */
function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      if (this.environment.name !== "client") return;
      this.emitFile({ type: "asset", fileName: "third-party-licences.txt", source: thirdParty() });
    },
  };
}

/** One project to a browser, so that each is run and counted by its name. */
const browserTests = (name: string, which: TestProjectInlineConfiguration["test"]) => ({
  cacheDir,
  test: {
    name,
    root: `${import.meta.dirname}/tests/e2e`,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores and timing assertions: one browser at a time.
    fileParallelism: false,
    // A loaded machine paints late; a page that never gets there still fails.
    expect: { poll: { timeout: 10_000 } },
    // A browser that hiccups once must not hide what the other tests say; the summary names what needed a second try.
    retry: 1,
    ...which,
  },
});

/** What does not hang on the browser: words, searches and measurements in the core, places in pixels, saved pictures, the walks, times. With E2E_ALL=1 they run in Firefox too. */
const CHROMIUM_IS_ENOUGH = [
  ...["words", "unchanged", "layout", "pictures", "walk", "soak"],
  ...["lab", "panels", "coupling", "limits", "identity", "faults", "measured", "images", "stillness", "tasks"],
  // Passes in Firefox, and takes two minutes there.
  "learn",
].map((it) => `${it}.e2e.ts`);

export default defineConfig({
  plugins: [licences(), offline()],
  define: { CORE_BYTES: coreBytes() },
  root: "www",
  cacheDir,
  // Relative, so that the same files work under any sub-path of any static host.
  base: "./",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // Fonts and the wasm stay files: data: URLs would need holes in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { port: 5173, strictPort: false },
  test: {
    projects: [
      { cacheDir, test: { name: "unit", root: `${import.meta.dirname}/www`, include: ["src/**/*.test.ts"] } },
      browserTests("e2e", { include: ["**/*.e2e.ts"], exclude: ["webkit.e2e.ts"] }),
      browserTests("e2e-firefox", {
        include: ["**/*.e2e.ts"],
        // What these try does not hang on the browser; with E2E_ALL=1 they run there too.
        exclude: ["webkit.e2e.ts", ...(process.env.E2E_ALL ? [] : CHROMIUM_IS_ENOUGH)],
        env: { E2E_BROWSER: "firefox" },
      }),
      browserTests("e2e-webkit", { include: ["webkit.e2e.ts"] }),
    ],
  },
});
