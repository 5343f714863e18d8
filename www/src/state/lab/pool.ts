/**
 * One worker per core, each with its own copy of network and data. A slice of the images belongs to
 * the worker that saw it first: that one remembers what the original answered, so the next plan costs
 * the pruned network only. Whoever runs dry takes from the one with most left.
 */

import { transfer } from "comlink";
import type { Evaluation, LabInfo, ReadsBetter } from "../../wasm/core";
import { words } from "../../words";
import { Engine, EngineLost } from "../../worker/engine";
import type { Bench, LabApi, LabFile } from "../../worker/lab-api";
import { spawn } from "../../worker/spawn";

/** More would mostly multiply memory. */
const MOST_WORKERS = 8;
/** What all workers together may hold of networks and data, in bytes of their files. */
const ROOM = 1.2e9;
/** Images per call where the network takes one at a time. */
const SINGLES = 8;

/** The network that is compared with the original. */
export interface Candidate {
  id: string;
  bytes: Blob;
}

export interface Watch {
  heard: (records: Float64Array) => void;
  halted: () => boolean;
}

interface Member {
  engine: Engine<LabApi>;
  /** The bench it has, as long as it is still the same worker. */
  bench: number;
  generation: number;
}

const labWorker = () =>
  spawn(
    "lab.worker",
    () => new Worker(new URL("../../worker/lab.worker.ts", import.meta.url), { type: "module", name: "lab" }),
  );

export class Pool {
  private members: Member[] = [];
  private bench: Bench | null = null;
  /** Slice number → member that has seen it. */
  private owners: number[] = [];
  private slice = 0;

  look(files: LabFile[]): Promise<{ info: LabInfo; digest: string }> {
    return this.first().engine.call((lab) => lab.look(files));
  }

  digest(files: Blob[]): Promise<string> {
    return this.first().engine.call((lab) => lab.digest(files));
  }

  readsBetter(name: string, model: Blob, files: LabFile[]): Promise<ReadsBetter | null> {
    return this.first().engine.call((lab) => lab.readsBetter(name, model, files));
  }

  names(set: string): Promise<string[]> {
    return this.first().engine.call((lab) => lab.names(set));
  }

  pictures(files: LabFile[], from: number, to: number): Promise<Blob[]> {
    return this.first().engine.call((lab) => lab.pictures(files, from, to));
  }

  /** Evaluates the first `images` images; `heard` gets records as they come, `halted` ends it between two slices. */
  async evaluate(bench: Bench, candidate: Candidate, images: number, { heard, halted }: Watch): Promise<Evaluation> {
    const members = this.staff(bench);
    const parts: Float64Array[] = [];
    let queues: number[][] | null = null;
    const run = async (member: Member, self: number) => {
      await this.prepare(member, bench, candidate);
      // The slice size is known once the first worker is ready; the others find the work divided.
      queues ??= this.divide(images, members.length);
      for (let at = this.next(queues, self); at !== null; at = this.next(queues, self)) {
        if (halted()) throw new EngineLost(words.page.stopped, true);
        const from = at * this.slice;
        const to = Math.min(images, from + this.slice);
        this.owners[at] = self;
        const records = await member.engine.call((lab) => lab.evaluate(from, to));
        parts.push(records);
        heard(records);
      }
    };
    await all(members.map(run));
    const records = joined(parts);
    return this.first().engine.call((lab) => lab.report(transfer(records, [records.buffer as ArrayBuffer])));
  }

  /** At once: whatever is under way ends, and fresh workers open what is needed when it is needed. */
  cancel(): void {
    for (const member of this.members) member.engine.cancel();
    this.owners = [];
  }

  private first(): Member {
    this.members[0] ??= { engine: new Engine<LabApi>(labWorker), bench: -1, generation: 0 };
    return this.members[0];
  }

  private staff(bench: Bench): Member[] {
    if (this.bench?.id !== bench.id) {
      this.bench = bench;
      this.owners = [];
      this.slice = 0;
    }
    const size = [bench.model, ...bench.companions.map((it) => it.content), ...bench.files.map((it) => it.content)];
    const bytes = size.reduce((sum, it) => sum + it.size, 0);
    const cores = Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2);
    const wanted = Math.max(1, Math.min(cores, Math.floor(ROOM / (4 * bytes + 1))));
    this.first();
    while (this.members.length < wanted)
      this.members.push({ engine: new Engine<LabApi>(labWorker), bench: -1, generation: 0 });
    return this.members.slice(0, wanted);
  }

  private async prepare(member: Member, bench: Bench, candidate: Candidate): Promise<void> {
    if (member.bench !== bench.id || member.generation !== member.engine.generation) {
      const batch = await member.engine.call((lab) => lab.sit(bench));
      member.bench = bench.id;
      member.generation = member.engine.generation;
      this.slice ||= batch > 1 ? batch : SINGLES;
    }
    await member.engine.call((lab) => lab.compare(candidate.id, candidate.bytes));
  }

  private divide(images: number, workers: number): number[][] {
    const queues: number[][] = Array.from({ length: workers }, () => []);
    for (let at = 0; at * this.slice < images; at++) queues[this.owners[at] ?? at % workers]!.push(at);
    return queues;
  }

  private next(queues: number[][], self: number): number | null {
    const own = queues[self]!.shift();
    if (own !== undefined) return own;
    const fullest = queues.reduce((a, b) => (b.length > a.length ? b : a));
    // Taking the very last would mean running the original again for it.
    return fullest.length > 1 ? fullest.pop()! : null;
  }
}

export const pool = new Pool();

/** Like Promise.all, but waits for everyone to stop before it throws: nobody works on for nothing. */
async function all(works: Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(works);
  const failures = ends.flatMap((it) => (it.status === "rejected" ? [it.reason] : []));
  if (failures.length === 0) return;
  throw failures.find((it) => it instanceof EngineLost && it.cancelled) ?? failures[0];
}

function joined(parts: Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
