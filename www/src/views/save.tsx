import { savePngOf, saveSvgText } from "../charts/save";
import { words } from "../words";

const t = words.page;

/** The two ways to take a picture along. `stem` is the file's name without its ending. */
export function SaveButtons(props: {
  picture: string;
  stem: () => string;
  svg: () => string | null;
  disabled?: boolean;
}) {
  const { picture, stem, svg, disabled = false } = props;
  return (
    <span class="saves">
      <button
        type="button"
        class="quiet"
        disabled={disabled}
        aria-label={t.saveAs(picture, t.svg)}
        title={t.saveAs(picture, t.svg)}
        onClick={() => saveSvgText(svg(), `${stem()}.svg`)}
      >
        {t.svg}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={disabled}
        aria-label={t.saveAs(picture, t.png)}
        title={t.saveAs(picture, t.png)}
        onClick={() => void savePngOf(svg(), `${stem()}.png`)}
      >
        {t.png}
      </button>
    </span>
  );
}
