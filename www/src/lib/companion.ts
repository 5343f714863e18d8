/** A file a network keeps its weights in. */
export interface Companion<T = Uint8Array> {
  name: string;
  content: T;
}
