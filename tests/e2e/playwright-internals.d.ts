/** Not part of playwright's interface; its version is pinned, and only bidi.ts uses it. */
declare module "playwright-core/lib/utilsBundle" {
  interface Socket {
    send(this: Socket, text: unknown, ...rest: unknown[]): void;
    emit(this: Socket, event: string, data: unknown, ...rest: unknown[]): boolean;
  }
  export const ws: { prototype: Socket };
}
