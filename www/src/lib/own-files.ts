/**
 * Where the page's own files come from: from beside it, or, in the one-file page, from inside it. There every
 * file is a `<script data-file="NAME">` of gzip in Base64 (see scripts/standalone.mjs).
 */

function inside(name: string): Element | null {
  return document.querySelector(`script[data-file="${CSS.escape(name)}"]`);
}

/** Whether a link to the file would lead nowhere, because the file is inside the page. */
export const isInside = (name: string) => inside(name) !== null;

export async function fetchOwn(name: string): Promise<Response> {
  const found = inside(name);
  if (!found) return fetch(name);
  const text = atob(found.textContent.trim());
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream);
}
