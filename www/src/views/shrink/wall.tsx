/** Real images with their true labels: which answers the cut turns. */
import { useEffect } from "preact/hooks";
import { draggedFiles } from "../../lib/folders";
import { chooseFiles, chooseRepair, dataProblem, images, labelled, labFiles, reading } from "../../state/lab/data";
import { better, trying } from "../../state/lab/reading";
import { apart, spare } from "../../state/lab/repair";
import { classNames, fetchWall, type Shown, said, type WallImage, wall } from "../../state/lab/verdict";
import { asPicture } from "../../state/pictures";
import { lookAt } from "../../state/split";
import { words } from "../../words";
import { FileButton } from "../parts";

export function Wall() {
  const data = labelled.value;
  useEffect(() => {
    if (data) void fetchWall();
  }, [data]);
  const pictures = wall.value;
  const answers = said.value;
  const known = pictures.filter((it) => answers.has(it.index));
  const changed = known.filter((it) => answers.get(it.index)!.before !== answers.get(it.index)!.after).length;
  return (
    <section class="wall" aria-label={words.shrink.wall.name}>
      <div class="wall-head">
        <h2>{words.shrink.wall.name}</h2>
        <p aria-live="off">{known.length > 0 ? words.shrink.wall.changed(changed, known.length) : ""}</p>
        <Slots />
      </div>
      {pictures.length > 0 ? (
        <ul class="wall-images">
          {pictures.map((it) => (
            <Tile key={it.index} of={it} says={answers.get(it.index)} />
          ))}
        </ul>
      ) : null}
      <Reading />
      {dataProblem.value ? <p class="caution">{dataProblem.value}</p> : null}
    </section>
  );
}

/** How pictures are read, where the labels said better than the guess. */
function Reading() {
  const it = better();
  if (!it) return trying.value ? <p class="hint">{words.shrink.wall.tryingWays}</p> : null;
  return (
    <p class="hint">{words.shrink.wall.readsBetter(it.preset, it.right, it.images, it.right_by_guess, it.guess)}</p>
  );
}

function Tile({ of, says }: { of: WallImage; says: Shown | undefined }) {
  const name = (index: number) => classNames.value[index] ?? words.shrink.wall.classOf(index);
  const changed = says !== undefined && says.before !== says.after;
  const right = says !== undefined && (says.truth < 0 ? !changed : says.after === says.truth);
  const look = says === undefined ? "" : `${changed ? "changed" : ""} ${right ? "right" : "wrong"}`;
  const label = says
    ? words.shrink.wall.item(says.truth < 0 ? "?" : name(says.truth), name(says.before), name(says.after))
    : "";
  return (
    <li class={`tile ${look}`} title={label}>
      <button
        type="button"
        class="look"
        aria-label={words.shrink.split.open(label || words.shrink.wall.image(of.index + 1))}
        onClick={() => lookAt(asPicture(of.blob, label || words.shrink.wall.image(of.index + 1)))}
      >
        <img src={of.url} alt={label} width="64" height="64" />
      </button>
      <span aria-hidden="true">{says ? name(says.after) : " "}</span>
      <span class="truth" aria-hidden="true">
        {says && !right && says.truth >= 0 ? words.shrink.wall.truth(name(says.truth)) : " "}
      </span>
    </li>
  );
}

/** Images to judge on and images to repair with are never the same. */
function Slots() {
  const data = labelled.value;
  const take = (files: File[]) => void chooseFiles(labFiles(files));
  const takeRepair = (files: File[]) => void chooseRepair(labFiles(files));
  return (
    <fieldset
      class="slots"
      aria-label={words.shrink.wall.slots}
      onDrop={(event) => {
        const { dataTransfer } = event;
        if (!dataTransfer || [...dataTransfer.files].some((it) => /\.onnx$/i.test(it.name))) return;
        event.preventDefault();
        void draggedFiles(dataTransfer).then(chooseFiles);
      }}
    >
      <div class="slot">
        <p>
          <strong>{words.shrink.wall.judgeOn}</strong>{" "}
          {reading.value
            ? words.lab.data.reading(reading.value)
            : data
              ? words.shrink.wall.judgeFacts(data.name, images.value)
              : words.shrink.wall.noJudge}
        </p>
        <FileButton name={words.shrink.wall.judgeOn} multiple onFiles={take}>
          {data && !data.sample ? words.shrink.wall.change : words.shrink.wall.choose}
        </FileButton>
      </div>
      <div class="slot">
        <p>
          <strong>{words.shrink.wall.repairWith}</strong>{" "}
          {apart.value
            ? words.shrink.wall.judgeFacts(apart.value.name, spare.value)
            : data && !data.sample
              ? words.shrink.wall.repairFacts(Math.max(0, spare.value))
              : words.shrink.wall.noRepair}
        </p>
        <FileButton name={words.shrink.wall.repairWith} multiple onFiles={takeRepair}>
          {apart.value ? words.shrink.wall.change : words.shrink.wall.choose}
        </FileButton>
      </div>
    </fieldset>
  );
}
