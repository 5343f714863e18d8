/** What else goes when the channel goes, and what ties it. */

import { useState } from "preact/hooks";
import { model, screen } from "../state/store";
import type { Explanation, Together } from "../wasm/core";
import { words } from "../words";

const FEW = 6;

export function GoesWith({ of }: { of: Explanation }) {
  const [all, showAll] = useState(false);
  const shown = all ? of.together : of.together.slice(0, FEW);
  const reasons = [...new Set(of.ties.map((it) => it.reason))].map(
    (reason) => [reason, of.ties.filter((it) => it.reason === reason)] as const,
  );
  return (
    <section class="goes-with" aria-label={words.channel.together.name}>
      <h3>{words.channel.together.name}</h3>
      {of.obstacle ? <p class="because">{words.channel.together.never(of.obstacle)}</p> : null}
      <ul>
        {shown.map((it) => (
          <Part key={`${it.layer}.${it.role}`} part={it} />
        ))}
      </ul>
      {of.together.length > FEW ? (
        <button type="button" class="link" aria-expanded={all} onClick={() => showAll(!all)}>
          {all ? words.channel.together.fewer : words.channel.together.all(of.together.length)}
        </button>
      ) : null}
      {reasons.map(([reason, ties]) => (
        <p key={reason} class="hint">
          {sentence(reason)} {ties.length > 1 ? words.channel.together.places(ties.length) : `(${last(ties[0]!.node)})`}
        </p>
      ))}
      {of.ties.length === 0 ? <p class="hint">{words.channel.together.alone}</p> : null}
    </section>
  );
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function last(name: string): string {
  return name.split("/").filter(Boolean).slice(-2).join("/");
}

/** Filters open the row they write. */
function Part({ part }: { part: Together }) {
  const open = model.value;
  const layer = open?.overview.layers[part.layer];
  if (!open || !layer) return null;
  const row = part.role === "reads" ? -1 : open.overview.sites.findIndex((it) => it.writer === layer.name);
  const name = open.layerNames[part.layer]!;
  const [first = 0] = part.channels;
  const numbers = part.channels.length > 4 ? `${part.channels.slice(0, 4).join(", ")}, …` : part.channels.join(", ");
  return (
    <li class={`part ${part.role}`}>
      {row >= 0 ? (
        <button
          type="button"
          class="link"
          onClick={() => {
            screen.selected.value = [row, first];
          }}
        >
          {name}
        </button>
      ) : (
        <span>{name}</span>
      )}{" "}
      {words.channel.together.roles[part.role]?.(part.channels.length)} {numbers}{" "}
      <span class="hint">{words.plan.kinds[layer.kind] ?? layer.kind}</span>
    </li>
  );
}
