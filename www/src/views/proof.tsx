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

const t = words.proof;

/** `whole`: with the file to take home; the page to work on has that in its bar. */
export function ProofView({ whole = true }: { whole?: boolean }) {
  const none = pictures.value.length === 0;
  return (
    <section class="proof" aria-label={t.name}>
      {whole ? <Step n={4} title={t.name} /> : null}
      <Pictures />
      <details class="reading">
        <summary>
          <Marked text={t.readAs(preset.value, labelFile.value || labels.value)} />
        </summary>
        <Reading />
      </details>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={!model.value || none}
          aria-disabled={working.value}
          onClick={runBoth}
        >
          {t.run}
        </button>
        <button
          type="button"
          disabled={!model.value || none}
          title={t.repairHelp}
          aria-disabled={working.value}
          onClick={repairWithImages}
        >
          {t.repair}
        </button>
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

function Pictures() {
  const all = pictures.value;
  const samplesOnly = all.length > 0 && all.every((it) => it.sample);
  return (
    <div class="pictures">
      <ul aria-label={t.images}>
        {all.slice(0, 24).map((it) => (
          <li key={it.id}>
            <img src={it.url} alt={it.name} title={it.name} width="40" height="40" />
            <button type="button" class="remove" aria-label={t.remove(it.name)} onClick={() => removePicture(it.id)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      {all.length > 24 ? <p class="hint">{t.more(all.length - 24)}</p> : null}
      <div class="row">
        <FileButton name={t.add} multiple onFiles={(files) => void arriveAsImages(files)}>
          {t.add}
        </FileButton>
        <FileButton name={t.addFolder} folder multiple onFiles={addFolder}>
          {t.folder}
        </FileButton>
        {samplesOnly ? null : (
          <button type="button" class="quiet" onClick={bringSamplesBack}>
            {t.useSamples}
          </button>
        )}
      </div>
      <p class="hint">{t.dropHint}</p>
      {samplesOnly && preset.value === "cifar10" ? <p class="hint">{t.photosOnly}</p> : null}
    </div>
  );
}

function addFolder(files: File[]): void {
  const images = imagesOf(files);
  if (images.length > 0) addImages(images);
  else noticeText.value = t.noImageInFolder(files.length);
}

function Reading() {
  const guess = model.value?.overview;
  return (
    <div class="choices">
      <Choice
        name={t.preprocessing}
        value={preset.value}
        options={[...new Set<string>([...PRESETS, preset.value])].map(
          (it) => [it, it === guess?.preset ? t.guessed(it) : it] as const,
        )}
        onChoose={(it) => {
          presetChoice.value = it === guess?.preset ? "" : it;
        }}
      />
      <Choice
        name={t.labels}
        value={labels.value}
        options={LABELS.map((it) => [it, it === guess?.labels ? t.guessed(it) : it] as const)}
        onChoose={(it) => {
          labelsChoice.value = it === guess?.labels ? "" : it;
        }}
      />
      <FileButton name={t.labelsFromFile} accept=".txt,text/plain" onFiles={([file]) => void readLabelFile(file!)}>
        {t.labelsFile}
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
      <h3>{t.holds}</h3>
      <p class="hint">{open.overview.folded ? t.holdsFolded : t.holdsHint}</p>
      <div class="row">
        <button type="button" disabled={pictures.value.length === 0} onClick={measureOnImages}>
          {t.measure}
        </button>
        {n > 0 ? (
          <button type="button" class="quiet" onClick={forgetMeasurement}>
            {t.forget}
          </button>
        ) : null}
      </div>
      {n > 0 ? (
        <p class="hint">
          {t.measured(n)} <MovementText />
        </p>
      ) : null}
      <FitView />
    </div>
  );
}
