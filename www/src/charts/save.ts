/** Pictures as files: SVG with its letters inside, PNG rastered from that. */
import { download } from "../lib/download";
import { compose, type Picture } from "./picture";

/** Twice the size on the screen: sharp in a slide. */
const SCALE = 2;
/** Browsers give up on larger canvases; a graph of hundreds of layers gets there. */
const LONGEST = 16_000;

const FAMILY = "IBM Plex Sans";

export async function saveSvg(picture: Picture, name: string): Promise<void> {
  download(name, await alone(picture), "image/svg+xml");
}

export async function savePng(picture: Picture, name: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([await alone(picture)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    const scale = Math.min(SCALE, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
    canvas.width = Math.round(scale * image.naturalWidth);
    canvas.height = Math.round(scale * image.naturalHeight);
    await settle(image, canvas);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (!blob) throw new Error("png");
    download(name, blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** How long letters may take, in steps of so many milliseconds. */
const STEP = 60;
const STEPS = 15;

/**
 * Draws until nothing changes any more: an image counts as decoded before the letters inside it are, and these
 * begin to load when it is drawn for the first time.
 */
async function settle(image: HTMLImageElement, canvas: HTMLCanvasElement): Promise<void> {
  const context = canvas.getContext("2d")!;
  const probe = document.createElement("canvas");
  // The letters of titles and legends, sharp enough that another font is another picture.
  [probe.width, probe.height] = [Math.min(1600, canvas.width), Math.min(1600, canvas.height)];
  const sketch = probe.getContext("2d", { willReadFrequently: true })!;
  let last = "";
  for (let same = 0, step = 0; same < 2 && step < STEPS; step++) {
    sketch.clearRect(0, 0, probe.width, probe.height);
    sketch.drawImage(image, 0, 0, probe.width, probe.height);
    const now = probe.toDataURL();
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** The picture with the page's letters in it: elsewhere they are not installed, and an image may fetch nothing. */
async function alone(picture: Picture): Promise<string> {
  const svg = compose(picture);
  const faces = await Promise.all(facesFor(svg).map(embedded));
  return faces.length === 0 ? svg : svg.replace(/<title>/, `<style>${faces.join("")}</style><title>`);
}

/** The style sheet's own faces of the family, those that the text has letters of. */
function facesFor(svg: string): CSSFontFaceRule[] {
  const greek = /[\u0370-\u03ff]/.test(svg);
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((it): it is CSSFontFaceRule => it instanceof CSSFontFaceRule)
    .filter((it) => it.style.getPropertyValue("font-family").includes(FAMILY))
    .filter((it) => greek || !/U\+0?37/i.test(it.style.getPropertyValue("unicode-range")));
}

const known = new Map<string, Promise<string>>();

async function embedded(face: CSSFontFaceRule): Promise<string> {
  const [, quoted = ""] = /url\("?([^")]+)"?\)/.exec(face.style.getPropertyValue("src")) ?? [];
  const url = new URL(quoted, face.parentStyleSheet?.href ?? location.href).href;
  // The one-file page has its fonts inside already.
  if (!known.has(url)) known.set(url, url.startsWith("data:") ? Promise.resolve(url) : read(url));
  const data = await known.get(url);
  if (!data) return "";
  const range = face.style.getPropertyValue("unicode-range");
  return `@font-face{font-family:"${FAMILY}";font-weight:100 700;font-display:swap;src:url(${data}) format("woff2");unicode-range:${range}}`;
}

/** Without its letters a picture is set in the fonts named after them. */
async function read(url: string): Promise<string> {
  try {
    const response = await fetch(url);
    if (!response.ok) return "";
    const bytes = new Uint8Array(await response.arrayBuffer());
    return `data:font/woff2;base64,${btoa(Array.from(bytes, (it) => String.fromCharCode(it)).join(""))}`;
  } catch {
    return "";
  }
}
