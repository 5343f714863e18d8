// third-party-licences.txt: a list of what the page ships, and every licence text once.
import { Stop } from "../lib.mjs";
import { shippedBeside, shippedCrates, shippedPackages } from "./inventory.mjs";

const HEAD = `Channel-pruning playground: licences of what others wrote

This page contains the works listed here, each under the licence named beside it. Where a licence leaves a choice
("OR"), either may be taken. The number in brackets says which texts further down belong to a work.
The sample networks and images have terms of their own: samples/LICENSES.md.
`;

const RULE = "-".repeat(100);

export function thirdParty() {
  const key = ({ name, version }) => `${name} ${version}`;
  const order = (a, b) => (key(a) < key(b) ? -1 : 1);
  const works = [...shippedBeside(), ...shippedPackages().sort(order), ...shippedCrates().sort(order)];
  const numbers = new Map();
  const lines = works.map(({ kind, name, version, licence, texts }) => {
    if (!licence || texts.length === 0) {
      throw new Stop(`The ${kind} ${name} ${version} comes without ${licence ? "a licence text" : "a licence"}.`);
    }
    for (const text of texts) if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
    const which = texts.map((text) => numbers.get(text)).join(", ");
    return `${[name, version].filter(Boolean).join(" ")} (${kind}): ${licence} [${which}]`;
  });
  const bodies = [...numbers].map(([text, number]) => `${RULE}\n[${number}]\n\n${text}\n`);
  return `${HEAD}\n${lines.join("\n")}\n\n${bodies.join("\n")}`;
}
