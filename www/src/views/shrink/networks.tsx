/** Which network: samples to start with, or one's own. */
import { bytes, compact, fixed } from "../../lib/format";
import { arrive } from "../../state/arrivals";
import { openSample } from "../../state/models";
import { awaited, model, type SampleNetwork, samples } from "../../state/store";
import { words } from "../../words";
import { FileButton } from "../parts";

const isOpen = (it: SampleNetwork) => {
  const source = model.value?.source;
  return source?.kind === "sample" && source.file === it.file;
};

/** Samples trained on the same images stand together. */
function groups(): { data: string; all: SampleNetwork[] }[] {
  const found: { data: string; all: SampleNetwork[] }[] = [];
  for (const it of samples.value.networks) {
    const group = found.find((one) => one.data === it.data);
    if (group) group.all.push(it);
    else found.push({ data: it.data, all: [it] });
  }
  return found;
}

export function Networks() {
  const open = model.value;
  return (
    <section class="networks" aria-label={words.shrink.networks}>
      <ul class="samples" aria-label={words.network.samples}>
        {groups().map(({ data, all }) =>
          all.map((it, i) => <Sample key={it.file} sample={it} group={i === 0 ? data : ""} />),
        )}
      </ul>
      <Choose />
      <div class="own-network">
        <FileButton name={words.network.open} multiple onFiles={(files, since) => void arrive(files, since, true)}>
          {words.shrink.own}
        </FileButton>
        {open?.source.kind === "local" ? (
          <p class="facts">
            <strong>{open.overview.file}</strong>{" "}
            <span>
              {words.shrink.factsOf(
                compact(open.overview.params),
                compact(open.overview.macs),
                bytes(open.overview.bytes),
              )}
            </span>
          </p>
        ) : (
          <p class="stays">{words.page.privacy}</p>
        )}
      </div>
      {awaited.value ? (
        <p class="caution awaited" role="status">
          {awaited.value.text}
        </p>
      ) : null}
    </section>
  );
}

/** The first of those trained on the same images begins a line with the name of these. */
function Sample({ sample, group }: { sample: SampleNetwork; group: string }) {
  const accuracy = fixed(100 * sample.accuracy, 1);
  const [family, width] = sample.name.split(" ");
  return (
    <li data-images={group || undefined}>
      <button
        type="button"
        aria-pressed={isOpen(sample)}
        onClick={(event) => void openSample(sample.file, event.timeStamp)}
        title={words.network.sampleHelp(sample.params, sample.macs, sample.data, accuracy)}
      >
        <span class="sample-name">
          {family} <small>{width}</small>
        </span>{" "}
        <span class="sample-facts">{sample.data}</span>
      </button>
    </li>
  );
}

/** The same where there is no room for a list. */
function Choose() {
  const now = samples.value.networks.find(isOpen);
  return (
    <select
      class="choose-sample"
      aria-label={words.shrink.choose}
      value={now?.file ?? ""}
      onChange={(event) => {
        const file = event.currentTarget.value;
        if (file) void openSample(file, event.timeStamp);
      }}
    >
      {now ? null : <option value="">{words.shrink.choose}</option>}
      {groups().map(({ data, all }) => (
        <optgroup key={data} label={data}>
          {all.map((it) => (
            <option key={it.file} value={it.file}>
              {it.name}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
