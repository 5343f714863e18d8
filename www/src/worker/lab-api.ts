/** What crosses between the page and the workers of the lab. */
import type { Evaluation, LabInfo, ReadsBetter } from "../wasm/core";
import type { Companion } from "./api";

/** A file of labelled data; the name may hold folders. */
export interface LabFile {
  name: string;
  content: Blob;
}

/** What a worker judges: one network on one data set. */
export interface Bench {
  /** Equal numbers, equal benches: a worker that has it need not open it again. */
  id: number;
  name: string;
  model: Blob;
  companions: Companion<Blob>[];
  files: LabFile[];
  preset: string;
}

export interface LabApi {
  /** Opens labelled data and says what it is; keeps it for the next bench. */
  look(files: LabFile[]): Promise<{ info: LabInfo; digest: string }>;
  digest(files: Blob[]): Promise<string>;
  /** How the network wants its pictures, by the labels; null where the guess stands. */
  readsBetter(name: string, model: Blob, files: LabFile[]): Promise<ReadsBetter | null>;
  /** Names of a built-in label set; empty for any other. */
  names(set: string): Promise<string[]>;
  /** Images per run: slices of a multiple of this are fastest. */
  sit(bench: Bench): Promise<number>;
  /** Chooses the network that is compared with the original. */
  compare(id: string, bytes: Blob): Promise<void>;
  /** Records of the images [from, to). */
  evaluate(from: number, to: number): Promise<Float64Array>;
  report(records: Float64Array): Promise<Evaluation>;
  /** The images [from, to) as picture files. */
  pictures(files: LabFile[], from: number, to: number): Promise<Blob[]>;
}
