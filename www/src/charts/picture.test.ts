import { expect, test } from "vitest";
import { compose, wrapped } from "./picture";

const look = { paper: "#fff", ink: "#000", quiet: "#555" };
const box = (width: number, height: number) => ({
  width,
  height,
  markup: `<rect width="${width}" height="${height}"/>`,
});

test("a picture is as large as what it holds", () => {
  const picture = compose({
    title: "Small",
    notes: [],
    rows: [[box(300, 100), box(300, 40)], [box(500, 60)]],
    legend: [],
    look,
  });
  const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(picture)!.map(Number);
  expect(width).toBe(300 + 28 + 300 + 2 * 20);
  expect(height).toBeGreaterThan(100 + 60 + 2 * 20);
  expect(height).toBeLessThan(100 + 60 + 120);
});

test("what a file is called can not end the picture", () => {
  const picture = compose({
    title: 'a<b>&"c".onnx',
    notes: ["<script>"],
    rows: [[{ ...box(10, 10), caption: ["x < y"], below: ["y > x"] }]],
    legend: [{ name: "<i>", fill: "#123" }],
    look,
  });
  expect(picture).not.toMatch(/<(b|script|i)>/);
  expect(picture).toContain("a&lt;b&gt;&amp;&quot;c&quot;.onnx");
  expect(picture).toContain("x &lt; y");
});

test("long sentences are broken, long words are kept whole", () => {
  const lines = wrapped("one two three four five six seven", 80, 10);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join(" ")).toBe("one two three four five six seven");
  expect(wrapped("features.18.depthwise.convolution", 40, 10)).toEqual(["features.18.depthwise.convolution"]);
});
