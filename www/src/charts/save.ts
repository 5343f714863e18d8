import { download } from "../lib/download";

const CARRIED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "font-size", "font-family"];

/** Saves the SVGs inside an element as one file, with the colours they have on the screen. */
export function saveSvg(within: Element, name: string): void {
  const drawings = [...within.querySelectorAll("svg")];
  let left = 0;
  let height = 0;
  const parts = drawings.map((svg) => {
    const box = svg.viewBox.baseVal;
    const copy = svg.cloneNode(true) as SVGElement;
    const originals = svg.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((node, i) => {
      const style = getComputedStyle(originals[i]!);
      for (const property of CARRIED) node.setAttribute(property, style.getPropertyValue(property));
      node.removeAttribute("class");
    });
    const part = `<g transform="translate(${left} 0)">${copy.innerHTML}</g>`;
    left += box.width + 20;
    height = Math.max(height, box.height);
    return part;
  });
  if (parts.length === 0) return;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left - 20} ${height}">${parts.join("")}</svg>`;
  download(name, text, "image/svg+xml");
}
