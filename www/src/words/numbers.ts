/** Words beside numbers. Units keep their number on the line. */
const NBSP = "\u00a0";

export const numbers = {
  interval: (low: string, high: string) => `${low}${NBSP}to${NBSP}${high}`,
  secondsLeft: (n: string) => `${n}${NBSP}s left`,
  minutesLeft: (n: string) => `${n}${NBSP}min left`,
  hoursLeft: (n: string) => `${n}${NBSP}h left`,
};
