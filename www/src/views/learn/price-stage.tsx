/** Why channels die: in training each pays for its scale, and what does not earn the price shrinks to nothing. */
import { fixed } from "../../lib/format";
import { MOST_SCALE, scalesAt, USE } from "../../lib/story";
import { price } from "../../state/learn";
import { words } from "../../words";

const HIGHEST = 0.8;

export function PriceStage() {
  const scales = scalesAt(price.value);
  const dead = scales.filter((it) => it === 0).length;
  return (
    <div class="tryout price-stage">
      <p class="try-says">{words.learn.price.bars}</p>
      <ol aria-label={words.learn.price.channels}>
        {scales.map((it, i) => (
          <li key={USE[i]} class={it === 0 ? "none" : ""}>
            <i style={{ height: `${Math.max(2, (100 * it) / MOST_SCALE)}%` }} />
            <span class="hidden">{words.learn.price.scale(i + 1, fixed(it, 2))}</span>
          </li>
        ))}
      </ol>
      <p class="price-sides" aria-hidden="true">
        <span>{words.learn.price.useless}</span>
        <span>{words.learn.price.useful}</span>
      </p>
      <label>
        <span>{words.learn.price.name}</span>
        <input
          type="range"
          min={0}
          max={HIGHEST}
          step={0.01}
          value={price.value}
          aria-valuetext={words.learn.price.spoken(fixed(price.value, 2), dead)}
          onInput={(event) => {
            price.value = event.currentTarget.valueAsNumber;
          }}
        />
      </label>
      <p class="try-verdict" aria-live="off">
        <strong>{words.learn.price.dead(dead, USE.length)}</strong> <small>{words.learn.price.model}</small>
      </p>
    </div>
  );
}
