/**
 * Networks that were opened from files, kept in IndexedDB so that a reload or a link finds them again. Where there is
 * none (private windows), nothing is kept and the page asks for the file.
 */
import type { Companion } from "./companion";

/** All files together; the one opened longest ago makes room. */
export const ROOM = 400e6;

const NAME = "channel-pruning-files";
const [FILES, LIST] = ["files", "list"] as const;

interface Kept {
  blob: Blob;
  companions: Companion<Blob>[];
}

/** What there is, without reading it. */
export interface Entry {
  name: string;
  size: number;
  /** When it was opened last. */
  at: number;
}

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FILES);
      request.result.createObjectStore(LIST, { keyPath: "name" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Those that have to go so that `wanted` bytes more fit, the oldest first. */
export function evicted(entries: readonly Entry[], wanted: number, room = ROOM): string[] {
  let left = entries.reduce((sum, it) => sum + it.size, wanted);
  const names: string[] = [];
  for (const it of entries.toSorted((a, b) => a.at - b.at)) {
    if (left <= room) break;
    left -= it.size;
    names.push(it.name);
  }
  return names;
}

/** A file that alone is more than fits is not kept; an older one of its name is not it and goes. */
export async function keepFile(name: string, { blob, companions }: Kept): Promise<void> {
  try {
    const size = companions.reduce((sum, it) => sum + it.content.size, blob.size);
    const open = await database();
    const others = (await keptFiles()).filter((it) => it.name !== name);
    const both = open.transaction([FILES, LIST], "readwrite");
    const [files, list] = [both.objectStore(FILES), both.objectStore(LIST)];
    const gone = size > ROOM ? [name] : evicted(others, size);
    for (const it of gone) {
      files.delete(it);
      list.delete(it);
    }
    if (size <= ROOM) {
      files.put({ blob, companions } satisfies Kept, name);
      list.put({ name, size, at: Date.now() } satisfies Entry);
    }
    await new Promise((resolve, reject) => {
      both.oncomplete = resolve;
      both.onabort = reject;
    });
  } catch {
    // No room or no storage: the network is open all the same.
  }
}

export async function keptFile(name: string): Promise<Kept | null> {
  try {
    const files = (await database()).transaction(FILES).objectStore(FILES);
    return (await finished<Kept | undefined>(files.get(name))) ?? null;
  } catch {
    return null;
  }
}

export async function keptFiles(): Promise<Entry[]> {
  try {
    return await finished<Entry[]>((await database()).transaction(LIST).objectStore(LIST).getAll());
  } catch {
    return [];
  }
}

export async function forgetFiles(): Promise<void> {
  try {
    const both = (await database()).transaction([FILES, LIST], "readwrite");
    both.objectStore(FILES).clear();
    both.objectStore(LIST).clear();
    await new Promise((resolve, reject) => {
      both.oncomplete = resolve;
      both.onabort = reject;
    });
  } catch {
    // Nothing was kept.
  }
}
