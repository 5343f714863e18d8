/** The page as it is printed. */
import { constants, inflateSync } from "node:zlib";
import type { Page } from "playwright-core";
import { BROWSER } from "./browsers";

const MARGIN = { top: "12mm", right: "12mm", bottom: "12mm", left: "12mm" };

/** Lays the page out as on paper, or back. Firefox has no such command: there the style sheet's own rules are switched. */
export async function onPaper(page: Page, paper: boolean): Promise<void> {
  if (BROWSER === "chromium") return page.emulateMedia({ media: paper ? "print" : "screen" });
  await page.evaluate((is) => {
    const [from, to] = is ? ["print", "all"] : ["all", "print"];
    const turn = (rules: CSSRuleList) => {
      for (const rule of rules) {
        if (rule instanceof CSSMediaRule && rule.media.mediaText === from) rule.media.mediaText = to!;
        else if (rule instanceof CSSGroupingRule) turn(rule.cssRules);
      }
    };
    for (const sheet of document.styleSheets) turn(sheet.cssRules);
  }, paper);
}

/** How many sheets the page takes. WebDriver BiDi asks for the size that the style sheet names, and its PDFs are packed. */
export async function sheets(page: Page): Promise<number> {
  const size = BROWSER === "chromium" ? { preferCSSPageSize: true } : { format: "A4", margin: MARGIN };
  const pdf = await page.pdf(size);
  const plain = pdf.toString("latin1");
  const packed = [...plain.matchAll(/stream\r?\n/g)].map((it) => {
    try {
      const from = pdf.subarray(it.index + it[0].length);
      return inflateSync(from, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
    } catch {
      // Not every stream is deflated.
      return "";
    }
  });
  return [plain, ...packed].join("\n").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
