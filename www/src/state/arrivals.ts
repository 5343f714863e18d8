/** Files that arrive at the page, by a drop or a button: networks are opened, images listed, data sets go to the Lab. */
import { contentsOf } from "../lib/contents";
import { byNumber, isReadable, sortFiles } from "../lib/files";
import type { PathFile } from "../lib/folders";
import { unzip, type ZipEntry, zipEntries } from "../lib/zip";
import { words } from "../words";
import { sentence } from "../worker/engine";
import type { LabFile } from "../worker/lab-api";
import { withJob } from "./jobs";
import { chooseFiles, images, labelled } from "./lab/data";
import { spare } from "./lab/repair";
import { LARGEST, openFiles } from "./models";
import { addImages } from "./pictures";
import { alertText, noticeText, screen } from "./store";

const isNetwork = (name: string) => /\.onnx$/i.test(name);
const isTable = (name: string) => /\.(csv|tsv)$/i.test(name);
const isImage = (it: File) => it.type.startsWith("image/");

/** `meant`: by a button that only opens networks, so that what is wrong with a file is said of it as a network. */
export function arrive(files: readonly File[], since = performance.now(), meant = false): Promise<void> {
  return saying(async () => {
    const sorted = sortFiles(files, meant);
    const others = files.filter((it) => it === sorted.network || sorted.companions.includes(it));
    const found = await sets(others);
    if (sorted.network && isNetwork(sorted.network.name)) {
      const companions = sorted.companions.filter((it) => found.every((one) => one.file !== it));
      await openFiles({ ...sorted, companions }, since);
      await takeSets(found);
    } else if (found.length > 0) {
      addImages(sorted.images);
      // Labels and descriptions come beside the binaries.
      await takeSets(
        found.some((it) => it.kind === "zip") ? found : others.map((file) => ({ file, kind: "data" })),
        since,
      );
    } else if (others.some((it) => isTable(it.name)) && sorted.images.length > 0) {
      await toLab(files.map(asLabFile));
    } else {
      await openFiles(sorted, since);
    }
  });
}

/** By a button that adds images: what is neither an image nor a data set is listed, and says itself what is wrong. */
export function arriveAsImages(files: readonly File[]): Promise<void> {
  return saying(async () => {
    const found = await sets(files.filter((it) => !isImage(it)));
    addImages(files.filter((it) => found.every((one) => one.file !== it)));
    await takeSets(found);
  });
}

/** A folder may hold a network with its weights, images, a data set, and whatever else lies about. */
export function arriveFolder(files: readonly PathFile[], since: number): Promise<void> {
  return saying(async () => {
    const plain = [...files].sort((a, b) => byNumber.compare(a.name, b.name)).map((it) => it.content);
    const networks = plain.filter((it) => /\.onnx(\.data)?$/i.test(it.name));
    const images = plain.filter(isReadable);
    if (networks.length + images.length > 0) {
      const paths = new Map(files.map((it) => [it.content, it.name]));
      const placed = images.map((it) => paths.get(it)!);
      addImages(images, placed);
      return openFiles(sortFiles(networks), since);
    }
    const found = await sets(plain);
    if (found.some((it) => it.kind === "data")) return toLab(files);
    if (found.length > 0) return takeSets(found, since);
    noticeText.value = words.arrivals.folder(files.length);
  });
}

async function saying(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    alertText.value = sentence(error);
  }
}

interface DataSet {
  file: File;
  kind: "zip" | "data";
}

async function sets(files: readonly File[]): Promise<DataSet[]> {
  const found: DataSet[] = [];
  for (const file of files) {
    if (isNetwork(file.name)) continue;
    const kind = await contentsOf(file);
    if (kind !== "unknown") found.push({ file, kind });
  }
  return found;
}

async function takeSets(found: readonly DataSet[], since = performance.now()): Promise<void> {
  const [first, ...more] = found;
  if (!first) return;
  const archives = found.filter((it) => it.kind === "zip");
  if (archives.length > 1) throw words.arrivals.severalArchives(archives.map((it) => it.file.name));
  if (first.kind === "zip" && more.length === 0) await takeArchive(first.file, since);
  else await toLab(found.map((it) => asLabFile(it.file)));
}

function asLabFile(file: File): LabFile {
  return { name: file.name, content: file };
}

async function toLab(files: readonly LabFile[]): Promise<void> {
  const reading = chooseFiles(files);
  screen.view.value = "lab";
  // On a small screen the Lab is not where the file was dropped.
  queueMicrotask(() => document.getElementById("bench-panel")?.scrollIntoView({ block: "nearest" }));
  await reading;
  const taken = labelled.value;
  // What could not be read the Lab says itself.
  if (taken && taken.files[0]?.content === files[0]?.content)
    noticeText.value =
      screen.mode.value === "research"
        ? words.arrivals.toLab(taken.name)
        : words.arrivals.taken(taken.name, images.value, spare.value);
}

/** What programs of macOS and others leave in archives. */
const isLitter = (name: string) => /(^|\/)(__MACOSX\/|\.)/.test(name);
const IN_A_SET = /\.(png|jpe?g|webp|bin|gz|csv|tsv|zip|tar)$|idx[13]-ubyte$/i;

async function takeArchive(archive: File, since: number): Promise<void> {
  const entries = (await zipEntries(archive)).filter((it) => !isLitter(it.name));
  const networks = entries.filter((it) => isNetwork(it.name));
  if (networks.length > 1) {
    const names = networks.map((it) => it.name);
    throw words.arrivals.severalNetworks(archive.name, names);
  }
  if (!networks[0]) {
    if (!entries.some((it) => IN_A_SET.test(it.name))) throw words.arrivals.nothing(archive.name);
    return await toLab([asLabFile(archive)]);
  }
  const taken = await networkIn(archive, networks[0], entries);
  await openFiles(sortFiles(taken), since);
  if (!alertText.value) noticeText.value = words.arrivals.fromZip(taken[0]!.name, archive.name);
}

/** The network, and the files beside it that its weights may lie in. */
async function networkIn(archive: File, network: ZipEntry, entries: readonly ZipEntry[]): Promise<File[]> {
  const folder = network.name.slice(0, network.name.lastIndexOf("/") + 1);
  const beside = entries.filter(
    (it) => it !== network && it.name.startsWith(folder) && !/\.(png|jpe?g|webp|txt|md|csv|json)$/i.test(it.name),
  );
  const wanted = [network, ...beside];
  const size = wanted.reduce((sum, it) => sum + it.size, 0);
  if (size > LARGEST) throw words.network.tooLarge(network.name, Math.round(size / 1e6), LARGEST / 1e6);
  return withJob(words.arrivals.reading(archive.name), null, () =>
    Promise.all(wanted.map(async (it) => new File([await unzip(archive, it)], it.name.slice(folder.length)))),
  );
}
