/** The network as one picture, the threshold on one axis, a verdict, the images. */
import { isDimmed, learnLook, learnStep } from "../../state/learn";
import { measureOnImages } from "../../state/models";
import { pictures } from "../../state/pictures";
import * as store from "../../state/store";
import { words } from "../../words";
import { About } from "../about";
import { Changed } from "../changed";
import { LearnCard } from "../learn/card";
import { Spot } from "../learn/spot";
import { Stage } from "../learn/stage";
import { ProofView } from "../proof";
import { Axis } from "./axis";
import { Drawer } from "./drawer";
import { Hero } from "./hero";
import { Legend } from "./legend";
import { MethodLine } from "./method";
import { Networks } from "./networks";
import { Verdict } from "./verdict";
import { Wall } from "./wall";

export function ShrinkPage() {
  const learning = store.screen.mode.value === "learn";
  const stage = learning ? learnStep.value?.stage : undefined;
  return (
    <main class={learning ? `shrink learn ${learnLook.value}` : "shrink"}>
      <a class="skip" href="#axis">
        {words.shrink.skip.axis}
      </a>
      <a class="skip" href="#verdict">
        {words.shrink.skip.verdict}
      </a>
      {learning ? <LearnCard /> : <Networks />}
      <section class="picture" aria-label={words.shrink.hero.name} inert={isDimmed("picture")}>
        <Hero />
        {stage === "bell" ? <Spot /> : null}
        <Empty />
        <Legend />
      </section>
      {stage ? <Stage of={stage} /> : <Axis />}
      {learning ? null : <Below />}
      <Drawer />
      <Verdict />
    </main>
  );
}

/** The method, the images, and single images of one's own. */
function Below() {
  return (
    <>
      <MethodLine />
      <Changed />
      <Wall />
      <div class="own-images">
        <div>
          <h2>{words.shrink.wall.own}</h2>
          <p class="hint">{words.shrink.wall.ownMore}</p>
        </div>
        <ProofView whole={false} />
      </div>
      <About />
    </>
  );
}

/** Nothing is known, or nothing can go: one sentence, one button. */
function Empty() {
  const open = store.model.value;
  if (!open) return null;
  if (open.overview.folded && open.overview.sites.length === 0) {
    const images = pictures.value.length;
    return (
      <div class="empty-picture">
        <p>{words.shrink.empty.folded(images)}</p>
        <button type="button" class="primary" disabled={images === 0} onClick={() => void measureOnImages()}>
          {words.shrink.empty.measure(images)}
        </button>
      </div>
    );
  }
  const channels = store.shown.value?.preview.channels;
  if (!channels || channels.after < channels.before || store.controls.criterion.value !== "probability") return null;
  return (
    <div class="empty-picture slim">
      <p>{words.shrink.empty.nothing}</p>
      <button
        type="button"
        onClick={() => {
          store.controls.criterion.value = "recommended";
          store.controls.compensation.value = "moments";
        }}
      >
        {words.shrink.empty.useRecommended}
      </button>
    </div>
  );
}
