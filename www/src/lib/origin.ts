/** The page's own address without a fragment, as it is written into reports and links. */
export function ownAddress(): string {
  return location.href.replace(/#.*$/, "");
}
