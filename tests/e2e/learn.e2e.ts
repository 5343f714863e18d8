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
  await page.getByRole("button", { name: "See such a channel of this network" }).click();
  await page.getByRole("tab", { name: "Channel" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Some channels are dead" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.url(), { timeout: 10_000 }).not.toContain("lesson=");
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
  expect(await page.locator(".sheet li").count()).toBe(14);
  expect(await page.locator(".sheet .address").first().textContent()).toMatch(/#mode=learn&lesson=channels&v=2$/);
  // Firefox cannot be told to print over BiDi.
  if (BROWSER === "firefox") return;
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
  expect(await page.getByRole("heading", { name: "Broken? Repair it" }).isVisible()).toBe(true);
});

const open = (lesson: string, more = {}) =>
  openPage({ hash: `#mode=learn&lesson=${lesson}&v=2`, first: true, ...more });

test("a bell is dragged by pointer and keys, and says what the channel then says", async () => {
  const page = await open("dead", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "in about 1 of 100 positions" }).click();
  const bell = page.getByRole("slider", { name: "The bell’s middle, β" });
  await expect.poll(() => bell.getAttribute("aria-valuetext")).toBe("β = −2.3, P = 0.9901");
  await page.locator("figcaption", { hasText: "1 of 100 positions is above 0" }).waitFor();
  const grip = (await page.locator(".bell-stage .grip").boundingBox())!;
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + grip.width / 2 + 60, grip.y + grip.height / 2, { steps: 3 });
  await page.mouse.up();
  expect(Number(await bell.getAttribute("aria-valuenow"))).toBeGreaterThan(-2);
  await bell.press("End");
  while (Number(await bell.getAttribute("aria-valuenow")) > 0.05) await bell.press("ArrowLeft");
  await page.locator(".learn-task.done").waitFor();
  // Arrow keys that move the bell do not turn the page.
  await page.getByRole("heading", { name: "Some channels are dead" }).waitFor();
});

test("the dragged bell's channel leaves the picture of the network when it is dead", async () => {
  const page = await open("dead", { reducedMotion: "reduce" });
  const spot = page.locator(".spot svg");
  await spot.getByText("this channel: alive").waitFor();
  const bell = page.getByRole("slider", { name: "The bell’s middle, β" });
  await bell.press("Home");
  await spot.getByText("dead: it leaves").waitFor();
  await bell.press("End");
  await spot.getByText("this channel: alive").waitFor();
});

test("coupled channels leave together, groups keep equally many", async () => {
  const page = await open("shortcuts", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "neither" }).click();
  const second = page.getByRole("group", { name: "Channels of the second layer" });
  await page.getByText("0 channels removed,").waitFor();
  await second.getByRole("button", { name: "Channel 7" }).click();
  await page.getByText("2 channels removed,").waitFor();
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.getByRole("button", { name: "two and two" }).click();
  await page.getByText("4 channels removed,").waitFor();
  await page.getByText("3 useless but withheld").waitFor();
});

test("multiples of 8 are kept by one button, and the time falls", async () => {
  const page = await open("faster", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "1.29 ms" }).click();
  await page.getByRole("button", { name: "Keep multiples of 8" }).click();
  await page.locator(".learn-task.done").waitFor();
  await page.locator(".times-stage .here", { hasText: "0.54 ms" }).waitFor();
});

test("on a phone picture, control and question are in sight together", async () => {
  const page = await open("dead", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.locator(".spot svg").waitFor();
  const next = (await page.getByRole("button", { name: "Next", exact: true }).boundingBox())!;
  const places = [page.locator(".hero-box"), page.locator(".bell-stage .grip"), page.locator(".guesses legend")];
  for (const it of places) {
    const box = (await it.boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThanOrEqual(next.y);
  }
});

test("two bells make the four cases, as one signal's story", async () => {
  const page = await open("cases", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "always the same number" }).click();
  const story = page.locator(".signal-stage");
  await story.getByText("Input dead", { exact: true }).waitFor();
  await story.getByText("The next layer always gets 1.20").waitFor();
  const after = page.getByRole("slider", { name: "The bell after it, β" });
  await after.press("Home");
  await story.getByText("Both dead", { exact: true }).waitFor();
  await page.getByRole("slider", { name: "The bell before the depthwise convolution, β" }).press("End");
  await story.getByText("Output dead", { exact: true }).waitFor();
  await page.locator(".learn-task.done").waitFor();
});

test("without a price no channel dies", async () => {
  const page = await open("ordinary", { reducedMotion: "reduce" });
  await page.getByText("0 of 12 channels are dead.").waitFor();
  await page.getByRole("button", { name: "22", exact: true }).click();
  await page.getByText("5 of 12 channels are dead.").waitFor();
  await page.getByRole("slider", { name: "Price on every scale, λ" }).press("End");
  await page.locator(".learn-task.done").waitFor();
});

test("the bell is tested on real images", async () => {
  const page = await open("gaussian");
  await page.getByText("Nothing is measured yet.").waitFor();
  await page.getByRole("button", { name: "by counting zeros on real images" }).click();
  await page.getByText(/^Tested on \d+ of /).waitFor({ timeout: 40_000 });
});

test("the mean brings back most of what was lost", async () => {
  const page = await open("bias");
  const accuracy = async () => {
    const output = page.getByLabel("Accuracy", { exact: true });
    await expect.poll(() => output.textContent(), { timeout: 60_000 }).toMatch(/→.*%/);
    return (await output.textContent())!.split("→").map((it) => Number.parseFloat(it)) as [number, number];
  };
  const [original, cut] = await accuracy();
  await page.getByRole("button", { name: "most of the loss comes back" }).click();
  await expect.poll(async () => (await accuracy())[1], { timeout: 60_000 }).toBeGreaterThan((original + cut) / 2);
});

test("the repair brings back most of what was lost", { timeout: 180_000 }, async () => {
  const page = await open("repair");
  const output = page.getByLabel("Accuracy", { exact: true });
  const right = async () => (await output.textContent())!.split("→").map((it) => Number.parseFloat(it));
  await expect.poll(() => output.textContent(), { timeout: 60_000 }).toMatch(/→.*%/);
  const [original, cut] = await right();
  await page.getByRole("button", { name: "most of it" }).click();
  await page.locator(".accuracy em", { hasText: "repaired" }).waitFor({ timeout: 90_000 });
  await expect.poll(async () => (await right())[1], { timeout: 60_000 }).toBeGreaterThan((original! + cut!) / 2);
});

test("links to earlier lessons open the step that each became", async () => {
  const page = await openPage({ hash: "#lesson=why-fold", first: true });
  await page.getByRole("heading", { name: "A constant moves into the next layer" }).waitFor();
  await page.evaluate(() => {
    location.hash = "#mode=learn&lesson=faster&v=2";
  });
  await page.getByRole("heading", { name: "Smaller is not always faster" }).waitFor();
});

test.each([
  ["light", { width: 1440, height: 900 }],
  ["dark", { width: 390, height: 844 }],
] as const)(
  "axe finds nothing at any step, before and after the guess: %s",
  { timeout: 180_000 },
  async (colorScheme, viewport) => {
    const page = await openPage({
      hash: "#v=2&mode=learn",
      first: true,
      viewport,
      colorScheme,
      reducedMotion: "reduce",
    });
    await page.getByRole("button", { name: "1 in 4" }).waitFor();
    for (let step = 1; step <= 14; step++) {
      if (step > 1) await page.getByRole("button", { name: "Next", exact: true }).click();
      await page.locator(`.learn-dots li:nth-child(${step}) [aria-current=step]`).waitFor();
      await page.waitForTimeout(500);
      expect(await axe(page), `step ${step}`).toEqual([]);
      await page.locator(".guesses button").first().click();
      await page.waitForTimeout(500);
      expect(await axe(page), `step ${step}, answered`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    }
  },
);
