/** Firefox over WebDriver BiDi, as much of it as the main path takes: nothing else has to be installed. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
// The web socket that playwright brings along: Node 20 has none of its own.
import { ws } from "playwright-core/lib/utilsBundle";

export const FIREFOX = [process.env.FIREFOX ?? "", "/usr/bin/firefox-esr", "/usr/bin/firefox"].find(
  (it) => it && existsSync(it),
);

const ENTER = "\uE007";

type Socket = InstanceType<typeof ws>;

export class Firefox {
  /** Errors of the page, its workers and its console. */
  readonly problems: string[] = [];
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private last = 0;
  private context = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly socket: Socket,
    private readonly profile: string,
    readonly downloads: string,
  ) {
    socket.on("message", (data) => this.hear(JSON.parse(String(data))));
  }

  static async start(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), "firefox-"));
    const downloads = await mkdtemp(join(tmpdir(), "downloads-"));
    const preferences = {
      "browser.download.folderList": 2,
      "browser.download.dir": downloads,
      "browser.download.always_ask_before_handling_new_types": false,
      "browser.shell.checkDefaultBrowser": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "app.update.enabled": false,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
    };
    const lines = Object.entries(preferences).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});`);
    await writeFile(join(profile, "user.js"), lines.join("\n"));
    const child = spawn(FIREFOX!, ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" },
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr!.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
        if (found) resolve(found[1]!);
      });
      child.on("exit", () => reject(new Error(`Firefox ended: ${said}`)));
    });
    const socket = new ws(`${address}/session`);
    await new Promise<void>((resolve, reject) => {
      socket.on("open", () => resolve());
      socket.on("error", (error) => reject(error));
    });
    const firefox = new Firefox(child, socket, profile, downloads);
    await firefox.send("session.new", { capabilities: {} });
    await firefox.send("session.subscribe", { events: ["log.entryAdded"] });
    const tree = await firefox.send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
    firefox.context = tree.contexts[0]!.context;
    return firefox;
  }

  async open(url: string): Promise<void> {
    await this.send("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  /** Evaluates an expression in the page; what comes back is what JSON can say. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send<{ type: string; result: { value: string }; exceptionDetails?: { text: string } }>(
      "script.evaluate",
      {
        expression: `(async () => JSON.stringify((await (${expression})) ?? null))()`,
        target: { context: this.context },
        awaitPromise: true,
      },
    );
    if (answer.type === "exception") throw new Error(answer.exceptionDetails?.text ?? expression);
    return JSON.parse(answer.result.value);
  }

  async click(selector: string): Promise<void> {
    const [x, y] = await this.evaluate<[number, number]>(`(() => {
      const it = document.querySelector(${JSON.stringify(selector)});
      it.scrollIntoView({ block: "center" });
      const box = it.getBoundingClientRect();
      return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
    })()`);
    const actions = [
      { type: "pointerMove", x, y },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.act({ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions });
  }

  /** Replaces what stands in a box, key by key, and presses Enter. */
  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).select()`);
    const press = (key: string) => [
      { type: "keyDown", value: key },
      { type: "keyUp", value: key },
    ];
    await this.act({ type: "key", id: "keys", actions: [...text, ENTER].flatMap(press) });
  }

  async close(): Promise<void> {
    await this.send("browser.close", {}).catch(() => {});
    this.socket.close();
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill();
      await ended;
    }
    for (const folder of [this.profile, this.downloads]) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  private act(source: object): Promise<unknown> {
    return this.send("input.performActions", { context: this.context, actions: [source] });
  }

  private send<T>(method: string, params: object): Promise<T> {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise<T>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private hear(message: {
    id?: number;
    type?: string;
    method?: string;
    result?: never;
    message?: string;
    params?: { level: string; text: string };
  }): void {
    if (message.method === "log.entryAdded" && message.params?.level === "error")
      this.problems.push(message.params.text);
    const call = this.waiting.get(message.id ?? -1);
    if (!call) return;
    this.waiting.delete(message.id!);
    if (message.type === "error") call.reject(new Error(message.message));
    else call.resolve(message.result as never);
  }
}
