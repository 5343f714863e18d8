/** The lesson on repair: a deep cut, a few images without labels, and the answers are back, as the lesson says. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "./harness";

const card = (page: Page) => page.getByRole("complementary", { name: "Lesson" });

/** What the lab says is right: of the original, the cut and, where there is one, the repaired network. */
async function right(page: Page): Promise<string[]> {
  await page.getByText("Evaluated for the plan on this page.").waitFor({ timeout: 50_000 });
  const row = page.getByRole("table", { name: "Accuracy on labelled images" }).getByRole("row", { name: /^Right/ });
  const cells = await row.locator("td").allTextContents();
  return cells.map((it) => /^[\d.]+/.exec(it)![0]);
}

test("the lesson on repair says the numbers that the page shows", { timeout: 120_000 }, async () => {
  const page = await openPage({ hash: "#lesson=repair", early: true });
  const judge = card(page).getByRole("button", { name: "Judge on 500 images" });
  await page.getByText("Not evaluated yet for this plan.").waitFor({ timeout: 40_000 });
  expect(await page.getByRole("combobox", { name: "Images used" }).inputValue()).toBe("500");
  await judge.click();
  const [original, cut] = await right(page);
  const repaired: string[] = [];
  for (const n of [16, 64]) {
    await card(page)
      .getByRole("button", { name: `Repair with ${n} others` })
      .click();
    await page.locator(".taken").getByText(`repaired with ${n} images`).waitFor({ timeout: 50_000 });
    await page.getByText("Not evaluated yet for this plan.").waitFor();
    await judge.click();
    repaired.push((await right(page))[2]!);
  }
  const shown = [original, cut, ...repaired];
  console.log(`original, cut, repaired with 16 and 64: ${shown.join(", ")} %`);
  const text = (await card(page).locator("p").first().textContent())!;
  expect([...text.matchAll(/([\d.]+) %/g)].map((it) => it[1])).toEqual(shown);
});
