/// <reference types="vitest/config" />
import { defineConfig } from "vite";

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

const cacheDir = `${import.meta.dirname}/node_modules/.vite`;

export default defineConfig({
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
      {
        cacheDir,
        test: {
          name: "e2e",
          root: `${import.meta.dirname}/tests/e2e`,
          include: ["**/*.e2e.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Two cores and timing assertions: one browser at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
