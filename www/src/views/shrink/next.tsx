/** A network of one's own: what is known of it, and the one thing to do next. */
import { computed } from "@preact/signals";
import { axisCurve } from "../../state/lab/auto";
import { chooseRepair, labFiles } from "../../state/lab/data";
import { trying } from "../../state/lab/reading";
import { spare } from "../../state/lab/repair";
import { photosAdvised, shrinking, shrinkTarget, shrinkWithImages } from "../../state/lab/shrink";
import { working } from "../../state/proof";
import * as store from "../../state/store";
import { words } from "../../words";
import { FileButton } from "../parts";

/** In the place of the curve; not while it has to be measured first, and not once it is cut by what photos showed. */
export const hasNextStep = computed(() => {
  const open = store.model.value;
  if (open?.source.kind !== "local" || shrinking.value || axisCurve.value.length > 0) return false;
  const unknown = open.overview.folded && open.overview.sites.length === 0;
  const asked = photosAdvised.value || spare.value === 0 || trying.value;
  return !unknown && asked && store.controls.criterion.value !== "reconstruction";
});

/** The recommended cut in one press. */
export function ShrinkByPhotos() {
  return (
    <button
      type="button"
      class="primary"
      aria-disabled={working.value || shrinking.value}
      onClick={() => void shrinkWithImages()}
    >
      {words.shrink.next.shrink(Math.round(shrinkTarget.value))}
    </button>
  );
}

export function NextStep() {
  const channels = store.live.drag.value?.preview.channels;
  const whole = !channels || channels.after === channels.before;
  return (
    <section class="next-step" aria-label={words.shrink.next.name}>
      <p>
        <strong>{whole ? words.shrink.next.uncut : words.shrink.next.cut}</strong>{" "}
        {trying.value
          ? words.shrink.wall.tryingWays
          : photosAdvised.value
            ? words.shrink.next.ready(spare.value)
            : words.shrink.next.photos}
      </p>
      {trying.value ? null : photosAdvised.value ? (
        <ShrinkByPhotos />
      ) : (
        <FileButton
          name={words.shrink.next.addName}
          primary
          multiple
          onFiles={(files) => void chooseRepair(labFiles(files))}
        >
          {words.shrink.next.add}
        </FileButton>
      )}
    </section>
  );
}
