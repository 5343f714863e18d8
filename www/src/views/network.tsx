import { bytes, compact, count, fixed } from "../lib/format";
import { ROOM } from "../lib/opened";
import { arrive } from "../state/arrivals";
import { forgetKept, measureOnImages, openSample } from "../state/models";
import { pictures } from "../state/pictures";
import { awaited, job, kept, type Model, model, type SampleNetwork, samples } from "../state/store";
import { words } from "../words";
import { About } from "./about";
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
      {awaited.value ? (
        <p class="caution awaited" role="status">
          {awaited.value.text}
        </p>
      ) : null}
      <p class="hint">{t.orDrop}</p>
      <ul class="samples" aria-label={t.samples}>
        {samples.value.networks.map((sample) => (
          <Sample key={sample.file} sample={sample} />
        ))}
      </ul>
      <Facts open={open} />
      <Kept />
      <About />
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

/** What was opened stays on this device; whoever shares it may want it gone. */
function Kept() {
  const files = kept.value;
  if (files.length === 0) return null;
  const size = files.reduce((sum, it) => sum + it.size, 0);
  return (
    <p class="hint kept">
      {t.kept(files.length, bytes(size), bytes(ROOM))}{" "}
      <button type="button" class="link" onClick={() => void forgetKept()}>
        {t.forget}
      </button>
    </p>
  );
}

/** Its place is there before the network is, so that nothing below moves when it comes. */
function Facts({ open }: { open: Model | null }) {
  const overview = open?.overview;
  const shape = (values: { shape: string[] }[]) => values.map((value) => value.shape.join("×")).join(", ");
  const facts: Fact[] = [
    { name: t.parameters, value: overview && compact(overview.params), exact: overview && count(overview.params) },
    { name: t.macs, value: overview && compact(overview.macs), exact: overview && count(overview.macs) },
    { name: t.channels, value: overview && count(overview.channels) },
    { name: t.pairs, help: t.pairsHelp, value: overview && String(overview.pairs.length) },
    { name: t.input, value: overview && shape(overview.model.inputs) },
    { name: t.output, value: overview && shape(overview.model.outputs) },
    { name: t.file, value: overview && bytes(overview.bytes) },
    { name: t.opset, value: overview && String(overview.model.opset) },
  ];
  return (
    <div class="facts">
      {overview ? <h3 title={overview.file}>{overview.file}</h3> : <div class="no-file" />}
      <dl>
        {facts.map(({ name, help, value, exact }) => (
          <div key={name}>
            <dt title={help}>{name}</dt>
            <dd title={exact}>{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      {overview?.folded ? (
        <p class="folded">
          {t.folded}{" "}
          <button
            type="button"
            disabled={pictures.value.length === 0 || job.value !== null}
            onClick={() => void measureOnImages()}
          >
            {t.measureNow(pictures.value.length)}
          </button>
        </p>
      ) : null}
    </div>
  );
}

interface Fact {
  name: string;
  help?: string;
  value: string | undefined;
  /** To the last digit, where the value is rounded. */
  exact?: string | undefined;
}
