import { language } from "../words/language";

/** What several files opened at once are: one network, the files its weights lie in, images. */
interface Named {
  name: string;
  type: string;
}

export interface Sorted<T> {
  network: T | null;
  /** Everything else that is no image; only a network says whether it needs them. */
  companions: T[];
  images: T[];
}

/**
 * A single file that is no image is always taken for the network: what is wrong with it should be said
 * about it, whatever its name. `meant` is for a button that only opens networks.
 */
export function sortFiles<T extends Named>(files: readonly T[], meant = false): Sorted<T> {
  if (meant && files.length === 1) return { network: files[0]!, companions: [], images: [] };
  const images = files.filter((it) => it.type.startsWith("image/"));
  const others = files.filter((it) => !it.type.startsWith("image/"));
  const network = others.find((it) => /\.onnx$/i.test(it.name)) ?? others[0] ?? null;
  return { network, companions: others.filter((it) => it !== network), images };
}

/** Networks beyond the one that is opened; nobody should wonder where they went. */
export function otherNetworks<T extends Named>({ companions }: Sorted<T>): T[] {
  return companions.filter((it) => /\.onnx$/i.test(it.name));
}

/** Types that the core decodes. Folders hold other things too. */
const IMAGE = /^image\/(png|jpeg|webp)$/;

export function imagesOf<T extends Named>(files: readonly T[]): T[] {
  return files
    .filter((it) => IMAGE.test(it.type))
    .sort((a, b) => a.name.localeCompare(b.name, language, { numeric: true }));
}

/** All files of what was dropped, folders walked to the end. */
export async function droppedFiles(items: readonly DataTransferItem[]): Promise<File[]> {
  // Entries have to be asked for before the first wait; then the browser forgets the items.
  const entries = items
    .filter((it) => it.kind === "file")
    .map((it) => ({ entry: it.webkitGetAsEntry(), file: it.getAsFile() }));
  const found: File[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) found.push(...(await walk(entry as FileSystemDirectoryEntry)));
    else if (file) found.push(file);
  }
  return found;
}

async function walk(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: File[] = [];
  // A reader gives a hundred at a time and then none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const entry of some) {
      if (entry.isDirectory) found.push(...(await walk(entry as FileSystemDirectoryEntry)));
      else
        found.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    }
  }
}
