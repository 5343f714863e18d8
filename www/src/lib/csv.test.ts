import { expect, test } from "vitest";
import { csv } from "./csv";

test("quotes only where needed", () => {
  expect(csv(["a", "b"], [["x,y", 'say "hi"']])).toBe('a,b\r\n"x,y","say ""hi"""\r\n');
});

test("numbers, gaps and formulas", () => {
  expect(csv(["a", "b", "c", "d"], [[0.5, Number.NaN, null, "=1+1"]])).toBe("a,b,c,d\r\n0.5,,,'=1+1\r\n");
});
