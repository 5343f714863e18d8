/** Archives and data files, wherever they are dropped: data sets go to the Lab, a network in a zip is opened. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cifar10, idx, tarGz, zip } from "./archives";
import { binary, dropOnPage, openPage, planned } from "./harness";
import { externalNet } from "./onnx";

const PUBLIC = new URL("../../www/public/samples/", import.meta.url);
const sample = (file: string) => readFile(new URL(file, PUBLIC));
const V1 = "mobilenetv1_050_cifar10.onnx";

const lab = (page: Page) => page.getByRole("tabpanel", { name: "Lab" });
const stillOpen = async (page: Page) => {
  expect(await page.getByRole("heading", { name: V1 }).count()).toBe(1);
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
};

test("data sets are recognised by their content wherever they are dropped, and are in the Lab then", async () => {
  const page = await openPage();
  const { images, labels } = idx(40);
  const bag = await sample("images/fashion/bag.png");
  const inFolders = ["bird/1.png", "bird/2.png", "cat/1.png"].map((name) => ({ name, content: bag }));
  const cases: [string, ReturnType<typeof binary>[], RegExp][] = [
    ["a zip with a folder per class", [binary("mine.zip", zip(inFolders))], /3 images, 2 classes/],
    ["a .tar.gz under another name", [binary("mine.download", tarGz(inFolders))], /3 images, 2 classes/],
    [
      "packed IDX with its labels",
      [binary("t10k-images-idx3-ubyte.gz", images), binary("t10k-labels-idx1-ubyte.gz", labels)],
      /40 images, 10 classes/,
    ],
    ["CIFAR's binary", [binary("test_batch.bin", cifar10(50))], /50 images, 10 classes/],
  ];
  for (const [what, files, expected] of cases) {
    await page.getByRole("tab", { name: "Channel", exact: true }).click();
    await dropOnPage(page, ...files);
    await lab(page).getByText(expected).waitFor();
    const news = page.getByText(/holds? images, not a network: the Lab below the map has them now/);
    await news.waitFor();
    expect(await page.getByRole("tab", { name: "Lab" }).getAttribute("aria-selected"), what).toBe("true");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await stillOpen(page);
  }
  // The pictures under Proof are what they were.
  expect(await page.getByRole("list", { name: "Images" }).getByRole("listitem").count()).toBe(10);
});

test("the buttons know data sets too", async () => {
  const page = await openPage();
  const archive = binary("fashion.zip", await sample("data/fashion-mnist-1000.zip"));
  for (const button of ["Open an ONNX model", "Add images"]) {
    await page.getByRole("tab", { name: "Channel", exact: true }).click();
    await page.getByLabel(button, { exact: true }).setInputFiles([archive]);
    await lab(page)
      .getByText(/1,000 images, 10 classes/)
      .waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
  }
  await stillOpen(page);
  expect(await page.getByRole("list", { name: "Images" }).getByRole("listitem").count()).toBe(10);
});

test("a zip with one network opens it, with the file its weights lie in", async () => {
  const page = await openPage();
  const plain = zip([
    { name: "README.md", content: Buffer.from("what it is") },
    { name: "__MACOSX/._net.onnx", content: Buffer.from("litter") },
    { name: "net.onnx", content: await sample("mobilenetv1_025_fashion.onnx") },
  ]);
  await dropOnPage(page, binary("net.zip", plain));
  await page.getByRole("heading", { name: "net.onnx" }).waitFor();
  await page.getByText("net.onnx was taken out of net.zip.").waitFor();
  await planned(page, 1);

  const { model, weights } = externalNet();
  const parts = [
    { name: "export/outside.onnx", content: model },
    { name: "export/weights.bin", content: weights, stored: true },
  ];
  await page.getByLabel("Open an ONNX model").setInputFiles([binary("export.zip", zip(parts))]);
  await page.getByRole("heading", { name: "outside.onnx" }).waitFor();
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
});

test("what an archive lacks, or has too much of, is one sentence that names it", async () => {
  const page = await openPage();
  const text = { name: "notes.txt", content: Buffer.from("nothing to see") };
  const net = (name: string) => ({ name, content: Buffer.from("x") });
  const cases: [string, Buffer, RegExp][] = [
    ["text.zip", zip([text]), /^text\.zip holds neither a network \(\.onnx\) nor images\.$/],
    ["two.zip", zip([net("a.onnx"), net("b/b.onnx")]), /^two\.zip holds 2 networks \(a\.onnx, b\/b\.onnx\)/],
    ["cut.zip", zip([net("a.onnx")]).subarray(0, 50), /^cut\.zip is a zip without its list of files/],
  ];
  for (const [name, content, expected] of cases) {
    await dropOnPage(page, binary(name, content));
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(expected);
    await page.getByRole("button", { name: "Dismiss" }).click();
  }
  await stillOpen(page);
  expect(await page.getByRole("tab", { name: "Lab" }).getAttribute("aria-selected")).toBe("false");
});
