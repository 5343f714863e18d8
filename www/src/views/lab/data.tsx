/** Which labelled images the lab judges by. */

import { useState } from "preact/hooks";
import { draggedFiles } from "../../lib/folders";
import { count } from "../../lib/format";
import {
  BUILT_IN,
  builtInFits,
  chooseBuiltIn,
  chooseBuiltInWithNetwork,
  chooseFiles,
  dataProblem,
  images,
  labelled,
  labFiles,
  reading,
  useImages,
} from "../../state/lab/data";
import { model } from "../../state/store";
import { words } from "../../words";
import { Choice, FileButton } from "../parts";
import { Problem } from "./working";

const t = words.lab.data;

export function LabelledImages() {
  const [changing, setChanging] = useState(false);
  const data = labelled.value;
  const choosing = changing || !data;
  const done = () => setChanging(false);
  return (
    <section
      class="lab-data"
      aria-label={t.name}
      onDrop={(event) => {
        const { dataTransfer } = event;
        // A network dropped here is still a network.
        if (!dataTransfer || [...dataTransfer.files].some((it) => /\.onnx$/i.test(it.name))) return;
        event.preventDefault();
        void draggedFiles(dataTransfer).then(chooseFiles).then(done);
      }}
    >
      <div class="lab-data-line">
        {data ? <Chosen /> : <p>{reading.value ? t.reading(reading.value) : t.none}</p>}
        {data ? (
          <button type="button" class="quiet" aria-expanded={choosing} onClick={() => setChanging(!changing)}>
            {t.other}
          </button>
        ) : null}
      </div>
      {choosing ? <Chooser onChosen={done} /> : null}
      <Problem text={dataProblem.value} />
    </section>
  );
}

function Chosen() {
  const { name, info, builtIn } = labelled.value!;
  const classes = info.labelled ? t.classes(info.classes.length) : t.noLabels;
  return (
    <>
      <p class="lab-data-name">
        <strong>{name}</strong>
        <span class="hint">{t.facts(info.images, classes, builtIn ? "" : info.kind)}</span>
      </p>
      <Choice
        name={t.used}
        value={String(images.value)}
        options={counts(info.images, images.value).map((it) => [String(it), count(it)] as const)}
        onChoose={(value) => useImages(Number(value))}
      />
    </>
  );
}

function counts(all: number, now: number): number[] {
  const steps = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000].filter((it) => it < all);
  return [...new Set([...steps, all, now])].sort((a, b) => a - b);
}

function Chooser({ onChosen }: { onChosen: () => void }) {
  const take = (files: File[]) => void chooseFiles(labFiles(files)).then(onChosen);
  return (
    <div class="lab-chooser">
      <div class="row">
        {builtInFits.value || !model.value ? (
          <button type="button" onClick={() => void chooseBuiltIn().then(onChosen)}>
            {BUILT_IN.name}
          </button>
        ) : (
          <button type="button" onClick={() => void chooseBuiltInWithNetwork().then(onChosen)}>
            {t.withNetwork}
          </button>
        )}
        <FileButton name={t.files} multiple onFiles={take}>
          {t.chooseFiles}
        </FileButton>
        <FileButton name={t.folder} directory onFiles={take}>
          {t.chooseFolder}
        </FileButton>
      </div>
      <p class="hint">{t.formats}</p>
    </div>
  );
}
