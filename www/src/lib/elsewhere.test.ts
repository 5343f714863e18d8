import { expect, test } from "vitest";
import { elsewhere } from "./elsewhere";

test("an address says its host and its file", () => {
  expect(elsewhere("https://example.org/a/b/mobile%20net.onnx?download=true#x")).toEqual({
    url: "https://example.org/a/b/mobile%20net.onnx?download=true#x",
    host: "example.org",
    file: "mobile net.onnx",
  });
  expect(elsewhere("https://example.org:8443/")).toMatchObject({ host: "example.org:8443", file: "model.onnx" });
  expect(elsewhere("https://example.org/100%.onnx")).toMatchObject({ file: "100%.onnx" });
  expect(elsewhere("https://example.org/a%2Fb%0A.onnx")).toMatchObject({ file: "a_b_.onnx" });
  expect(elsewhere("http://127.0.0.1:8000/x.onnx")).toMatchObject({ host: "127.0.0.1:8000" });
});

test("what is no file of another host is refused", () => {
  for (const wrong of [
    "",
    "x.onnx",
    "//example.org/x.onnx",
    "http://example.org/x.onnx",
    "file:///etc/passwd",
    "data:application/octet-stream,x",
    "javascript:alert(1)",
    "blob:https://example.org/1",
    "https://user:secret@example.org/x.onnx",
    `https://example.org/${"x".repeat(3000)}`,
  ]) {
    expect(elsewhere(wrong), wrong).toBeNull();
  }
});
