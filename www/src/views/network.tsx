import { bytes, compact, count, fixed } from "../lib/format";
import { arrive } from "../state/arrivals";
import { openSample } from "../state/models";
import { type Model, model, type SampleNetwork, samples } from "../state/store";
import { words } from "../words";
import { FileButton, Step } from "./parts";

const t = words.network;

export function NetworkView() {
  const open = model.value;
  return (
    <section class="network" aria-label={t.name}>
      <Step n={1} title={t.name} />
      <FileButton name={t.open} primary multiple onFiles={(files, since) => void arrive(files, since, true)}>
        {t.open}
      </FileButton>
      <p class="hint">{t.orDrop}</p>
      <ul class="samples" aria-label={t.samples}>
        {samples.value.networks.map((sample) => (
          <Sample key={sample.file} sample={sample} />
        ))}
      </ul>
      {open ? <Facts open={open} /> : null}
      <footer class="about">
        <p>
          {t.after} <cite>{t.paper}</cite>
          {t.published}
        </p>
      </footer>
    </section>
  );
}

function Sample({ sample }: { sample: SampleNetwork }) {
  const source = model.value?.source;
  const accuracy = fixed(100 * sample.accuracy, 1);
  const isOpen = source?.kind === "sample" && source.file === sample.file;
  return (
    <li>
      <button
        type="button"
        aria-pressed={isOpen}
        onClick={(event) => void openSample(sample.file, event.timeStamp)}
        title={t.sampleHelp(sample.params, sample.macs, sample.data, accuracy)}
      >
        <span class="sample-name">{sample.name}</span>
        <span class="sample-facts">{t.sampleFacts(sample.data, accuracy, bytes(sample.bytes))}</span>
      </button>
    </li>
  );
}

function Facts({ open }: { open: Model }) {
  const { overview } = open;
  const { model: info } = overview;
  const shape = (values: { shape: string[] }[]) => values.map((value) => value.shape.join("×")).join(", ");
  return (
    <div class="facts">
      <h3 title={overview.file}>{overview.file}</h3>
      <dl>
        <div>
          <dt>{t.parameters}</dt>
          <dd title={count(overview.params)}>{compact(overview.params)}</dd>
        </div>
        <div>
          <dt>{t.macs}</dt>
          <dd title={count(overview.macs)}>{compact(overview.macs)}</dd>
        </div>
        <div>
          <dt>{t.channels}</dt>
          <dd>{count(overview.channels)}</dd>
        </div>
        <div>
          <dt title={t.pairsHelp}>{t.pairs}</dt>
          <dd>{overview.pairs.length}</dd>
        </div>
        <div>
          <dt>{t.input}</dt>
          <dd>{shape(info.inputs)}</dd>
        </div>
        <div>
          <dt>{t.output}</dt>
          <dd>{shape(info.outputs)}</dd>
        </div>
        <div>
          <dt>{t.file}</dt>
          <dd>{bytes(overview.bytes)}</dd>
        </div>
        <div>
          <dt>{t.opset}</dt>
          <dd>{info.opset}</dd>
        </div>
      </dl>
      {overview.folded ? <p class="folded">{overview.folded}</p> : null}
    </div>
  );
}
