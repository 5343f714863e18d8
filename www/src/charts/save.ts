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
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (!blob) throw new Error("png");
    download(name, blob);
  } finally {
    URL.revokeObjectURL(url);
  }
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
  return `@font-face{font-family:"${FAMILY}";font-weight:100 700;src:url(${data}) format("woff2");unicode-range:${range}}`;
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
