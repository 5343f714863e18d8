import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { english } from "./english";
import { chooseLanguage } from "./language";
import { visibleText } from "./visible";

const SOURCES = `${import.meta.dirname}/..`;

/** What looks like words and is none, each with its reason. */
const NO_WORDS: { file: string; text: string; because: string }[] = [
  { file: "charts/map.ts", text: '… …px "IBM Plex Sans", system-ui, sans-serif', because: "a font" },
  { file: "charts/hero.ts", text: '"IBM Plex Sans", system-ui, sans-serif', because: "a font" },
  { file: "charts/picture.ts", text: "'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif", because: "fonts" },
  { file: "charts/save.ts", text: "IBM Plex Sans", because: "a font" },
  { file: "charts/row.ts", text: '"IBM Plex Sans", system-ui, sans-serif', because: "a font" },
  { file: "charts/row.ts", text: "400 …px …", because: "a font" },
  { file: "charts/row.ts", text: "600 …px …", because: "a font" },
  { file: "state/cursor.ts", text: "Arrow", because: "the beginning of keys' names" },
  { file: "state/history.ts", text: "pointer …", because: "tells gestures apart" },
  { file: "state/history.ts", text: "keys …", because: "tells gestures apart" },
  { file: "views/cases-stages.tsx", text: "stage focus", because: "classes of an element" },
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].map((text) => ({
    file: "views/shrink/hero.tsx",
    text,
    because: "the name of a key",
  })),
  {
    file: "views/learn/card.tsx",
    text: "input, select, textarea, [role=application], [role=tablist], [role=slider]",
    because: "a selector",
  },
  { file: "views/drop.ts", text: "Files", because: "the browser's name for dragged files" },
  { file: "worker/engine.ts", text: "EngineLost", because: "the name of an error" },
];

const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .map((it) => it.replaceAll("\\", "/"))
  .filter((it) => /\.tsx?$/.test(it) && !/\.test\.ts$|^wasm\//.test(it))
  .sort();
const outside = files.filter((it) => !it.startsWith("words/"));
const read = (file: string) => readFileSync(`${SOURCES}/${file}`, "utf8");

test("what can be read or heard is in words/ and nowhere else", () => {
  const used = new Set<object>();
  const strewn = outside.flatMap((file) =>
    visibleText(read(file), file.endsWith("x")).flatMap((it) => {
      const none = NO_WORDS.find((one) => one.file === file && one.text === it.text);
      if (none) used.add(none);
      return none ? [] : [`www/src/${file}:${it.line}: “${it.text}” ${it.why}: it belongs in www/src/words/`];
    }),
  );
  expect(strewn).toEqual([]);
  // An exception that is no longer needed would hide the next string there.
  expect(NO_WORDS.filter((it) => !used.has(it))).toEqual([]);
});

test("strings that are put back are found", () => {
  // "#{n}" for a value in a template.
  const back = (code: string) => visibleText(code.replaceAll("#", "$"), true).map((it) => it.text);
  expect(back("const a = <p>Or drop them here</p>;")).toEqual(["Or drop them here"]);
  expect(back('const a = <button title="undo" class="quiet icon" />;')).toEqual(["undo"]);
  expect(back("const a = <b aria-label={on ? `of #{n} images` : t.none} />;")).toEqual(["of … images"]);
  expect(back('const a = <p>{kept ? "kept" : t.gone}</p>;')).toEqual(["kept"]);
  expect(back('const a = <NumberBox name="Seed" />;')).toEqual(["Seed"]);
  expect(back('const PARTS = [{ id: "lab", title: "lab" }];')).toEqual(["lab"]);
  expect(back("const job = () => withJob(`Opening #{name}`, null);")).toEqual(["Opening …"]);
  expect(back('function stop() { throw "Stopped."; }')).toEqual(["Stopped."]);
  expect(back("alertText.value = `#{n} images were read`;")).toEqual(["… images were read"]);
});

test("what only programs read is left alone", () => {
  const code = `
    import { a } from "A module of this name";
    type Role = "Writes to it";
    const keys = (key: string) => key === "Enter" || key !== "Escape";
    const b = <i class={on ? "swatch alive" : "swatch"} style={{ width: "10 px" }} aria-hidden="true">{t.kept} ×</i>;
    const c = { criterion: "probability", type: "image/svg+xml" };
  `;
  expect(visibleText(code, true)).toEqual([]);
});

test("views take the words of the language in force, not those of one language", () => {
  const direct = outside.flatMap((file) =>
    [...read(file).matchAll(/from "(?:\.\.?\/)+words(?:\/([\w/-]+))?"/g)]
      // Numbers start from the language, and what programs read is the same in all of them.
      .filter(([, module]) => module !== undefined && module !== "language" && module !== "files")
      .map(([text]) => `www/src/${file}: ${text}: import { words } from "…/words" instead, and list the module there`),
  );
  expect(direct).toEqual([]);
});

test("every topic is part of the language", () => {
  const aside = ["english", "files", "index", "language", "visible"];
  const topics = files.flatMap((it) => /^words\/([\w-]+)\.ts$/.exec(it)?.[1] ?? []);
  expect(topics.filter((it) => !aside.includes(it))).toEqual(Object.keys(english).sort());
});

test("the document and the manifest say what the words say", () => {
  const html = readFileSync(`${SOURCES}/../index.html`, "utf8").replace(/\s+/g, " ");
  const manifest = JSON.parse(readFileSync(`${SOURCES}/../public/manifest.webmanifest`, "utf8"));
  const { title, shortTitle, description, noScript } = english.page;
  expect(html).toContain(`<title>${title}</title>`);
  expect(html).toContain(`content="${description}"`);
  expect(html).toContain(`<noscript>${noScript}</noscript>`);
  expect(manifest).toMatchObject({ name: title, short_name: shortTitle });
});

test("the reader's first language that there is", () => {
  expect(chooseLanguage(["fr", "de-CH", "en"], ["en", "de"])).toBe("de");
  expect(chooseLanguage(["EN-gb", "de"], ["en", "de"])).toBe("en");
  expect(chooseLanguage(["fr"], ["en", "de"])).toBe("en");
  expect(chooseLanguage([], ["en"])).toBe("en");
});
