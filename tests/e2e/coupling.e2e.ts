/** What must go together, as the graph draws it. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "./harness";

const V2 = "mobilenetv2_050_cifar10.onnx";
const titles = (page: Page, role: string) => page.locator(`.node.coupled.${role} title`).allTextContents();

test("the graph draws the way of the selected channel, through shortcuts too", async () => {
  // Behind a shortcut several layers write one channel.
  const page = await openPage({ hash: `#net=${V2}&view=channel&selected=11.3` });
  await page.getByRole("heading", { name: "Removed with it" }).waitFor();
  const more = page.getByRole("button", { name: /^All \d+ places$/ });
  if (await more.count()) await more.click();
  const listed = async (role: string) =>
    (await page.locator(`.goes-with .part.${role}`).allTextContents()).map((it) => it.trim().split(" ")[0]!).sort();
  const expected = { writes: await listed("writes"), carries: await listed("carries"), reads: await listed("reads") };
  expect(expected.writes.length).toBeGreaterThan(1);

  await page.getByRole("tab", { name: "Network" }).click();
  await page.locator(".node.coupled").first().waitFor();
  for (const role of ["writes", "carries", "reads"] as const) {
    const drawn = (await titles(page, role)).map((it) => it.split(" · ")[0]!).sort();
    expect(drawn).toEqual(expected[role]);
  }
  await page.getByRole("button", { name: "Selected", exact: true }).click();
  const here = (await page.locator(".node.here").first().boundingBox())!;
  const picture = (await page.locator(".graph-picture").boundingBox())!;
  expect(here.y).toBeGreaterThan(picture.y);
  expect(here.y + here.height).toBeLessThan(picture.y + picture.height);
  expect((await titles(page, "ties")).some((it) => it.includes("joins branches"))).toBe(true);
  expect((await titles(page, "reads")).every((it) => it.endsWith("reads the selected channel"))).toBe(true);
  expect(await page.locator(".edge.coupled").count()).toBeGreaterThan(expected.writes.length);

  // Another channel, another way.
  await page.getByRole("button", { name: "Fit" }).click();
  // Three pixels high now: by key, as WebDriver BiDi points at whole pixels only.
  await page.locator(".node.layer").first().press("Enter");
  await expect.poll(() => titles(page, "writes")).not.toEqual(expected.writes);
});
