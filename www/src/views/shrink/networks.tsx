/** Which network: samples to start with, or one's own. */
import { useEffect, useRef } from "preact/hooks";
import { bytes, compact, fixed } from "../../lib/format";
import { arrive } from "../../state/arrivals";
import { openSample } from "../../state/models";
import { awaited, model, type SampleNetwork, samples } from "../../state/store";
import { words } from "../../words";
import { FileButton } from "../parts";

export function Networks() {
  const open = model.value?.overview;
  const list = useRef<HTMLUListElement>(null);
  // The one that is open is in sight, however long the line is.
  useEffect(() => {
    const [of, button] = [list.current, list.current?.querySelector("[aria-pressed=true]")];
    if (!of || !button) return;
    const [line, at] = [of.getBoundingClientRect(), button.getBoundingClientRect()];
    if (at.left < line.left || at.right > line.right) of.scrollLeft += at.left - line.left - line.width / 2;
  }, [open]);
  return (
    <section class="networks" aria-label={words.shrink.networks}>
      <ul class="samples" aria-label={words.network.samples} ref={list}>
        {samples.value.networks.map((it, i, all) => (
          <Sample key={it.file} sample={it} first={it.data !== all[i - 1]?.data} />
        ))}
      </ul>
      <FileButton name={words.network.open} multiple onFiles={(files, since) => void arrive(files, since, true)}>
        {words.shrink.own}
      </FileButton>
      <p class="stays">
        <span>{words.page.privacy}</span>
      </p>
      {awaited.value ? (
        <p class="caution awaited" role="status">
          {awaited.value.text}
        </p>
      ) : null}
      {open && model.value?.source.kind === "local" ? (
        <p class="facts">
          <strong>{open.file}</strong>{" "}
          {words.shrink.factsOf(compact(open.params), compact(open.macs), bytes(open.bytes))}
        </p>
      ) : null}
    </section>
  );
}

/** `first` of those trained on its images: their name stands before it. */
function Sample({ sample, first }: { sample: SampleNetwork; first: boolean }) {
  const source = model.value?.source;
  const accuracy = fixed(100 * sample.accuracy, 1);
  return (
    <li data-images={first ? sample.data : undefined}>
      <button
        type="button"
        aria-pressed={source?.kind === "sample" && source.file === sample.file}
        onClick={(event) => void openSample(sample.file, event.timeStamp)}
        title={words.network.sampleHelp(sample.params, sample.macs, sample.data, accuracy)}
      >
        <span class="sample-name">{sample.name}</span> <span class="sample-facts">{sample.data}</span>
      </button>
    </li>
  );
}
