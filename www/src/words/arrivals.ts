/** What becomes of files that are not simply a network or images. */
import { count, plural } from "../lib/format";

const listed = (names: readonly string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");

export const arrivals = {
  reading: (name: string) => `Looking into ${name}`,
  toLab: (name: string) => `${name} holds images, not a network: the Lab below the map has them now.`,
  taken: (name: string, judging: number, spare: number) =>
    `${name}: ${plural(judging, "image")} ${judging === 1 ? "judges" : "judge"}${spare > 0 ? `, ${count(spare)} others can repair` : ""}.`,
  fromZip: (network: string, archive: string) => `${network} was taken out of ${archive}.`,
  severalNetworks: (archive: string, names: readonly string[]) =>
    `${archive} holds ${plural(names.length, "network")} (${listed(names)}), and the page holds one at a time: unpack it and open one of them.`,
  nothing: (archive: string) => `${archive} holds neither a network (.onnx) nor images.`,
  severalArchives: (names: readonly string[]) =>
    `${listed(names)} are archives, and the page looks into one at a time: open them one by one.`,
  folder: (files: number) =>
    `None of the files in this folder (${count(files)}) is a network, an image (PNG, JPEG or WebP) or a data set.`,
  zip: {
    noList: (archive: string) => `${archive} is a zip without its list of files: it is cut off.`,
    badList: (archive: string) => `${archive} is a zip whose list of files is damaged.`,
    large: (archive: string) => `${archive} is a zip of more than 4 GB, too large for a browser tab.`,
    locked: (archive: string) => `${archive} is a zip with a password.`,
    damaged: (archive: string, file: string) => `${archive} is a zip in which ${file} is damaged.`,
    unknown: (archive: string, file: string) =>
      `${archive} is a zip that packs ${file} in a way this page does not know.`,
  },
};
