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

export function LabelledImages() {
  const [changing, setChanging] = useState(false);
  const data = labelled.value;
  const choosing = changing || !data;
  const done = () => setChanging(false);
  return (
    <section
      class="lab-data"
      aria-label={words.lab.data.name}
      onDrop={(event) => {
        const { dataTransfer } = event;
        // A network dropped here is still a network.
        if (!dataTransfer || [...dataTransfer.files].some((it) => /\.onnx$/i.test(it.name))) return;
        event.preventDefault();
        void draggedFiles(dataTransfer).then(chooseFiles).then(done);
      }}
    >
      <div class="lab-data-line">
        {data ? <Chosen /> : <p>{reading.value ? words.lab.data.reading(reading.value) : words.lab.data.none}</p>}
        {data ? (
          <button type="button" class="quiet" aria-expanded={choosing} onClick={() => setChanging(!changing)}>
            {words.lab.data.other}
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
  const classes = info.labelled ? words.lab.data.classes(info.classes.length) : words.lab.data.noLabels;
  return (
    <>
      <p class="lab-data-name">
        <strong>{name}</strong>
        <span class="hint">{words.lab.data.facts(info.images, classes, builtIn ? "" : info.kind)}</span>
      </p>
      <Choice
        name={words.lab.data.used}
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
            {words.lab.data.withNetwork}
          </button>
        )}
        <FileButton name={words.lab.data.files} multiple onFiles={take}>
          {words.lab.data.chooseFiles}
        </FileButton>
        <FileButton name={words.lab.data.folder} directory onFiles={take}>
          {words.lab.data.chooseFolder}
        </FileButton>
      </div>
      <p class="hint">{words.lab.data.formats}</p>
    </div>
  );
}
