/**
 * Results that survive a reload: a key-value table in IndexedDB. Where there is none (private windows),
 * reads find nothing and writes are lost; the page works all the same.
 */
const NAME = "channel-pruning-lab";
const TABLE = "kept";

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
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

async function table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return (await database()).transaction(TABLE, mode).objectStore(TABLE);
}

export async function keep(key: string, value: unknown): Promise<void> {
  try {
    await finished((await table("readwrite")).put(value, key));
  } catch {
    // No room or no storage: the result is still on the page.
  }
}

/** Everything whose key begins with `prefix`, without the prefix. */
export async function kept<T>(prefix: string): Promise<Map<string, T>> {
  try {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const from = await table("readonly");
    const [keys, values] = await Promise.all([finished(from.getAllKeys(range)), finished(from.getAll(range))]);
    return new Map(keys.map((key, i) => [String(key).slice(prefix.length), values[i] as T]));
  } catch {
    return new Map();
  }
}

export async function forget(prefix: string): Promise<void> {
  try {
    await finished((await table("readwrite")).delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
  } catch {
    // Nothing was kept.
  }
}
