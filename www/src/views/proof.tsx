import { imagesOf } from "../lib/files";
import { arriveAsImages } from "../state/arrivals";
import { forgetMeasurement, measureOnImages } from "../state/models";
import { addImages, bringSamplesBack, pictures, removePicture } from "../state/pictures";
import { labelFile, readLabelFile, repairWithImages, runBoth, working } from "../state/proof";
import { labels, labelsChoice, measured, model, noticeText, preset, presetChoice } from "../state/store";
import { LABELS, PRESETS } from "../state/url";
import { words } from "../words";
import { MovementText } from "./convergence";
import { FitView } from "./fit";
import { Marked } from "./marked";
import { Choice, FileButton, Step } from "./parts";
import { Predictions } from "./predictions";
import { Take } from "./take";
import { Unchanged } from "./unchanged";

/** `whole`: with the file to take home; the page to work on has that in its bar. */
export function ProofView({ whole = true }: { whole?: boolean }) {
  const none = pictures.value.length === 0;
  return (
    <section class="proof" aria-label={words.proof.name}>
      {whole ? <Step n={4} title={words.proof.name} /> : null}
      <Pictures whole={whole} />
      <details class="reading">
        <summary>
          <Marked text={words.proof.readAs(preset.value, labelFile.value || labels.value)} />
        </summary>
        <Reading />
      </details>
      <div class="row">
        <button
          type="button"
          class={whole ? "primary" : ""}
          disabled={!model.value || none}
          aria-disabled={working.value}
          onClick={runBoth}
        >
          {words.proof.run}
        </button>
        {whole ? (
          <button
            type="button"
            disabled={!model.value || none}
            title={words.proof.repairHelp}
            aria-disabled={working.value}
            onClick={repairWithImages}
          >
            {words.proof.repair}
          </button>
        ) : null}
      </div>
      <Unchanged />
      <Predictions />
      {whole ? (
        <>
          <Take />
          <Measure />
        </>
      ) : null}
    </section>
  );
}

/** On the page to work on, folders are dropped and samples are not removed one by one. */
function Pictures({ whole }: { whole: boolean }) {
  const all = pictures.value;
  const samplesOnly = all.length > 0 && all.every((it) => it.sample);
  return (
    <div class="pictures">
      <ul aria-label={words.proof.images}>
        {all.slice(0, 24).map((it) => (
          <li key={it.id}>
            <img src={it.url} alt={it.name} title={it.name} width="40" height="40" />
            {whole || !it.sample ? (
              <button
                type="button"
                class="remove"
                aria-label={words.proof.remove(it.name)}
                onClick={() => removePicture(it.id)}
              >
                ×
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {all.length > 24 ? <p class="hint">{words.proof.more(all.length - 24)}</p> : null}
      <div class="row">
        <FileButton name={words.proof.add} multiple onFiles={(files) => void arriveAsImages(files)}>
          {words.proof.add}
        </FileButton>
        {whole ? (
          <FileButton name={words.proof.addFolder} folder multiple onFiles={addFolder}>
            {words.proof.folder}
          </FileButton>
        ) : null}
        {samplesOnly ? null : (
          <button type="button" class="quiet" onClick={bringSamplesBack}>
            {words.proof.useSamples}
          </button>
        )}
      </div>
      <p class="hint">{words.proof.dropHint}</p>
      {samplesOnly ? <p class="hint">{words.proof.samplesOnly(all.length)}</p> : null}
      {samplesOnly && preset.value === "cifar10" ? <p class="hint">{words.proof.photosOnly}</p> : null}
    </div>
  );
}

function addFolder(files: File[]): void {
  const images = imagesOf(files);
  if (images.length > 0) addImages(images);
  else noticeText.value = words.proof.noImageInFolder(files.length);
}

function Reading() {
  const guess = model.value?.overview;
  return (
    <div class="choices">
      <Choice
        name={words.proof.preprocessing}
        value={preset.value}
        options={[...new Set<string>([...PRESETS, preset.value])].map(
          (it) => [it, it === guess?.preset ? words.proof.guessed(it) : it] as const,
        )}
        onChoose={(it) => {
          presetChoice.value = it === guess?.preset ? "" : it;
        }}
      />
      <Choice
        name={words.proof.labels}
        value={labels.value}
        options={LABELS.map((it) => [it, it === guess?.labels ? words.proof.guessed(it) : it] as const)}
        onChoose={(it) => {
          labelsChoice.value = it === guess?.labels ? "" : it;
        }}
      />
      <FileButton
        name={words.proof.labelsFromFile}
        accept=".txt,text/plain"
        onFiles={([file]) => void readLabelFile(file!)}
      >
        {words.proof.labelsFile}
      </FileButton>
    </div>
  );
}

function Measure() {
  const open = model.value;
  if (!open) return null;
  const n = measured.value;
  return (
    <div class="measure">
      <h3>{words.proof.holds}</h3>
      <p class="hint">{open.overview.folded ? words.proof.holdsFolded : words.proof.holdsHint}</p>
      <div class="row">
        <button type="button" disabled={pictures.value.length === 0} onClick={measureOnImages}>
          {words.proof.measure}
        </button>
        {n > 0 ? (
          <button type="button" class="quiet" onClick={forgetMeasurement}>
            {words.proof.forget}
          </button>
        ) : null}
      </div>
      {n > 0 ? (
        <p class="hint">
          {words.proof.measured(n)} <MovementText />
        </p>
      ) : null}
      <FitView />
    </div>
  );
}
