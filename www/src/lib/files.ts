/** What several files opened at once are: one network, the files its weights lie in, images. */
import { language } from "../words/language";

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

/** Made once: a comparison that makes its own takes a tenth of a second for two hundred names. */
export const byNumber = new Intl.Collator(language, { numeric: true });

export const isReadable = (it: Named) => IMAGE.test(it.type);

export function imagesOf<T extends Named>(files: readonly T[]): T[] {
  return files.filter(isReadable).sort((a, b) => byNumber.compare(a.name, b.name));
}

/** Names that tell the files apart: with their folders where several files have one name. */
export function distinctNames(paths: readonly string[]): string[] {
  const last = paths.map((it) => it.slice(it.lastIndexOf("/") + 1));
  if (new Set(last).size === last.length) return last;
  const root = paths[0]!.slice(0, paths[0]!.indexOf("/") + 1);
  return paths.every((it) => it.startsWith(root)) ? paths.map((it) => it.slice(root.length)) : [...paths];
}
