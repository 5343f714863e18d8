/** A network that a link names by its address on another host. */
export const offered = {
  name: "A network from elsewhere",
  /** Between <b> are the file and the host. */
  asks: (file: string, host: string) =>
    `This link names the network <b>${file}</b> on <b>${host}</b>. Nothing has been asked of ${host} yet. If you open it, the file comes straight from there to this page: ${host} learns that you fetched it, and nothing else.`,
  size: "Its size is shown as soon as the host says it, and you can stop at any time.",
  open: (host: string) => `Open it from ${host}`,
  decline: "Not now",
  asking: (host: string) => `Asking ${host}`,
  fetching: (file: string, host: string, received: string, size: string) =>
    `Fetching ${file} from ${host}: ${received}${size ? ` of ${size}` : ""}`,
  notAnAddress:
    "This link names a network by an address that is not read: it takes a whole one that begins with https://.",
  refused: (host: string, file: string, status: number) => `${host} did not give ${file}: it answered ${status}.`,
  unreachable: (host: string, file: string) =>
    `${file} could not be fetched from ${host}: it is not reachable, or does not let other pages read its files (CORS). Download the file and open it here.`,
};
