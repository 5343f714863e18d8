import type { Picture } from "../charts/picture";
import { savePng, saveSvg } from "../charts/save";
import { alertText } from "../state/store";
import { words } from "../words";

const WAYS = [
  [words.page.svg, "svg", saveSvg],
  [words.page.png, "png", savePng],
] as const;

/** The two ways to take a picture along. `stem` is the file's name without its ending. */
export function SaveButtons(props: {
  picture: string;
  stem: () => string;
  draw: () => Picture | null;
  disabled?: boolean;
}) {
  const { picture, stem, draw, disabled = false } = props;
  const save = async (write: typeof saveSvg, ending: string) => {
    const drawn = draw();
    if (!drawn) return;
    try {
      await write(drawn, `${stem()}.${ending}`);
    } catch {
      alertText.value = words.pictures.failed(picture);
    }
  };
  return (
    <span class="saves">
      {WAYS.map(([kind, ending, write]) => (
        <button
          key={kind}
          type="button"
          class="quiet"
          disabled={disabled}
          aria-label={words.page.saveAs(picture, kind)}
          title={words.page.saveAs(picture, kind)}
          onClick={() => void save(write, ending)}
        >
          {kind}
        </button>
      ))}
    </span>
  );
}
