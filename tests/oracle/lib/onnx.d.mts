/** What a test needs to know of a decoded file. */
export interface Model {
  graph: { nodes: { op: string; name?: string }[] };
}

export function decode(bytes: Uint8Array): Model;
export function encode(model: Model): Buffer;
