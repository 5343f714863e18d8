/** One of the lab's workers, one per core: its own copy of the network and of the data. */

import { expose, transfer } from "comlink";
import { digest } from "../lib/digest";
import { class_labels, Judge, LabData } from "../wasm/core";
import type { Fault } from "./fault";
import type { LabApi, LabFile } from "./lab-api";
import { coreReady } from "./ready";

const ready = coreReady();

let judge: Judge | null = null;
let bench = -1;
let compared = "";
/** Data that was looked at and not yet taken over by a judge. */
let looked: { key: string; data: LabData } | null = null;

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

async function read(files: LabFile[]): Promise<{ data: LabData; contents: Uint8Array[] }> {
  await ready;
  const contents = await Promise.all(files.map((it) => bytesOf(it.content)));
  const names = files.map((it) => it.name);
  return { data: LabData.open(names, contents), contents };
}

/** Enough to tell whether two calls speak of the same files. */
function keyOf(files: LabFile[]): string {
  return files.map((it) => `${it.name}:${it.content.size}`).join("\n");
}

async function dataOf(files: LabFile[]): Promise<LabData> {
  const held = looked;
  looked = null;
  if (held?.key === keyOf(files)) return held.data;
  held?.data.free();
  return (await read(files)).data;
}

function sitting(): Judge {
  if (!judge) throw "no-lab-network" satisfies Fault;
  return judge;
}

/** Lossless, so that a repair sees what an evaluation would. */
function picture(data: LabData, index: number): Promise<Blob> {
  const [width, height] = [data.width(index), data.height(index)];
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(new Uint8ClampedArray(data.pixels(index)), width, height);
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

const api: LabApi = {
  async look(files) {
    const { data, contents } = await read(files);
    looked?.data.free();
    looked = { key: keyOf(files), data };
    return { info: data.info(), digest: digest(contents) };
  },
  async digest(files) {
    return digest(await Promise.all(files.map(bytesOf)));
  },
  async readsBetter(name, model, files) {
    const { data } = await read(files);
    try {
      return data.reads_better(name, await bytesOf(model)) ?? null;
    } finally {
      data.free();
    }
  },
  async names(set) {
    await ready;
    return class_labels(set);
  },
  async sit({ id, name, model, companions, files, preset }) {
    await ready;
    if (bench === id && judge) return judge.batch();
    judge?.free();
    judge = null;
    compared = "";
    const bytes = await bytesOf(model);
    const others = await Promise.all(companions.map((it) => bytesOf(it.content)));
    const data = await dataOf(files);
    judge =
      companions.length === 0
        ? new Judge(name, bytes, data, preset)
        : Judge.with_files(
            name,
            bytes,
            companions.map((it) => it.name),
            others,
            data,
            preset,
          );
    bench = id;
    return judge.batch();
  },
  async compare(id, bytes) {
    if (compared === id) return;
    compared = "";
    sitting().set_pruned(await bytesOf(bytes));
    compared = id;
  },
  async evaluate(from, to) {
    const records = sitting().evaluate(from, to);
    return transfer(records, [records.buffer]);
  },
  async report(records) {
    return sitting().report(records);
  },
  async pictures(files, from, to) {
    const { data } = await read(files);
    try {
      const found: Blob[] = [];
      for (let i = from; i < to; i++) found.push(await picture(data, i));
      return found;
    } finally {
      data.free();
    }
  },
};

expose(api);
