/** Learn: one idea a screen on the same picture. */
import { expect, test } from "vitest";
import { axe } from "./axe";
import { BROWSER } from "./browsers";
import { openPage, removed } from "./harness";

test("a teacher is in a lesson in two clicks, and what was open comes back", async () => {
  const page = await openPage({ hash: "#v=2&share=0.4", first: true });
  const before = await removed(page, "MACs");
  await page.getByRole("button", { name: "Learn" }).click();
  const card = page.getByRole("region", { name: "Lesson" });
  await card.getByRole("heading", { name: "A network is made of channels" }).waitFor();
  await expect.poll(() => removed(page, "MACs")).toBe(0);
  // The first click of the lesson itself: a guess, and the picture answers.
  await card.getByRole("button", { name: "about 1 in 20" }).click();
  await card.getByText("It is: 1 in 4.").waitFor();
  await expect.poll(() => removed(page, "Channels"), { timeout: 15_000 }).toBe(25);
  await page.getByText("Accuracy held").waitFor({ timeout: 30_000 });
  await page.getByRole("button", { name: "Shrink" }).click();
  await expect.poll(() => removed(page, "MACs"), { timeout: 15_000 }).toBe(before);
});

test("Escape closes the channel first, then leaves and gives back what was open", async () => {
  const page = await openPage({ hash: "#v=2&share=0.4", first: true });
  const before = await removed(page, "MACs");
  await page.getByRole("button", { name: "Learn" }).click();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "in about 1 of 100 positions" }).click();
  await page.getByText("P = Φ(−β / s)").waitFor();
  await page.getByRole("tab", { name: "Channel" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Some channels are dead" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.url()).not.toContain("lesson=");
  await expect.poll(() => removed(page, "MACs"), { timeout: 15_000 }).toBe(before);
});

test("on a projector the way on stays in sight after an answer", async () => {
  const page = await openPage({
    hash: "#v=2&mode=learn&lesson=fold",
    first: true,
    viewport: { width: 1280, height: 720 },
  });
  await page.getByRole("button", { name: "it gets worse" }).click();
  await page.getByText("Shifting-factor fusion").waitFor();
  const next = await page.getByRole("button", { name: "Next", exact: true }).boundingBox();
  const bar = await page.locator(".verdict-bar").boundingBox();
  expect(next!.y + next!.height).toBeLessThanOrEqual(bar!.y);
});

test("arrow keys turn the pages, the address names the step, and a link opens it", async () => {
  const page = await openPage({ hash: "#v=2&mode=learn", first: true });
  await page.getByRole("heading", { name: "A network is made of channels" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageDown");
  await page.getByRole("heading", { name: "The four cases" }).waitFor();
  await expect.poll(() => page.url()).toContain("lesson=cases");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("heading", { name: "Some channels are dead" }).waitFor();
  const linked = await openPage({ hash: "#mode=learn&lesson=repair&v=2", first: true });
  await linked.getByRole("heading", { name: "Broken? Repair it" }).waitFor();
  await linked
    .getByText(/Accuracy lost|Costs accuracy/)
    .first()
    .waitFor({ timeout: 60_000 });
});

test("what a step says happens: another order keeps far more at the same cost", async () => {
  const page = await openPage({ hash: "#mode=learn&lesson=order&v=2", first: true });
  await page.getByText("Accuracy lost").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "the ones the next layer hardly uses" }).click();
  await page.getByText("Accuracy held").waitFor({ timeout: 60_000 });
  expect(await removed(page, "MACs")).toBeGreaterThan(55);
});

test("the teacher's sheet has every step on paper", async () => {
  const page = await openPage({ hash: "#v=2&mode=learn", first: true });
  await page.getByRole("button", { name: "Teacher’s sheet" }).click();
  expect(await page.locator(".sheet li").count()).toBe(10);
  // Firefox cannot be told to print over BiDi.
  if (BROWSER === "firefox") return;
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
  expect(await page.getByRole("heading", { name: "Broken? Repair it" }).isVisible()).toBe(true);
});

test.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])("axe finds nothing before and after the guess: $width", async (viewport) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await openPage({ hash: "#v=2&mode=learn", first: true, viewport, colorScheme });
    await page.getByRole("button", { name: "1 in 4" }).waitFor();
    await page.waitForTimeout(800);
    expect(await axe(page)).toEqual([]);
    await page.getByRole("button", { name: "1 in 4" }).click();
    await page.waitForTimeout(800);
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
  }
});
