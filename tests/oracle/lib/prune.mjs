// The command line under test, and where the networks are.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const suffix = process.platform === "win32" ? ".exe" : "";
const binary = process.env.PRUNE ?? path.join(root, "target", "debug", `prune${suffix}`);

export const samples = path.join(root, "www", "public", "samples");
export const sampleNames = readdirSync(samples).filter((name) => name.endsWith(".onnx"));

/** A folder for this test file, gone when it ends. */
export function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), "oracle-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `prune`; resolves to `{ code, stdout, stderr }` whatever the exit code. */
export function prune(...args) {
  return new Promise((resolve, reject) => {
    execFile(binary, args.map(String), { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
}

/** Runs `prune … --json`, which must succeed, and parses what it prints. */
export async function pruneJson(...args) {
  const { code, stdout, stderr } = await prune(...args, "--json");
  if (code !== 0) throw new Error(`prune ${args.join(" ")} exited ${code}: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

export const flags = ({ criterion, amount, compensation }) => [
  "--criterion",
  criterion,
  criterion === "probability" ? "--threshold" : "--share",
  amount,
  "--compensation",
  compensation,
];

/** Parsed JSON of a file in the repository, or undefined where it is not there. */
export function json(...parts) {
  const file = path.join(root, ...parts);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
