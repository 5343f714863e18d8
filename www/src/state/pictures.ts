/** The images the networks run on, are measured on and repaired with: samples, until there are own ones. */
import { signal } from "@preact/signals";
import { distinctNames } from "../lib/files";
import { fetchOwn } from "../lib/own-files";
import * as store from "./store";

export interface Picture {
  id: number;
  name: string;
  /** The file's name: its ending says what it is. */
  file: string;
  blob: Blob;
  /** Made when it is first shown: the browser takes a moment for each, and of many most never are. */
  readonly url: string;
  sample: boolean;
}

export const pictures = signal<Picture[]>([]);

let nextId = 1;
/** Which sample images are shown or on their way. */
let sampleSet = "";

const urls = new WeakMap<Blob, string>();

function picture(name: string, file: string, blob: Blob, sample: boolean): Picture {
  return {
    id: nextId++,
    name,
    file,
    blob,
    get url() {
      const url = urls.get(blob) ?? URL.createObjectURL(blob);
      urls.set(blob, url);
      return url;
    },
    sample,
  };
}

/** An image from elsewhere, for what takes pictures. */
export function asPicture(blob: Blob, name: string): Picture {
  return picture(name, name, blob, false);
}

function drop(removed: readonly Picture[]): void {
  for (const { blob } of removed) {
    const url = urls.get(blob);
    if (url) URL.revokeObjectURL(url);
    urls.delete(blob);
  }
}

/** The images that suit the network just opened, unless the user brought some. */
export async function chooseSampleImages(): Promise<void> {
  const wanted = store.preset.value === "fashion-mnist" ? "fashion-mnist" : "photos";
  if (pictures.value.some((it) => !it.sample || sampleSet === wanted)) return;
  sampleSet = wanted;
  drop(pictures.value);
  pictures.value = [];
  const images = store.samples.value.images.filter((it) => it.set === wanted);
  try {
    const loaded = await Promise.all(
      images.map(async (it) => picture(it.name, it.file, await (await fetchOwn(`samples/${it.file}`)).blob(), true)),
    );
    if (sampleSet === wanted && pictures.value.length === 0) pictures.value = loaded;
    else drop(loaded);
  } catch {
    // Samples are a convenience; one's own images work without them.
  }
}

/** `paths`: where they lay, for names that tell them apart. */
export function addImages(
  files: readonly File[],
  paths: readonly string[] = files.map((it) => it.webkitRelativePath || it.name),
): void {
  if (files.length === 0) return;
  const names = distinctNames(paths);
  // One's own photos take the place of the samples: agreement should be about them.
  drop(pictures.value.filter((it) => it.sample));
  pictures.value = [
    ...pictures.value.filter((it) => !it.sample),
    ...files.map((file, i) => picture(names[i]!, file.name, file, false)),
  ];
}

export function removePicture(id: number): void {
  drop(pictures.value.filter((it) => it.id === id));
  pictures.value = pictures.value.filter((it) => it.id !== id);
}

export function bringSamplesBack(): void {
  drop(pictures.value);
  pictures.value = [];
  sampleSet = "";
  void chooseSampleImages();
}
