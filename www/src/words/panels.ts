/** The panels below the map and the line over them. */
export const SPLITTER = {
  name: "Height of the panel below the map",
  value: (percent: number) => `${percent} % of the height`,
  help: "Drag, or use the arrow keys, to share the height between map and panel; Enter or a double click sets it back",
};
