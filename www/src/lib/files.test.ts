import { expect, test } from "vitest";
import { distinctNames, imagesOf, otherNetworks, sortFiles } from "./files";

const file = (name: string, type = "") => ({ name, type });

test("a network, its weights and images find their places in any order", () => {
  const [data, net, photo] = [file("net.onnx.data"), file("net.onnx"), file("cat.jpg", "image/jpeg")];
  expect(sortFiles([data, photo, net])).toEqual({ network: net, companions: [data], images: [photo] });
});

test("one file that is no image is the network, whatever its name", () => {
  const text = file("notes.txt", "text/plain");
  expect(sortFiles([text]).network).toBe(text);
  const photo = file("cat.png", "image/png");
  expect(sortFiles([photo])).toEqual({ network: null, companions: [], images: [photo] });
  expect(sortFiles([photo], true).network).toBe(photo);
});

test("a second network is not mistaken for weights", () => {
  const sorted = sortFiles([file("a.onnx"), file("B.ONNX"), file("a.bin")]);
  expect(sorted.network!.name).toBe("a.onnx");
  expect(otherNetworks(sorted).map((it) => it.name)).toEqual(["B.ONNX"]);
});

test("images come in the order in which a person counts", () => {
  const images = ["10.png", "9.png", "notes.txt", "a.png"].map((name) =>
    file(name, name.endsWith("png") ? "image/png" : ""),
  );
  expect(imagesOf(images).map((it) => it.name)).toEqual(["9.png", "10.png", "a.png"]);
});

test("names keep their folders only where they would be mistaken", () => {
  expect(distinctNames(["set/cat/1.png", "set/dog/2.png"])).toEqual(["1.png", "2.png"]);
  expect(distinctNames(["set/cat/1.png", "set/dog/1.png"])).toEqual(["cat/1.png", "dog/1.png"]);
  expect(distinctNames(["a/1.png", "b/1.png"])).toEqual(["a/1.png", "b/1.png"]);
  expect(distinctNames(["1.png"])).toEqual(["1.png"]);
});
