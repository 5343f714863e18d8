/** A file that the page saves, and what the page showed when the button was pressed. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { count } from "../oracle/lib/count.mjs";
import { decode } from "../oracle/lib/onnx.mjs";

export interface Counts {
  params: number;
  macs: number;
}

/** Exact numbers of the table "Savings", column "after"; null where there is no plan yet. */
export function shownCounts(page: Page): Promise<Counts | null> {
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll("table.savings tbody tr")];
    const [params, macs] = rows.map((it) => it.querySelectorAll("td")[1]?.title ?? "");
    const number = (text: string | undefined) => Number((text ?? "").replaceAll(/\D/g, ""));
    return params && macs ? { params: number(params), macs: number(macs) } : null;
  });
}

/** Counted from the file by a reader and a runtime that are not the product's. */
export async function fileCounts(bytes: Uint8Array): Promise<Counts> {
  return await count(decode(bytes));
}

/** Presses Download; what was shown at that moment, and the file. Throws what the page says if it refuses. */
export async function takeFile(page: Page, patience = 60_000): Promise<{ shown: Counts; bytes: Buffer; name: string }> {
  const shown = await shownCounts(page);
  if (!shown) throw new Error("There is no plan on the page");
  const waiting = page.waitForEvent("download", { timeout: patience });
  const refused = page
    .getByRole("alert")
    .first()
    .waitFor({ timeout: patience })
    .then(async () => {
      throw new Error(`Refused: ${await page.getByRole("alert").first().textContent()}`);
    });
  refused.catch(() => {});
  await page.getByRole("button", { name: "Download pruned model" }).click();
  const download = await Promise.race([waiting, refused]);
  waiting.catch(() => {});
  return { shown, bytes: await readFile(await download.path()), name: download.suggestedFilename() };
}
