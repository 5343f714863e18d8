/** Lets playwright's WebDriver BiDi and a stock Firefox understand each other in the places where they do not. */
import { basename } from "node:path";
import type { Locator, Page } from "playwright-core";
import { ws } from "playwright-core/lib/utilsBundle";

/** Sent to every new context, and not known to every Firefox; the profile says the colour scheme instead (browsers.ts). */
const OPTIONAL = "emulation.setMediaFeaturesOverride";

interface Message {
  id?: number;
  error?: string;
  method?: string;
  params?: { download?: string; navigation: string | null; url: string; suggestedFilename?: string; filepath?: string };
}

/** Firefox names no id for the download of a blob: that is one by its address. */
function named(message: Message, begun: Map<string, string>): Message {
  const { params } = message;
  if (!params || params.download || params.navigation) return message;
  const mended = { ...message, params: { ...params, download: params.url } };
  if (params.suggestedFilename) begun.set(params.url, params.suggestedFilename);
  // Playwright looks for the file by the name it asked for; under another one it must not be taken for an older file.
  else if (basename(params.filepath ?? "") !== begun.get(params.url))
    mended.params = Object.assign(mended.params, { status: "canceled" });
  return mended;
}

let done = false;

export function mend(): void {
  if (done) return;
  done = true;
  const { send, emit } = ws.prototype;
  const asked = new WeakMap<object, Set<number>>();
  const begun = new Map<string, string>();

  ws.prototype.send = function (text, ...rest) {
    if (typeof text === "string" && text.includes(OPTIONAL)) {
      const { id, method } = JSON.parse(text);
      if (!asked.has(this)) asked.set(this, new Set());
      if (method === OPTIONAL) asked.get(this)!.add(id);
    }
    return send.call(this, text, ...rest);
  };

  ws.prototype.emit = function (event, data, ...rest) {
    const pass = (message: Message) => emit.call(this, event, Buffer.from(JSON.stringify(message)), ...rest);
    if (event === "message") {
      const waiting = asked.get(this);
      const text = String(data);
      if (waiting?.size) {
        const answer: Message = JSON.parse(text);
        if (waiting.delete(answer.id ?? -1) && answer.error === "unknown command")
          return emit.call(this, event, Buffer.from(`{"type":"success","id":${answer.id},"result":{}}`), ...rest);
      }
      if (text.slice(0, 100).includes('"browsingContext.download')) return pass(named(JSON.parse(text), begun));
    }
    return emit.call(this, event, data, ...rest);
  };
}

let mended = false;

/** Over BiDi, `fill` appends to what a number box holds, as such a box has no selection to replace: empty it first. */
export function mendFill(page: Page): void {
  if (mended) return;
  mended = true;
  const locators: Locator = Object.getPrototypeOf(page.locator("html"));
  const { fill } = locators;
  locators.fill = async function (text, options) {
    await fill.call(this, "", options);
    await fill.call(this, text, options);
  };
}
