// What all scripts share: where the checkout is, how to run a command, how to stop with a sentence.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const at = (...parts) => path.join(root, ...parts);

/** An error whose message is for the person at the terminal; no stack is shown. */
export class Stop extends Error {}

/** Modification time in milliseconds, 0 where there is no such file. */
export const mtime = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Output of a command, or null where it is missing or fails. */
export function capture(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return done.status === 0 ? done.stdout.trim() : null;
}

/**
 * Runs a command in the checkout and shows what it prints.
 * Resolves to `{ code, output }`; `output` is what was shown.
 */
export function run(command, args, { env = {}, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      shell,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding("utf8");
      from.on("data", (text) => {
        output += text;
        to.write(text);
      });
    }
    child.on("error", (error) => {
      const reason = error.code === "ENOENT" ? `${command} was not found` : error.message;
      process.stderr.write(`${reason}\n`);
      resolve({ code: 127, output: `${output}${reason}\n` });
    });
    child.on("close", (code, signal) => resolve({ code: code ?? 128 + constants.signals[signal], output }));
  });
}

/** Like `run`, but a failing command stops everything. */
export async function must(command, args, options) {
  const done = await run(command, args, options);
  if (done.code !== 0) throw new Stop(`\`${command} ${args.join(" ")}\` failed (exit code ${done.code}).`);
  return done;
}

/** Runs a module's work when the module is what Node was started with. */
export async function main(meta, work) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

/** A command of an npm package, run by this Node so that it works on every system. */
export const npx = (bin, ...args) => [process.execPath, [at("node_modules", bin), ...args]];
