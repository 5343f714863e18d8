/** A network of one's own: it comes back with a reload, a link asks for it, and its plan is not the next one's. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { filled } from "./filled";
import { binary, dropOnPage, openPage, removed, setThreshold } from "./harness";

const V1 = "mobilenetv1_050_cifar10.onnx";
const OWN = "mobilenetv1_32_ts.onnx";
const own = async (name = OWN) => binary(name, await filled(OWN));
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const threshold = (page: Page) => page.getByRole("spinbutton", { name: "Threshold value" });
const written = (page: Page, what: string) => expect.poll(() => new URL(page.url()).hash).toContain(what);

test("the threshold of one network does not cut the next, the criterion stays", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  await setThreshold(page, "0.41");
  await page.getByLabel("Open an ONNX model").setInputFiles(await own());
  await heading(page, OWN).waitFor();
  expect(await threshold(page).inputValue()).toBe("0.99");
  await page.getByRole("combobox", { name: "Criterion" }).selectOption("sigma");
  await page.getByRole("spinbutton", { name: "Share removed value" }).or(threshold(page)).first().fill("0.6");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^MobileNetV2 ×0\.5/ }).click();
  await heading(page, "mobilenetv2_050_cifar10.onnx").waitFor();
  expect(await page.getByRole("combobox", { name: "Criterion" }).inputValue()).toBe("sigma");
  await written(page, "net=mobilenetv2_050_cifar10.onnx");
  await written(page, "criterion=sigma");
  expect(new URL(page.url()).hash).not.toContain("share=");
});

test("an opened file survives a reload with its plan, until it is forgotten", async () => {
  const page = await openPage();
  await dropOnPage(page, await own());
  await heading(page, OWN).waitFor();
  await setThreshold(page, "0.6");
  await page.getByText(/opened network is kept in this browser/).waitFor();
  await written(page, "threshold=0.6");
  const before = await removed(page, "Parameters");
  await page.reload();
  await heading(page, OWN).waitFor();
  expect(await threshold(page).inputValue()).toBe("0.6");
  await expect.poll(() => removed(page, "Parameters")).toBe(before);

  await page.getByRole("button", { name: "Forget opened networks" }).click();
  await page.getByText("The opened networks are forgotten").waitFor();
  await page.reload();
  await page.getByText(`This link was made with ${OWN}. Drop it to continue.`).waitFor();
  expect(await page.locator(".facts h3").count()).toBe(0);
  // Dropped, it comes with the plan of the link.
  await dropOnPage(page, await own());
  await heading(page, OWN).waitFor();
  expect(await threshold(page).inputValue()).toBe("0.6");
  await expect.poll(() => removed(page, "Parameters")).toBe(before);
  expect(await page.getByText("Drop it to continue").count()).toBe(0);
});

test("a link to a network that is not here shows no other one under its plan", async () => {
  const page = await openPage({ hash: "#net=mystery.onnx&threshold=0.5", early: true });
  await page.getByText("This link was made with mystery.onnx, which is none of the samples here").waitFor();
  expect(await page.locator(".facts h3").count()).toBe(0);
  // Another network is opened for itself.
  await page.getByRole("button", { name: /^MobileNetV2 ×0\.5/ }).click();
  await heading(page, "mobilenetv2_050_cifar10.onnx").waitFor();
  expect(await threshold(page).inputValue()).toBe("0.99");

  // Pasted into an open page it leaves what is open as it is.
  await page.evaluate(() => {
    location.hash = "#net=local:other.onnx&threshold=0.5";
  });
  await page.getByText("This link was made with other.onnx. Drop it to continue.").waitFor();
  expect(await threshold(page).inputValue()).toBe("0.99");
  await dropOnPage(page, await own("other.onnx"));
  await heading(page, "other.onnx").waitFor();
  expect(await threshold(page).inputValue()).toBe("0.5");
});

test("what a link says wrongly is named, and one that is too long is not opened", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=7&criterion=magic&tau=0.5` });
  await page.getByText("Not everything in this link could be read: threshold, criterion, tau.").waitFor();
  const good = await openPage({ hash: `#net=${V1}&threshold=0.90&locked=1.2&v=1` });
  expect(await good.getByText("could be read").count()).toBe(0);
  const long = await openPage({ hash: `#net=${V1}&threshold=0.5&own=${"1t0.5*".repeat(20_000)}` });
  await long.getByText(/This link is 120,\d+ characters long, and the page reads 100,000 at most/).waitFor();
  // As on a first visit: the recommended order, by its share.
  expect(await threshold(long).inputValue()).toBe("0.25");
});

test("what is no number is not made one", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const box = threshold(page);
  await box.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("0.5,3");
  await page.keyboard.press("Enter");
  await page.getByText("“0.5,3” is not a number, so 0.99 stays.").waitFor();
  expect(await box.inputValue()).toBe("0.99");
  await box.fill("0,5");
  await box.press("Enter");
  await expect.poll(() => box.inputValue()).toBe("0.5");
  await box.press("ArrowUp");
  await expect.poll(() => box.inputValue()).toBe("0.51");
});

test("a network that ends an evaluation says so", async () => {
  const page = await openPage({ hash: "#net=mobilenetv1_025_fashion.onnx&view=lab" });
  await page.getByRole("button", { name: "Evaluate both networks" }).click();
  await page
    .getByRole("progressbar", { name: /Evaluating|Evaluate/ })
    .first()
    .waitFor();
  await dropOnPage(page, await own());
  await heading(page, OWN).waitFor();
  await page.getByText("The evaluation was stopped, because another network or other images were opened.").waitFor();
});
