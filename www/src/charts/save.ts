/** Pictures as files: SVG as it is, PNG rastered from it, with the colours they have on the screen. */
import { download } from "../lib/download";

const CARRIED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "fill-opacity",
  "opacity",
  "font-size",
  "font-family",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "vector-effect",
];

/** Twice the size on the screen: sharp in a slide. */
const SCALE = 2;

/** The SVGs inside an element as one, side by side; null where there is none. */
export function svgOf(within: Element): string | null {
  // Icons of buttons are no pictures.
  const drawings = [...within.querySelectorAll("svg")].filter((svg) => !svg.closest("button"));
  let left = 0;
  let height = 0;
  const parts = drawings.map((svg) => {
    const box = svg.viewBox.baseVal;
    const copy = svg.cloneNode(true) as SVGElement;
    const originals = svg.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((node, i) => {
      const style = getComputedStyle(originals[i]!);
      for (const property of CARRIED) {
        const value = style.getPropertyValue(property);
        if (value) node.setAttribute(property, value);
      }
      node.removeAttribute("class");
    });
    const part = `<g transform="translate(${left - box.x} ${-box.y})">${copy.innerHTML}</g>`;
    left += box.width + 20;
    height = Math.max(height, box.height);
    return part;
  });
  if (parts.length === 0) return null;
  const width = left - 20;
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--panel").trim();
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${paper}"/>${parts.join("")}</svg>`;
}

export function saveSvgText(svg: string | null, name: string): void {
  if (svg) download(name, svg, "image/svg+xml");
}

export async function savePngOf(svg: string | null, name: string): Promise<void> {
  if (!svg) return;
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * image.naturalWidth;
    canvas.height = SCALE * image.naturalHeight;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (blob) download(name, blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Saves the SVGs inside an element as one file. */
export function saveSvg(within: Element, name: string): void {
  saveSvgText(svgOf(within), name);
}
