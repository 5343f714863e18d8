/** WebKitGTK's small browser through its own WebDriver, as much of it as the main path takes; nothing else has to be installed. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DRIVER = process.env.WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
const XVFB = "/usr/bin/Xvfb";

/** Debian keeps the browser beside the library, under the architecture's name. */
function miniBrowser(): string | undefined {
  const list = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  for (const lib of list("/usr/lib").filter((it) => it.endsWith("-linux-gnu")))
    for (const version of list(`/usr/lib/${lib}`).filter((it) => /^webkit2?gtk-\d/.test(it))) {
      const path = `/usr/lib/${lib}/${version}/MiniBrowser`;
      if (existsSync(path)) return path;
    }
  return undefined;
}

const BROWSER = miniBrowser();

/** Why WebKit cannot be tried here, if it cannot. */
export const missing =
  process.platform !== "linux"
    ? "WebKitGTK is for Linux"
    : !existsSync(DRIVER) || !BROWSER
      ? "WebKitGTK's driver is not installed"
      : !existsSync(XVFB)
        ? "Xvfb, which WebKitGTK draws on, is not installed"
        : undefined;

export const ENTER = "\uE007";

/** How WebDriver marks an element among the values it passes. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A screen that nobody sees; it says its number as soon as it can be drawn on. */
async function screen(): Promise<{ display: string; process: ChildProcess }> {
  const process = spawn(XVFB, ["-displayfd", "1", "-screen", "0", "1440x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = await new Promise<string>((resolve, reject) => {
    process.stdout!.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    process.once("error", reject);
    process.once("exit", () => reject(new Error("Xvfb ended at once")));
  });
  return { display: `:${number}`, process };
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = new Promise((resolve) => process.once("exit", resolve));
  process.kill();
  await ended;
}

/** Runs before the page's own code and before that of each of its workers, which a classic WebDriver cannot listen to. */
const REPORTER = `{
  const name = "problems";
  const say = (text) => new BroadcastChannel(name).postMessage(String(text));
  if (self.document) {
    window.problems = [];
    new BroadcastChannel(name).onmessage = ({ data }) => window.problems.push(data);
    addEventListener("securitypolicyviolation", (event) => say("blocked: " + event.blockedURI));
  }
  addEventListener("error", (event) => say("error: " + (event.message ?? event.target?.src ?? event.target?.href)), true);
  addEventListener("unhandledrejection", (event) => say("rejected: " + event.reason));
  const { error } = console;
  console.error = (...all) => {
    say("console: " + all.join(" "));
    error.apply(console, all);
  };
}
`;

/** For the server: the page as built, with the reporter before its code. */
export function reporting(name: string, body: Buffer): Buffer {
  const entry = /^assets\/(index|.*worker)-[^/]*\.js$/.test(name);
  return entry ? Buffer.concat([Buffer.from(REPORTER), body]) : body;
}

export class WebKit {
  private session = "";

  private constructor(
    private readonly screen: ChildProcess,
    private readonly driver: ChildProcess,
    private readonly base: string,
    private readonly home: string,
    readonly downloads: string,
  ) {}

  static async start(): Promise<WebKit> {
    const home = await mkdtemp(join(tmpdir(), "webkit-"));
    const downloads = join(home, "downloads");
    const config = join(home, ".config");
    await mkdir(downloads);
    await mkdir(config);
    await writeFile(join(config, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
    const { display, process: xvfb } = await screen();
    const port = await freePort();
    const driver = spawn(DRIVER, [`--port=${port}`], {
      stdio: "ignore",
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_CONFIG_HOME: config,
        XDG_RUNTIME_DIR: home,
        LANG: "C.UTF-8",
        DISPLAY: display,
        GDK_BACKEND: "x11",
        // There is neither a graphics card nor, in a container, a session bus.
        LIBGL_ALWAYS_SOFTWARE: "1",
        WEBKIT_DISABLE_COMPOSITING_MODE: "1",
        NO_AT_BRIDGE: "1",
      },
    });
    const webkit = new WebKit(xvfb, driver, `http://127.0.0.1:${port}`, home, downloads);
    try {
      await webkit.connect();
    } catch (error) {
      await webkit.close();
      throw error;
    }
    return webkit;
  }

  open(url: string): Promise<void> {
    return this.ask("POST", "/url", { url });
  }

  /** Runs the body of a function in the page. */
  run<T>(body: string, ...args: unknown[]): Promise<T> {
    return this.ask("POST", "/execute/sync", { script: body, args });
  }

  async click(selector: string): Promise<void> {
    await this.ask("POST", `/element/${await this.find(selector)}/click`, {});
  }

  /** Clicks a button by the words on it. */
  async press(words: string): Promise<void> {
    const xpath = `//button[normalize-space()="${words}"]`;
    await this.ask("POST", `/element/${await this.find(xpath, "xpath")}/click`, {});
  }

  /** Replaces what stands in a box, key by key, and presses Enter. */
  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.run("document.querySelector(arguments[0]).select()", selector);
    await this.keys(selector, text + ENTER);
  }

  /** Into a file input goes a path. */
  async keys(selector: string, text: string): Promise<void> {
    await this.ask("POST", `/element/${await this.find(selector)}/value`, { text });
  }

  /** Errors of the page, its workers and its console since it was opened; see `reporting`. */
  problems(): Promise<string[]> {
    return this.run("return window.problems");
  }

  async close(): Promise<void> {
    if (this.session) await this.ask("DELETE", "").catch(() => {});
    await end(this.driver);
    await end(this.screen);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  private async connect(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await fetch(`${this.base}/status`);
        break;
      } catch (error) {
        if (tries > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const args = ["--automation"];
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary: BROWSER, args } } };
    const { sessionId } = await this.send<{ sessionId: string }>("POST", "/session", { capabilities });
    this.session = sessionId;
  }

  private async find(value: string, using = "css selector"): Promise<string> {
    const found = await this.ask<Record<string, string>>("POST", "/element", { using, value });
    return found[ELEMENT]!;
  }

  private ask<T>(method: string, path: string, body?: object): Promise<T> {
    return this.send(method, `/session/${this.session}${path}`, body);
  }

  private async send<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(this.base + path, { method, body: body ? JSON.stringify(body) : null });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`WebKit: ${value.error}: ${value.message}`);
    return value;
  }
}
