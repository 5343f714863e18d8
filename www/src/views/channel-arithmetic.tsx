/** The arithmetic of one channel with its own numbers: Gaussian, constant, Δ per output of each reader. */
import { useState } from "preact/hooks";
import { probability, value } from "../lib/format";
import { compensation } from "../state/store";
import type { Explanation, NormNumbers, ReaderShift, Stage } from "../wasm/core";

interface Names {
  nameOf: (layer: number) => string;
  siteName: (stage: Stage) => string;
}

export function Arithmetic({ of, ...names }: { of: Explanation } & Names) {
  const { before, after, carried, depthwise, readers } = of;
  return (
    <section class="arithmetic" aria-label="The arithmetic">
      <h3>The arithmetic</h3>
      <Numbers stages={after ? [before, after] : [before]} {...names} />
      {after && carried && depthwise ? (
        <ol class="chain">
          <li>
            Held at its pinned value, {names.siteName(before)} sends <b>{value(carried.enters)}</b>.
          </li>
          <li>
            The depthwise filter makes Σw · {value(carried.enters)} + bias ={" "}
            {value(depthwise.weights.reduce((a, b) => a + b, 0))} · {value(carried.enters)} + {value(depthwise.bias)} ={" "}
            <b>{value(carried.convolved)}</b>
            {depthwise.padded && carried.enters !== 0 ? " (at zero-padded borders only nearly)" : ""}.
          </li>
          <li>
            {after.norm ? <Affine norm={after.norm} x={carried.convolved} /> : "No BatchNorm follows: "}
            <b>{value(carried.normalised)}</b>.
          </li>
          <li>
            {after.channel.activation === "none" ? "No activation follows: " : `${after.channel.activation} gives `}
            <b>{value(carried.emitted)}</b>, the constant of a channel whose input is dead.
          </li>
        </ol>
      ) : null}
      {readers.map((it) => (
        <Reader key={`${it.layer}.${it.input}`} of={it} removed={of.removed} {...names} />
      ))}
      {readers.length === 0 ? <p class="hint">No layer reads it.</p> : null}
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
  const number = (key: keyof NormNumbers) => (it: Stage) => (it.norm ? value(it.norm[key]) : "measured");
  return (
    <table class="numbers">
      <caption class="hidden">BatchNorm in numbers</caption>
      <thead>
        <tr>
          <td />
          {stages.map((it, i) => (
            <th key={it.channel.site} scope="col">
              {stages.length > 1 ? (i === 0 ? "before: " : "behind: ") : ""}
              {siteName(it)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row("scale γ", number("gamma"))}
        {row("shift β", number("beta"))}
        {row("running mean μ", number("mean"))}
        {row("running variance v", number("variance"))}
        {row("s = |γ| √(v/(v+ε))", (it) => value(it.channel.std))}
        {row("P = Φ((low − β)/s)", ({ channel, low }) =>
          channel.probability === null || low === null
            ? "pinned nowhere"
            : channel.std > 0
              ? `Φ(${value((low - channel.mean) / channel.std)}) = ${probability(channel.probability)}`
              : `s = 0: ${probability(channel.probability)}`,
        )}
      </tbody>
    </table>
  );
}

function Affine({ norm, x }: { norm: NormNumbers; x: number }) {
  return (
    <>
      BatchNorm gives β + γ (x − μ)/√(v+ε) = {value(norm.beta)} + {value(norm.gamma)} · ({value(x)} − {value(norm.mean)}
      )/{value(Math.sqrt(norm.variance + norm.epsilon))} ={" "}
    </>
  );
}

const FEW = 5;

/** Δ_j for the outputs it moves most; all of them on demand. */
function Reader({ of, removed, nameOf }: { of: ReaderShift; removed: boolean } & Names) {
  const [all, showAll] = useState(false);
  const shifts = of.sums.map((sum, i) => ({ output: of.first + i, sum, shift: sum * of.constant }));
  const most = Math.max(0, ...shifts.map((it) => Math.abs(it.shift)));
  const sorted = [...shifts].sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift));
  const told = compensation.value === "none" ? "0, for the compensation is “none”" : value(of.constant);
  return (
    <div class="reader">
      <p>
        <strong>{nameOf(of.layer)}</strong> reads it as input {of.input} and {removed ? "is" : "would be"} told{" "}
        <b>{told}</b>
        {of.exact ? "" : ", approximate at the border"}.{" "}
        {most > 0 ? "Δ_j = c · ΣW_j goes into its bias, or into β behind it:" : "So there is nothing to fold."}
      </p>
      {most > 0 ? (
        <>
          <table class="deltas">
            <caption class="hidden">Δ of {nameOf(of.layer)}</caption>
            <thead>
              <tr>
                <th scope="col">output j</th>
                <th scope="col">ΣW_j</th>
                <th scope="col">Δ_j</th>
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
              {all ? "Only the largest" : `All ${shifts.length} outputs`}
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
