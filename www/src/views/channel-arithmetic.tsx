/** The arithmetic of one channel with its own numbers: Gaussian, constant, Δ per output of each reader. */

import { useState } from "preact/hooks";
import { probability, value } from "../lib/format";
import { compensation } from "../state/store";
import type { Explanation, NormNumbers, ReaderShift, Stage } from "../wasm/core";
import { words } from "../words";
import { Marked } from "./marked";

const t = words.channel.arithmetic;

interface Names {
  nameOf: (layer: number) => string;
  siteName: (stage: Stage) => string;
}

export function Arithmetic({ of, ...names }: { of: Explanation } & Names) {
  const { before, after, carried, depthwise, readers } = of;
  return (
    <section class="arithmetic" aria-label={t.name}>
      <h3>{t.name}</h3>
      <Numbers stages={after ? [before, after] : [before]} {...names} />
      {after && carried && depthwise ? (
        <ol class="chain">
          <li>
            <Marked text={t.sends(names.siteName(before), value(carried.enters))} />
          </li>
          <li>
            <Marked
              text={t.filter(
                value(carried.enters),
                value(depthwise.weights.reduce((a, b) => a + b, 0)),
                value(depthwise.bias),
                value(carried.convolved),
                depthwise.padded && carried.enters !== 0,
              )}
            />
          </li>
          <li>
            <Marked
              text={
                after.norm
                  ? affine(after.norm, carried.convolved, carried.normalised)
                  : t.noNorm(value(carried.normalised))
              }
            />
          </li>
          <li>
            <Marked
              text={
                after.channel.activation === "none"
                  ? t.noActivation(value(carried.emitted))
                  : t.emits(after.channel.activation, value(carried.emitted))
              }
            />
          </li>
        </ol>
      ) : null}
      {readers.map((it) => (
        <Reader key={`${it.layer}.${it.input}`} of={it} removed={of.removed} {...names} />
      ))}
      {readers.length === 0 ? <p class="hint">{t.noReader}</p> : null}
    </section>
  );
}

/** The file's four vectors at this channel, and what they make of it. */
function Numbers({ stages, siteName }: { stages: Stage[] } & Names) {
  const row = (title: string, cell: (stage: Stage) => string) => (
    <tr>
      <th scope="row">{title}</th>
      {stages.map((it) => (
        <td key={it.channel.site}>{cell(it)}</td>
      ))}
    </tr>
  );
  const number = (key: keyof NormNumbers) => (it: Stage) => (it.norm ? value(it.norm[key]) : t.measured);
  return (
    <table class="numbers">
      <caption class="hidden">{t.numbers}</caption>
      <thead>
        <tr>
          <td />
          {stages.map((it, i) => (
            <th key={it.channel.site} scope="col">
              {stages.length === 1 ? siteName(it) : i === 0 ? t.before(siteName(it)) : t.behind(siteName(it))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row(t.gamma, number("gamma"))}
        {row(t.beta, number("beta"))}
        {row(t.mean, number("mean"))}
        {row(t.variance, number("variance"))}
        {row(t.s, (it) => value(it.channel.std))}
        {row(t.p, ({ channel, low }) =>
          channel.probability === null || low === null
            ? t.nowhere
            : channel.std > 0
              ? t.pOf(value((low - channel.mean) / channel.std), probability(channel.probability))
              : t.pOfPoint(probability(channel.probability)),
        )}
      </tbody>
    </table>
  );
}

function affine({ beta, gamma, mean, variance, epsilon }: NormNumbers, x: number, y: number): string {
  const root = Math.sqrt(variance + epsilon);
  return t.norm(value(beta), value(gamma), value(x), value(mean), value(root), value(y));
}

const FEW = 5;

/** Δ_j for the outputs it moves most; all of them on demand. */
function Reader({ of, removed, nameOf }: { of: ReaderShift; removed: boolean } & Names) {
  const [all, showAll] = useState(false);
  const shifts = of.sums.map((sum, i) => ({ output: of.first + i, sum, shift: sum * of.constant }));
  const most = Math.max(0, ...shifts.map((it) => Math.abs(it.shift)));
  const sorted = [...shifts].sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift));
  const told = compensation.value === "none" ? t.toldNothing : value(of.constant);
  return (
    <div class="reader">
      <p>
        <Marked text={t.reads(nameOf(of.layer), of.input, removed, told, of.exact)} /> {most > 0 ? t.shift : t.noShift}
      </p>
      {most > 0 ? (
        <>
          <table class="deltas">
            <caption class="hidden">{t.deltas(nameOf(of.layer))}</caption>
            <thead>
              <tr>
                <th scope="col">{t.output}</th>
                <th scope="col">{t.sum}</th>
                <th scope="col">{t.delta}</th>
              </tr>
            </thead>
            <tbody>
              {(all ? shifts : sorted.slice(0, FEW)).map(({ output, sum, shift }) => (
                <tr key={output}>
                  <th scope="row">{output}</th>
                  <td>{value(sum)}</td>
                  <td class="moved moved-folded">
                    <span class="swing" aria-hidden="true">
                      <i
                        style={{
                          left: `${shift < 0 ? 50 - (50 * -shift) / most : 50}%`,
                          width: `${(50 * Math.abs(shift)) / most}%`,
                        }}
                      />
                    </span>
                    {value(shift)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {shifts.length > FEW ? (
            <button type="button" class="link" aria-expanded={all} onClick={() => showAll(!all)}>
              {all ? t.fewer : t.all(shifts.length)}
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
