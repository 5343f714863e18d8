import { imagesOf } from "../lib/files";
import { plural } from "../lib/format";
import { arriveAsImages } from "../state/arrivals";
import { forgetMeasurement, measureOnImages } from "../state/models";
import { addImages, bringSamplesBack, pictures, removePicture } from "../state/pictures";
import { labelFile, readLabelFile, repairWithImages, runBoth, working } from "../state/proof";
import { labels, labelsChoice, measured, model, noticeText, preset, presetChoice } from "../state/store";
import { LABELS, PRESETS } from "../state/url";
import { MovementText } from "./convergence";
import { Choice, FileButton, Step } from "./parts";
import { Predictions } from "./predictions";
import { Take } from "./take";
import { Unchanged } from "./unchanged";

export function ProofView() {
  const none = pictures.value.length === 0;
  return (
    <section class="proof" aria-label="Proof">
      <Step n={4} title="Proof" />
      <Pictures />
      <details class="reading">
        <summary>
          Read as <strong>{preset.value}</strong>, labels <strong>{labelFile.value || labels.value}</strong>
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
          Run both networks
        </button>
        <button
          type="button"
          disabled={!model.value || none}
          title="Refits every layer behind a cut by least squares, so that it answers as before; no labels needed"
          aria-disabled={working.value}
          onClick={repairWithImages}
        >
          Repair with my images
        </button>
      </div>
      <Unchanged />
      <Predictions />
      <Take />
      <Measure />
    </section>
  );
}

function Pictures() {
  const all = pictures.value;
  const samplesOnly = all.length > 0 && all.every((it) => it.sample);
  return (
    <div class="pictures">
      <ul aria-label="Images">
        {all.slice(0, 24).map((it) => (
          <li key={it.id}>
            <img src={it.url} alt={it.name} title={it.name} width="40" height="40" />
            <button type="button" class="remove" aria-label={`Remove ${it.name}`} onClick={() => removePicture(it.id)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      {all.length > 24 ? <p class="hint">and {all.length - 24} more</p> : null}
      <div class="row">
        <FileButton name="Add images" multiple onFiles={(files) => void arriveAsImages(files)}>
          Add images
        </FileButton>
        <FileButton name="Add a folder of images" folder multiple onFiles={addFolder}>
          Folder
        </FileButton>
        {samplesOnly ? null : (
          <button type="button" class="quiet" onClick={bringSamplesBack}>
            Use the samples
          </button>
        )}
      </div>
      <p class="hint">Or drop images or a folder anywhere, or paste an image.</p>
      {samplesOnly && preset.value === "cifar10" ? (
        <p class="hint">
          These photos only show that it runs. A CIFAR-10 network knows airplane, automobile, bird, cat, deer, dog,
          frog, horse, ship and truck: add your photos of those.
        </p>
      ) : null}
    </div>
  );
}

function addFolder(files: File[]): void {
  const images = imagesOf(files);
  if (images.length > 0) addImages(images);
  else noticeText.value = `None of the ${files.length} files in this folder is an image (PNG, JPEG or WebP).`;
}

function Reading() {
  const guess = model.value?.overview;
  return (
    <div class="choices">
      <Choice
        name="Preprocessing"
        value={preset.value}
        options={PRESETS.map((it) => [it, it === guess?.preset ? `${it} (guessed)` : it] as const)}
        onChoose={(it) => {
          presetChoice.value = it === guess?.preset ? "" : it;
        }}
      />
      <Choice
        name="Labels"
        value={labels.value}
        options={LABELS.map((it) => [it, it === guess?.labels ? `${it} (guessed)` : it] as const)}
        onChoose={(it) => {
          labelsChoice.value = it === guess?.labels ? "" : it;
        }}
      />
      <FileButton
        name="Labels from a text file"
        accept=".txt,text/plain"
        onFiles={([file]) => void readLabelFile(file!)}
      >
        Labels from a file…
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
      <h3>Does the Gaussian hold?</h3>
      <p class="hint">
        {open.overview.folded
          ? "BatchNorm was folded away in this file: measuring on images supplies the means and spreads."
          : "Measuring puts each channel’s real histogram over its Gaussian."}
      </p>
      <div class="row">
        <button type="button" disabled={pictures.value.length === 0} onClick={measureOnImages}>
          Measure on my images
        </button>
        {n > 0 ? (
          <button type="button" class="quiet" onClick={forgetMeasurement}>
            Forget
          </button>
        ) : null}
      </div>
      {n > 0 ? (
        <p class="hint">
          {plural(n, "image")} measured. <MovementText />
        </p>
      ) : null}
    </div>
  );
}
