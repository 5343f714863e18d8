/** What one layer has to itself: what it keeps, and where it is cut. */
import { ownRows, setOwn } from "../state/locks";
import { amount, controls, model, takesShare } from "../state/store";
import { words } from "../words";
import { AmountBox, AmountSlider } from "./amount";
import { NumberBox } from "./parts";

/** Fewest channels, and the multiple they are rounded up to. */
export function RowFloors({ row }: { row: number }) {
  const own = ownRows.value.get(row) ?? {};
  const site = model.value?.overview.sites[row];
  if (!site) return null;
  return (
    <>
      <NumberBox
        name={words.limits.floorName}
        label={words.limits.floor}
        value={own.floor ?? controls.floor.value}
        min={1}
        max={site.channels}
        step={1}
        onCommit={(value) => setOwn(row, "floor", Math.round(value) > controls.floor.value ? value : null)}
      />
      <NumberBox
        name={words.limits.multipleName}
        label={words.limits.multiple}
        value={own.multiple ?? controls.multiple.value}
        min={1}
        max={256}
        step={1}
        onCommit={(value) => setOwn(row, "multiple", Math.round(value) > 1 ? value : null)}
      />
    </>
  );
}

/** The layer's own threshold or share; until it has one, the plan's. */
export function RowCut({ row }: { row: number }) {
  const share = takesShare.value;
  if (!share && !model.value?.overview.sites[row]?.pinned) return null;
  const key = share ? "share" : "threshold";
  const own = ownRows.value.get(row)?.[key];
  const value = own ?? amount.value;
  return (
    <div class="own-cut">
      <span aria-hidden="true">{share ? words.limits.share : words.limits.threshold}</span>
      <AmountSlider
        name={words.limits.cut}
        spoken={own === undefined ? words.limits.asPlan(value) : String(value)}
        value={value}
        takesShare={share}
        onSet={(to) => setOwn(row, key, to)}
      />
      <AmountBox name={words.limits.cutValue} value={value} takesShare={share} onSet={(to) => setOwn(row, key, to)} />
      <button
        type="button"
        class="quiet"
        aria-label={words.limits.follow}
        title={`${words.limits.follow}: ${words.limits.followTitle}`}
        aria-disabled={own === undefined}
        onClick={() => setOwn(row, key, null)}
      >
        ↺
      </button>
    </div>
  );
}
