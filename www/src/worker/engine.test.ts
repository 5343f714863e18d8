import { expose, type Remote } from "comlink";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Api } from "./api";
import { Engine, EngineLost, sentence } from "./engine";

/** A worker as far as comlink sees it: the near end of a channel whose far end serves `core`. */
const made: FakeWorker[] = [];
class FakeWorker {
  terminated = false;
  private readonly near: MessagePort;
  private readonly far: MessagePort;
  private readonly failures: ((event: { message: string; preventDefault(): void }) => void)[] = [];
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.near = port1;
    this.far = port2;
    expose(core, port2);
    made.push(this);
  }
  postMessage(message: unknown, transfer: Transferable[]) {
    this.near.postMessage(message, transfer);
  }
  addEventListener(type: string, listener: never) {
    if (type === "error") this.failures.push(listener);
    else {
      this.near.addEventListener(type, listener);
      this.near.start();
    }
  }
  removeEventListener(type: string, listener: never) {
    this.near.removeEventListener(type, listener);
  }
  terminate() {
    this.terminated = true;
    this.near.close();
    this.far.close();
  }
  breakDown(message: string) {
    for (const listener of this.failures) listener({ message, preventDefault() {} });
  }
}

const core = {
  version: async () => "1",
  check: async () => {
    throw "There is nothing to check.";
  },
  prune: async () => {
    throw Object.assign(new Error("unreachable"), { name: "RuntimeError" });
  },
  plan: () => new Promise(() => {}),
};

beforeEach(() => {
  vi.stubGlobal("Worker", FakeWorker);
  made.length = 0;
});
afterEach(() => {
  for (const worker of made) worker.terminate();
  vi.unstubAllGlobals();
});

const version = (remote: Remote<Api>) => remote.version();

test("answers and sentences pass through", async () => {
  const engine = new Engine();
  expect(await engine.call(version)).toBe("1");
  await expect(engine.call((it) => it.check())).rejects.toBe("There is nothing to check.");
  expect(made).toHaveLength(1);
});

test("a trap replaces the worker", async () => {
  const engine = new Engine();
  await expect(engine.call((it) => it.prune({} as never))).rejects.toMatchObject({
    name: "EngineLost",
    cancelled: false,
  });
  expect(made).toHaveLength(2);
  expect(made[0]!.terminated).toBe(true);
  expect(engine.generation).toBe(1);
  expect(await engine.call(version)).toBe("1");
});

test("cancelling ends the call under way", async () => {
  const engine = new Engine();
  const pending = engine.call((it) => it.plan({} as never));
  const ended = expect(pending).rejects.toMatchObject({ cancelled: true });
  engine.cancel();
  await ended;
  expect(await engine.call(version)).toBe("1");
});

test("a worker that can not start fails its calls", async () => {
  const engine = new Engine();
  const pending = engine.call((it) => it.plan({} as never));
  const ended = expect(pending).rejects.toBeInstanceOf(EngineLost);
  made[0]!.breakDown("no module");
  await ended;
});

test("whatever was thrown becomes one sentence", () => {
  expect(sentence("No network is open.")).toBe("No network is open.");
  expect(sentence(new Error("out of memory"))).toBe("out of memory.");
  expect(sentence("")).toMatch(/\.$/);
});
