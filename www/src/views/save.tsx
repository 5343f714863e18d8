import { savePngOf, saveSvgText } from "../charts/save";

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
        aria-label={`Save the ${picture} as SVG`}
        title={`Save the ${picture} as SVG`}
        onClick={() => saveSvgText(svg(), `${stem()}.svg`)}
      >
        SVG
      </button>
      <button
        type="button"
        class="quiet"
        disabled={disabled}
        aria-label={`Save the ${picture} as PNG`}
        title={`Save the ${picture} as PNG`}
        onClick={() => void savePngOf(svg(), `${stem()}.png`)}
      >
        PNG
      </button>
    </span>
  );
}
