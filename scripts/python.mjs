// The Python package: builds the wheel, installs it in a fresh environment, runs its tests.
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { at, capture, main, must, run, say } from "./lib.mjs";

const windows = process.platform === "win32";
const folder = at(".tools", "python");
const wheels = at(".tools", "wheels");
const python = path.join(folder, windows ? "Scripts" : "bin", windows ? "python.exe" : "python");
const tools = [
  "maturin>=1.9.4,<2",
  "pytest",
  "mypy",
  "typing_extensions",
  "numpy",
  "onnx",
  "onnxruntime",
  "pillow",
  "tqdm",
];

/** A Python of 3.9 or later; the environment's PYTHON wins. */
function interpreter() {
  const known = [process.env.PYTHON, "python3", "python"].filter(Boolean);
  const new_enough = "import sys, venv; sys.exit(sys.version_info < (3, 9))";
  return known.find((name) => capture(name, ["-c", new_enough]) !== null);
}

/** An environment with the wheel in it; null with a sentence where it cannot be made. */
export async function environment() {
  const base = interpreter();
  if (base === undefined) {
    say("There is no Python 3.9 or later with venv, so the Python package is skipped.");
    return null;
  }
  const made = await run(base, ["-m", "venv", "--clear", folder]);
  const quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (made.code !== 0 || (await run(python, [...quiet, ...tools])).code !== 0) {
    say("What the Python package is built and tested with cannot be installed, so it is skipped.");
    return null;
  }
  rmSync(wheels, { recursive: true, force: true });
  // The profile of the tests: what the core stands on is compiled already.
  const build = ["-m", "maturin", "build", "--profile", "dev", "--locked", "--compatibility", "off"];
  const where = ["--manifest-path", at("python", "Cargo.toml"), "--interpreter", python, "--out", wheels];
  await must(python, [...build, ...where], { env: { PYO3_PYTHON: python } });
  const [wheel] = readdirSync(wheels).filter((name) => name.endsWith(".whl"));
  await must(python, [...quiet, path.join(wheels, wheel)]);
  return python;
}

/** What pytest said; null where the package cannot be built here. */
export async function pytest() {
  const made = await environment();
  return made && run(made, ["-m", "pytest", "-q", "--rootdir", at("python"), at("python", "tests")]);
}

await main(import.meta, environment);
