/**
 * Tells files apart, so that results are found again after a reload. Not cryptographic: `crypto.subtle`
 * is missing on plain http, where a class-room server may well live, and nobody attacks their own cache.
 */
export function digest(parts: Iterable<Uint8Array>): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  let length = 0;
  for (const bytes of parts) {
    length += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      a = Math.imul(a ^ bytes[i]!, 2654435761);
      b = Math.imul(b ^ bytes[i]!, 1597334677);
    }
    // Where one file ends and the next begins counts too.
    a = Math.imul(a ^ bytes.length, 2246822507);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a, b, length].map((it) => (it >>> 0).toString(16).padStart(8, "0")).join("");
}

export function digestText(text: string): string {
  return digest([new TextEncoder().encode(text)]);
}
