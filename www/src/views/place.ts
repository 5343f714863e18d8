/** Where a pointer is inside an element, in CSS pixels. */
export function placeIn(element: Element, { clientX, clientY }: { clientX: number; clientY: number }) {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top] as const;
}
