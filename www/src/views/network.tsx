import { bytes, compact, count, fixed } from "../lib/format";
import { ROOM } from "../lib/opened";
import { arrive } from "../state/arrivals";
import { forgetKept, measureOnImages, openSample } from "../state/models";
import { pictures } from "../state/pictures";
import { awaited, job, kept, type Model, model, type SampleNetwork, samples } from "../state/store";
import { words } from "../words";
import { About } from "./about";
import { FileButton, Step } from "./parts";

export function NetworkView() {
  const open = model.value;
  return (
    <section class="network" aria-label={words.network.name}>
      <Step n={1} title={words.network.name} />
      <FileButton
        name={words.network.open}
        primary
        multiple
        onFiles={(files, since) => void arrive(files, since, true)}
      >
        {words.network.open}
      </FileButton>
      {awaited.value ? (
        <p class="caution awaited" role="status">
          {awaited.value.text}
        </p>
      ) : null}
      <p class="hint">{words.network.orDrop}</p>
      <ul class="samples" aria-label={words.network.samples}>
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
        title={words.network.sampleHelp(sample.params, sample.macs, sample.data, accuracy)}
      >
        <span class="sample-name">{sample.name}</span>
        <span class="sample-facts">{words.network.sampleFacts(sample.data, accuracy, bytes(sample.bytes))}</span>
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
      {words.network.kept(files.length, bytes(size), bytes(ROOM))}{" "}
      <button type="button" class="link" onClick={() => void forgetKept()}>
        {words.network.forget}
      </button>
    </p>
  );
}

/** Its place is there before the network is, so that nothing below moves when it comes. */
function Facts({ open }: { open: Model | null }) {
  const overview = open?.overview;
  const shape = (values: { shape: string[] }[]) => values.map((value) => value.shape.join("×")).join(", ");
  const facts: Fact[] = [
    {
      name: words.network.parameters,
      value: overview && compact(overview.params),
      exact: overview && count(overview.params),
    },
    { name: words.network.macs, value: overview && compact(overview.macs), exact: overview && count(overview.macs) },
    { name: words.network.channels, value: overview && count(overview.channels) },
    { name: words.network.pairs, help: words.network.pairsHelp, value: overview && String(overview.pairs.length) },
    { name: words.network.input, value: overview && shape(overview.model.inputs) },
    { name: words.network.output, value: overview && shape(overview.model.outputs) },
    { name: words.network.file, value: overview && bytes(overview.bytes) },
    { name: words.network.opset, value: overview && String(overview.model.opset) },
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
          {words.network.folded}{" "}
          <button
            type="button"
            disabled={pictures.value.length === 0 || job.value !== null}
            onClick={() => void measureOnImages()}
          >
            {words.network.measureNow(pictures.value.length)}
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
