// Installs what is missing. Each step is a look, and work only where the look finds something to do.
import { existsSync, readFileSync } from "node:fs";
import { at, capture, main, mtime, must, root, run, Stop, say } from "./lib.mjs";

const windows = process.platform === "win32";
const target = "wasm32-unknown-unknown";

/** The wasm-bindgen command of exactly the version that the crate is locked to. */
export const bindgen = at(".tools", "bin", windows ? "wasm-bindgen.exe" : "wasm-bindgen");

/** npm packages as in package-lock.json. */
export async function packages() {
  // npm writes this file last, so its age is the age of a finished installation.
  if (mtime(at("node_modules", ".package-lock.json")) >= mtime(at("package-lock.json"))) return;
  say("Installing npm packages …");
  await must("npm", ["ci", "--no-audit", "--no-fund"], { shell: windows });
}

/** Rust, and its WebAssembly target. */
export async function rust() {
  if (capture("cargo", ["--version"]) === null) {
    throw new Stop("Rust is missing: install it with rustup (https://rustup.rs), then run this again.");
  }
  const sysroot = capture("rustc", ["--print", "sysroot"]);
  if (sysroot !== null && existsSync(`${sysroot}/lib/rustlib/${target}/lib`)) return;
  if (capture("rustup", ["--version"]) === null) {
    throw new Stop(
      `Rust's ${target} target is missing, and so is rustup: install Rust with rustup (https://rustup.rs), ` +
        "or install the target with what installed Rust, then run this again.",
    );
  }
  say(`Installing Rust's ${target} target …`);
  await must("rustup", ["target", "add", target]);
}

/** wasm-bindgen's command line, in .tools; crate and command must be of one version. */
export async function wasmBindgen() {
  const wanted = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(
    readFileSync(at("Cargo.lock"), "utf8").replaceAll("\r", ""),
  )?.[1];
  if (!wanted) throw new Stop("Cargo.lock does not name wasm-bindgen.");
  if (capture(bindgen, ["--version"]) === `wasm-bindgen ${wanted}`) return;
  say(`Building wasm-bindgen ${wanted} into .tools (once, a few minutes) …`);
  const install = "install wasm-bindgen-cli --bin wasm-bindgen --no-default-features --version".split(" ");
  install.push(wanted);
  const into = ["--force", "--root", at(".tools"), "--target-dir", at("target", "tools")];
  const locked = await run("cargo", [...install, "--locked", ...into]);
  // A registry mirror may not have the very versions that wasm-bindgen-cli is locked to; any compatible ones will do.
  if (locked.code !== 0) await must("cargo", [...install, ...into]);
}

const browsers = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** Whether this is a Debian or the like, and ours to install into. */
const installs = () => process.getuid?.() === 0 && capture("apt-get", ["--version"]) !== null;

let updated;

/** Installs Debian packages; says whether it could. The list of what there is is fetched once. */
async function debian(...wanted) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  updated ??= run("apt-get", ["update", "-qq"], { env });
  if ((await updated).code !== 0) return false;
  const { code } = await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...wanted], { env });
  return code === 0;
}

/** Path of a Chromium for the browser tests; the environment's CHROMIUM wins. */
export async function browser() {
  const chosen = process.env.CHROMIUM;
  if (chosen) {
    if (!existsSync(chosen)) throw new Stop(`CHROMIUM names ${chosen}, which does not exist.`);
    return chosen;
  }
  const find = () => browsers[process.platform]?.find((path) => existsSync(path));
  const found = find();
  if (found) return found;
  if (installs()) {
    say("Installing Chromium …");
    if (!(await debian("chromium"))) throw new Stop("Chromium, which the browser tests need, could not be installed.");
    const installed = find();
    if (installed) return installed;
  }
  throw new Stop(
    "The browser tests need Chromium or Chrome: install it (Debian: `apt-get install chromium`), or set CHROMIUM to its path.",
  );
}

/** Firefox is tried where it can be had; without it its tests are skipped. */
export async function firefox() {
  if (process.env.FIREFOX || ["/usr/bin/firefox-esr", "/usr/bin/firefox"].some((path) => existsSync(path))) return;
  if (!installs()) return;
  say("Installing Firefox …");
  if (!(await debian("firefox-esr"))) say("Firefox could not be installed; its tests are skipped.");
}

/** WebKitGTK's driver, and a screen to draw on: likewise. */
export async function webkit() {
  if (["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"].every((path) => existsSync(path))) return;
  if (!installs()) return;
  say("Installing WebKitGTK's driver …");
  if (!(await debian("webkit2gtk-driver", "xvfb"))) say("WebKitGTK could not be installed; its tests are skipped.");
}

export async function setup() {
  await packages();
  await rust();
  await wasmBindgen();
}

await main(import.meta, async () => {
  await setup();
  say(`Ready in ${root}.`);
});
