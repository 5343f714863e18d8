/** Not part of playwright's interface; its version is pinned, and only the Firefox test uses it. */
declare module "playwright-core/lib/utilsBundle" {
  interface Socket {
    on(event: string, heard: (data: unknown) => void): void;
    send(text: string): void;
    close(): void;
  }
  export const ws: new (address: string) => Socket;
}
