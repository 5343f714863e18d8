/** An SVG of the page as a drawing that no longer needs the page: what its style sheets say is written into it. */
import type { Drawing } from "./picture";

const CARRIED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "fill-opacity",
  "stroke-opacity",
  "opacity",
  "font-size",
  "font-family",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "vector-effect",
];

/** Of use only to whoever operates the page. */
const DROPPED = ["class", "style", "role", "tabindex"];

/**
 * All of an SVG, or only one group of it. `width` scales the drawing; without a view box of its own the size is
 * given by `box`.
 */
export function freeze(
  svg: SVGSVGElement,
  { of = svg as Element, box = svg.viewBox.baseVal as Box, width = box.width }: Options = {},
): Drawing {
  const copy = document.createElementNS("http://www.w3.org/2000/svg", "g");
  for (const child of of.children) copy.append(child.cloneNode(true));
  const originals = of.querySelectorAll("*");
  const gone: Element[] = [];
  copy.querySelectorAll("*").forEach((node, i) => {
    const style = getComputedStyle(originals[i]!);
    if (style.display === "none") gone.push(node);
    for (const property of CARRIED) {
      const value = style.getPropertyValue(property);
      if (value) node.setAttribute(property, value);
    }
    for (const { name } of [...node.attributes]) {
      if (DROPPED.includes(name) || name.startsWith("aria-")) node.removeAttribute(name);
    }
  });
  for (const node of gone) node.remove();
  const scale = width / box.width;
  copy.setAttribute("transform", `scale(${Number(scale.toFixed(4))}) translate(${-box.x} ${-box.y})`);
  // Not innerHTML: that is HTML, where a narrow space is an entity no SVG knows.
  const markup = new XMLSerializer().serializeToString(copy);
  return { width, height: box.height * scale, markup };
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Options {
  of?: Element;
  box?: Box;
  width?: number;
}
