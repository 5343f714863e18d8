/** The arithmetic of one channel with its own numbers: Gaussian, constant, Δ per output of each reader. */

import { useState } from "preact/hooks";
import { probability, value } from "../lib/format";
import { controls } from "../state/store";
import type { Explanation, NormNumbers, ReaderShift, Stage } from "../wasm/core";
import { words } from "../words";
import { Marked } from "./marked";

interface Names {
  nameOf: (layer: number) => string;
  siteName: (stage: Stage) => string;
}

export function Arithmetic({ of, ...names }: { of: Explanation } & Names) {
  const { before, after, carried, depthwise, readers } = of;
  return (
    <section class="arithmetic" aria-label={words.channel.arithmetic.name}>
      <h3>{words.channel.arithmetic.name}</h3>
      <Numbers stages={after ? [before, after] : [before]} {...names} />
      {after && carried && depthwise ? (
        <ol class="chain">
          <li>
            <Marked text={words.channel.arithmetic.sends(names.siteName(before), value(carried.enters))} />
          </li>
          <li>
            <Marked
              text={words.channel.arithmetic.filter(
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
                  : words.channel.arithmetic.noNorm(value(carried.normalised))
              }
            />
          </li>
          <li>
            <Marked
              text={
                after.channel.activation === "none"
                  ? words.channel.arithmetic.noActivation(value(carried.emitted))
                  : words.channel.arithmetic.emits(after.channel.activation, value(carried.emitted))
              }
            />
          </li>
        </ol>
      ) : null}
      {readers.map((it) => (
        <Reader key={`${it.layer}.${it.input}`} of={it} removed={of.removed} {...names} />
      ))}
      {readers.length === 0 ? <p class="hint">{words.channel.arithmetic.noReader}</p> : null}
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
  const number = (key: keyof NormNumbers) => (it: Stage) =>
    it.norm ? value(it.norm[key]) : words.channel.arithmetic.measured;
  return (
    <table class="numbers">
      <caption class="hidden">{words.channel.arithmetic.numbers}</caption>
      <thead>
        <tr>
          <td />
          {stages.map((it, i) => (
            <th key={it.channel.site} scope="col">
              {stages.length === 1
                ? siteName(it)
                : i === 0
                  ? words.channel.arithmetic.before(siteName(it))
                  : words.channel.arithmetic.behind(siteName(it))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row(words.channel.arithmetic.gamma, number("gamma"))}
        {row(words.channel.arithmetic.beta, number("beta"))}
        {row(words.channel.arithmetic.mean, number("mean"))}
        {row(words.channel.arithmetic.variance, number("variance"))}
        {row(words.channel.arithmetic.s, (it) => value(it.channel.std))}
        {row(words.channel.arithmetic.p, ({ channel, low }) =>
          channel.probability === null || low === null
            ? words.channel.arithmetic.nowhere
            : channel.std > 0
              ? words.channel.arithmetic.pOf(
                  value((low - channel.mean) / channel.std),
                  probability(channel.probability),
                )
              : words.channel.arithmetic.pOfPoint(probability(channel.probability)),
        )}
      </tbody>
    </table>
  );
}

function affine({ beta, gamma, mean, variance, epsilon }: NormNumbers, x: number, y: number): string {
  const root = Math.sqrt(variance + epsilon);
  return words.channel.arithmetic.norm(value(beta), value(gamma), value(x), value(mean), value(root), value(y));
}

const FEW = 5;

/** Δ_j for the outputs it moves most; all of them on demand. */
function Reader({ of, removed, nameOf }: { of: ReaderShift; removed: boolean } & Names) {
  const [all, showAll] = useState(false);
  const shifts = of.sums.map((sum, i) => ({ output: of.first + i, sum, shift: sum * of.constant }));
  const most = Math.max(0, ...shifts.map((it) => Math.abs(it.shift)));
  const sorted = [...shifts].sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift));
  const constant = controls.compensation.value === "none" ? words.channel.arithmetic.uncompensated : value(of.constant);
  return (
    <div class="reader">
      <p>
        <Marked text={words.channel.arithmetic.reads(nameOf(of.layer), of.input, removed, constant, of.exact)} />{" "}
        {most > 0 ? words.channel.arithmetic.shift : words.channel.arithmetic.noShift}
      </p>
      {most > 0 ? (
        <>
          <table class="deltas">
            <caption class="hidden">{words.channel.arithmetic.deltas(nameOf(of.layer))}</caption>
            <thead>
              <tr>
                <th scope="col">{words.channel.arithmetic.output}</th>
                <th scope="col">{words.channel.arithmetic.sum}</th>
                <th scope="col">{words.channel.arithmetic.delta}</th>
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
              {all ? words.channel.arithmetic.fewer : words.channel.arithmetic.all(shifts.length)}
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
