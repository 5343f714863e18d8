import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { cifar10, idx, tarGz, zip } from "../../../tests/e2e/archives";
import { contentsOf } from "./contents";
import { unzip, zipEntries } from "./zip";

const SAMPLES = new URL("../../public/samples/", import.meta.url);
const blob = (of: Buffer) => new File([new Uint8Array(of)], "a.zip");

test("data sets are recognised by what is in them", async () => {
  const { images, labels } = idx(20);
  const sets = [images, labels, cifar10(30), tarGz([{ name: "a/b.png", content: Buffer.from("x") }])];
  for (const set of sets) expect(await contentsOf(blob(set))).toBe("data");
  expect(await contentsOf(blob(zip([])))).toBe("zip");
});

test("networks, pictures and texts are no data sets, nor is what only has a data set's length", async () => {
  const network = await readFile(new URL("mobilenetv1_025_fashion.onnx", SAMPLES));
  const picture = await readFile(new URL("images/fashion/bag.png", SAMPLES));
  const long = Buffer.alloc(3073 * 4, 200);
  for (const it of [network, picture, long, Buffer.from("some words"), Buffer.alloc(0)])
    expect(await contentsOf(blob(it))).toBe("unknown");
});

test("a zip is read: its names, and any of its files whole", async () => {
  const content = Buffer.from("weights ".repeat(1000));
  const archive = blob(
    zip([
      { name: "folder/net.onnx", content },
      { name: "folder/", content: Buffer.alloc(0), stored: true },
      { name: "as it is.bin", content, stored: true },
    ]),
  );
  const entries = await zipEntries(archive);
  expect(entries.map((it) => it.name)).toEqual(["folder/net.onnx", "as it is.bin"]);
  for (const it of entries)
    expect(Buffer.from(await (await unzip(archive, it)).arrayBuffer()).equals(content)).toBe(true);
  // Written by another program.
  const other = blob(await readFile(new URL("data/fashion-mnist-1000.zip", SAMPLES)));
  const images = (await zipEntries(other)).find((it) => it.name.includes("idx3"))!;
  expect(images.size).toBe(16 + 1000 * 784);
  expect(await contentsOf(await unzip(other, images))).toBe("data");
});

test("a damaged zip says so", async () => {
  const whole = zip([{ name: "net.onnx", content: Buffer.from("weights ".repeat(100)) }]);
  await expect(zipEntries(blob(whole.subarray(0, 60)))).rejects.toMatch(/^a\.zip is a zip/);
  const [entry] = await zipEntries(blob(whole));
  const broken = Buffer.from(whole);
  broken.fill(0xff, 40, 60);
  await expect(unzip(blob(broken), entry!)).rejects.toMatch(/^a\.zip is a zip in which net\.onnx is damaged/);
  // More than it announced: unpacking ends there.
  await expect(unzip(blob(whole), { ...entry!, size: 10 })).rejects.toMatch(/damaged/);
});
