/** Keeps the address bar and the state in step. */

import { effect } from "@preact/signals";
import { count } from "../lib/format";
import { words } from "../words";
import { learnFromLink } from "./learn";
import { openLinked } from "./models";
import { pictures } from "./pictures";
import { labelFile, product } from "./proof";
import * as store from "./store";
import { decode, encode, LONGEST, unread, VERSION, versionOf } from "./url";

let written = location.hash;

/** Browsers limit how often the address may change; a drag would exceed that. */
const PAUSE_MS = 250;

export function writeHash(): void {
  let timer = 0;
  effect(() => {
    const text = encode(store.shared.value);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      written = text ? `#${text}` : "";
      if (location.hash !== written) history.replaceState(null, "", written || location.pathname + location.search);
    }, PAUSE_MS);
  });
}

/** A link pasted into the open page. */
export function followHash(): void {
  window.addEventListener("hashchange", () => {
    const hash = location.hash;
    if (hash === written) return;
    void openLinked(decode(hash))
      .then(learnFromLink)
      .then(() => sayLink(hash));
  });
}

/** What is not understood of a link; one from a later version of the page may hold what this one does not know. */
export function sayLink(hash: string): void {
  if (hash.length > LONGEST) store.noticeText.value = words.page.link.tooLong(count(hash.length), count(LONGEST));
  else if (versionOf(hash) > VERSION) store.noticeText.value = words.page.link.laterVersion;
  else if (unread(hash).length > 0) store.noticeText.value = words.page.link.unread(unread(hash));
}

/** What somebody who opens the link will miss. */
function notInLink(): string[] {
  const missing: string[] = [];
  const source = store.model.value?.source;
  if (source?.kind === "local" && !source.url) missing.push(words.page.link.network);
  if (pictures.value.some((it) => !it.sample)) missing.push(words.page.link.images);
  if (store.measured.value > 0) missing.push(words.page.link.measurement);
  if (labelFile.value) missing.push(words.page.link.labels);
  if (product.value?.repairedOn) missing.push(words.page.link.repair);
  return missing;
}

/** The page, and where it finds the network, if that was fetched from somewhere. */
function pageOf(source: store.Source | undefined): string {
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.delete("model");
  if (source?.kind === "local" && source.url) address.searchParams.set("model", source.url);
  return address.href;
}

export async function copyLink(): Promise<void> {
  // How it is looked at here, on a projector or on paper, is nothing to pass on.
  const text = encode({ ...store.shared.value, present: false, report: false });
  const link = pageOf(store.model.value?.source) + (text ? `#${text}` : "");
  const note = words.page.link.missing(notInLink());
  try {
    await navigator.clipboard.writeText(link);
    brieflySay(words.page.link.copied(store.model.value?.source.kind !== "local", note));
  } catch {
    history.replaceState(null, "", link);
    store.noticeText.value = words.page.link.inAddressBar(note);
  }
}

const NEWS_MS = 10_000;

/** Good news stands for as long as it takes to read it. */
function brieflySay(news: string): void {
  store.noticeText.value = news;
  setTimeout(() => {
    if (store.noticeText.value === news) store.noticeText.value = "";
  }, NEWS_MS);
}
