// `node scripts/licences.mjs`: holds crates and npm packages to deny.toml. cargo-deny looks at more (the texts themselves),
// but takes minutes to install; the first part needs nothing and always runs.

import { capture, main, run, Stop, say } from "./lib.mjs";
import { crates, ofCrate, shippedPackages } from "./licences/inventory.mjs";
import { policy, refused } from "./licences/policy.mjs";
import { thirdParty } from "./licences/text.mjs";

/** Whether all works may be in the program and bring their licence texts; what may not is printed. */
export function check() {
  const all = crates().packages.filter((it) => it.source !== null);
  const works = [...all.map(ofCrate), ...shippedPackages()];
  const wrong = refused(works, policy());
  for (const sentence of wrong) say(sentence);
  say(`${works.length} crates and npm packages, ${wrong.length} refused.`);
  say(`third-party-licences.txt: ${(Buffer.byteLength(thirdParty()) / 1e3).toFixed(0)} kB.`);
  return wrong.length === 0;
}

/** The same and more by cargo-deny; null where it is not installed. */
export async function cargoDeny() {
  if (capture("cargo", ["deny", "--version"]) === null) {
    say("Skipped: cargo-deny is not installed (cargo install --locked cargo-deny).");
    return null;
  }
  return (await run("cargo", ["deny", "--locked", "check", "licenses", "bans", "sources"])).code === 0;
}

await main(import.meta, async () => {
  const own = check();
  const deny = await cargoDeny();
  if (!own || deny === false) throw new Stop("There are licences or sources that deny.toml does not allow.");
});
