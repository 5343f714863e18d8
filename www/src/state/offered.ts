/** A network that the address names by `?model=URL`: it is offered, and fetched when somebody says so. */
import { signal } from "@preact/signals";
import { type Elsewhere, elsewhere, fetchElsewhere, NotFetched } from "../lib/elsewhere";
import { bytes } from "../lib/format";
import { words } from "../words";
import { withJob } from "./jobs";
import { LARGEST, openFetched } from "./models";
import * as store from "./store";

const t = words.offered;

export const offered = signal<Elsewhere | null>(null);

/** Looks at the address; asks nobody anything. */
export function offerFromAddress(): void {
  const address = new URLSearchParams(location.search).get("model");
  if (address === null || import.meta.env.MODE === "standalone") return;
  const found = elsewhere(address);
  if (!found) {
    store.noticeText.value = t.notAnAddress;
    return;
  }
  // A reload finds it among the opened networks.
  const now = store.model.value;
  if (now?.source.kind === "local" && now.overview.file === found.file) return;
  offered.value = found;
}

export function decline(): void {
  offered.value = null;
}

export async function accept(): Promise<void> {
  const wanted = offered.value;
  if (!wanted) return;
  offered.value = null;
  const { url, host, file } = wanted;
  const since = performance.now();
  const stop = new AbortController();
  const label = (received: number, size: number) =>
    t.fetching(file, host, bytes(received), size > 0 ? bytes(size) : "");
  try {
    const blob = await withJob(
      t.asking(host),
      () => stop.abort(),
      (say) =>
        fetchElsewhere(url, LARGEST, stop.signal, (received, size) =>
          // A host that compresses says the size of what travels, not of what arrives.
          say(size > 0 ? Math.min(received / size, 1) : 0, label(received, size)),
        ),
    );
    if (!blob) {
      store.noticeText.value = words.page.stopped;
      offered.value = wanted;
      return;
    }
    await openFetched(file, blob, url, since);
  } catch (error) {
    store.alertText.value = sentenceOf(error, wanted);
    offered.value = wanted;
  }
}

function sentenceOf(error: unknown, { host, file }: Elsewhere): string {
  if (!(error instanceof NotFetched)) return String(error);
  const { status, size } = error;
  if (size > 0) return words.network.tooLarge(file, Math.round(size / 1e6), LARGEST / 1e6);
  return status > 0 ? t.refused(host, file, status) : t.unreachable(host, file);
}
