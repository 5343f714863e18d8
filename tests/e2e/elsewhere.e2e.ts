/** A network that a link names on another host: asked for with a click, fetched with size and progress, never before. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { filled } from "./filled";
import { openPage, url } from "./harness";

const NET = "mobilenetv1_32_ts.onnx";
let host: Server;
let origin: string;
let content: Buffer;
let asked: IncomingMessage[] = [];

beforeAll(async () => {
  content = await filled(NET);
  host = createServer((request, response) => {
    asked.push(request);
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const size = { "content-length": content.length };
    const open = { "access-control-allow-origin": "*" };
    if (pathname === `/${NET}`) response.writeHead(200, { ...open, ...size }).end(content);
    else if (pathname === "/slow.onnx") response.writeHead(200, { ...open, ...size }).write(content.subarray(0, 5000));
    else if (pathname === "/huge.onnx") response.writeHead(200, { ...open, "content-length": 2e9 }).write("x");
    else if (pathname === "/closed.onnx") response.writeHead(200, size).end(content);
    else response.writeHead(404, open).end();
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked = [];
});

afterAll(() => {
  host?.closeAllConnections();
  host?.close();
});

const offer = (page: Page) => page.getByRole("region", { name: "A network from elsewhere" });
const accept = (page: Page) => page.getByRole("button", { name: `Open it from ${new URL(origin).host}` }).click();

function opened(address: string, expected = "") {
  const also = expected ? `|${expected}` : "";
  return openPage({
    at: `${url}?model=${encodeURIComponent(address)}`,
    permissions: ["clipboard-read", "clipboard-write"],
    expected: new RegExp(`left the origin: ${origin}/${also}`),
  });
}

test("nothing is asked before the click; then the network is open, and a copied link names it", async () => {
  const page = await opened(`${origin}/${NET}`);
  await offer(page).waitFor();
  expect(await offer(page).textContent()).toContain(`${NET} on ${new URL(origin).host}`);
  expect(asked).toEqual([]);
  await accept(page);
  await page.getByRole("heading", { name: NET, exact: true }).waitFor();
  expect(await offer(page).count()).toBe(0);
  expect(asked.map((it) => [it.method, it.headers.origin, it.headers.referer, it.headers.cookie])).toEqual([
    ["GET", "null", undefined, undefined],
  ]);
  expect(await page.locator("iframe").count()).toBe(0);
  await expect.poll(() => page.url()).toContain("net=local");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText(/Link copied/).waitFor();
  expect(await page.getByText(/Not in it/).count()).toBe(0);
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get("model")).toBe(`${origin}/${NET}`);
  expect(link.hash).toContain("net=local");
  // It is kept like a file that was dropped: a reload asks nobody.
  await page.getByText(/opened network is kept in this browser/).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: NET, exact: true }).waitFor();
  expect(await offer(page).count()).toBe(0);
  expect(asked.length).toBe(1);
  // Another network is not to be found at that address.
  await page.getByRole("button", { name: /^MobileNetV1 ×0\.5/ }).click();
  await page.getByRole("heading", { name: "mobilenetv1_050_cifar10.onnx", exact: true }).waitFor();
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).not.toContain("model=");
});

test("declined, it asks nobody", async () => {
  const page = await opened(`${origin}/${NET}`);
  await offer(page).getByRole("button", { name: "Not now" }).click();
  expect(await offer(page).count()).toBe(0);
  expect(asked).toEqual([]);
});

test("what is being fetched shows its size and can be stopped", async () => {
  const page = await opened(`${origin}/slow.onnx`);
  await accept(page);
  await page.getByText(/Fetching slow\.onnx from .*: 5\skB of/).waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByText("Stopped.", { exact: true }).waitFor();
  await offer(page).waitFor();
  expect(await page.locator("iframe").count()).toBe(0);
});

test("a host that does not give the file is named with the reason", async () => {
  const page = await opened(`${origin}/missing.onnx`, "404");
  await accept(page);
  await page.getByText(/did not give missing\.onnx: it answered 404/).waitFor();
  const closed = await opened(`${origin}/closed.onnx`, "CORS|ERR_FAILED|Cross-Origin");
  await accept(closed);
  await closed.getByText(/closed\.onnx could not be fetched from .*\(CORS\)/).waitFor();
  const huge = await opened(`${origin}/huge.onnx`);
  await accept(huge);
  await huge.getByText(/huge\.onnx has 2000 MB/).waitFor();
});

test("what is no address of a file is not offered, and the page itself reaches no other host", async () => {
  const page = await openPage({
    at: `${url}?model=${encodeURIComponent("http://example.org/x.onnx")}`,
    expected: /Security|left the origin/,
  });
  await page.getByText(/an address that is not read/).waitFor();
  expect(await offer(page).count()).toBe(0);
  const reached = await page.evaluate((to) => fetch(to).then(Boolean, () => false), `${origin}/${NET}`);
  expect(reached).toBe(false);
  expect(asked).toEqual([]);
});
