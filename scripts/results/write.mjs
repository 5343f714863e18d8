// docs/results.md and its pictures from measured curves. Pure text in, text out.

/** Rows of a sweep as curves: criterion, compensation, points from the most MACs to the fewest. */
export function curves(csv) {
  const [header, ...rows] = csv.trim().split("\n");
  const names = header.split(",");
  const found = new Map();
  for (const row of rows) {
    const cells = Object.fromEntries(row.split(",").map((cell, i) => [names[i], i < 2 ? cell : Number(cell)]));
    const key = `${cells.criterion} ${cells.compensation}`;
    if (!found.has(key)) found.set(key, { ...cells, points: [] });
    found.get(key).points.push(cells);
  }
  for (const curve of found.values()) curve.points.sort((a, b) => b.macs - a.macs);
  return [...found.values()];
}

/** Value of `what` where `by` is `at`, along the straight line between the two neighbouring plans; null beyond the curve. */
function between(points, by, at, what) {
  const sorted = [...points].sort((a, b) => b[by] - a[by]);
  for (let i = 1; i < sorted.length; i++) {
    const [one, other] = [sorted[i - 1], sorted[i]];
    if (one[by] >= at && at >= other[by]) {
      const part = one[by] === other[by] ? 0 : (one[by] - at) / (one[by] - other[by]);
      return one[what] + part * (other[what] - one[what]);
    }
  }
  return null;
}

/** Share of `by` that can go before the accuracy has fallen by `loss`; of several crossings the last. */
function reach(points, by, total, original, loss) {
  const least = original - loss;
  const sorted = [...points].sort((a, b) => b[by] - a[by]);
  let best = null;
  for (const [i, point] of sorted.entries()) {
    if (point.accuracy < least) continue;
    let at = point[by];
    const next = sorted[i + 1];
    if (next && next.accuracy < least) {
      const part = (point.accuracy - least) / (point.accuracy - next.accuracy);
      at += part * (next[by] - at);
    }
    best = 1 - at / total;
  }
  return best;
}

const percent = (value, digits = 1) => (value === null ? "–" : `${(100 * value).toFixed(digits)} %`);
const cut = (value) => (value === null ? "–" : value < 0.005 ? "0" : `−${(100 * value).toFixed(0)} %`);
const count = (value) => value.toLocaleString("en-US");
const unique = (values) => [...new Set(values)];

/** A table with a row per criterion and a column per compensation. */
function grid(lines, cell) {
  const columns = unique(lines.map((line) => line.compensation));
  const rows = unique(lines.map((line) => line.criterion)).map((criterion) => {
    const cells = columns.map((compensation) => {
      const line = lines.find((l) => l.criterion === criterion && l.compensation === compensation);
      return line ? cell(line) : "–";
    });
    return `| \`${criterion}\` | ${cells.join(" | ")} |`;
  });
  const head = `| | ${columns.map((name) => `\`${name}\``).join(" | ")} |\n|---|${columns.map(() => "---:|").join("")}`;
  return `${head}\n${rows.join("\n")}\n`;
}

function section({ network, name, whole, lines, repairs }) {
  const { macs, params } = network;
  const [low, high] = whole.accuracy_interval;
  const accuracyAt = (by, of, gone) =>
    grid(lines, (line) => percent(between(line.points, by, (1 - gone) * of, "accuracy")));
  const parts = [
    `## ${network.name}\n`,
    `${count(params)} parameters, ${count(macs)} MACs, accuracy ${percent(whole.accuracy)} [${percent(low)}, ${percent(high)}].\n`,
    `![Accuracy against MACs](results/${name}_macs.svg)\n`,
    `![Accuracy against parameters](results/${name}_params.svg)\n`,
    "MACs that can go for one point of accuracy:\n",
    grid(lines, (line) => cut(reach(line.points, "macs", macs, whole.accuracy, 0.01))),
    "Parameters that can go for one point of accuracy:\n",
    grid(lines, (line) => cut(reach(line.points, "params", params, whole.accuracy, 0.01))),
    "Accuracy at −30 % of the MACs:\n",
    accuracyAt("macs", macs, 0.3),
    "Accuracy at −50 % of the MACs:\n",
    accuracyAt("macs", macs, 0.5),
  ];
  if (repairs.length > 0) {
    const rows = repairs.map(({ criterion, compensation, cut: before, mended }) => {
      const [from, to] = mended.difference_interval;
      const points = (value) => (100 * value).toFixed(1).replace("-", "−");
      return `| \`${criterion}\` \`${compensation}\` | ${cut(1 - mended.macs)} | ${cut(1 - mended.params)} | ${percent(before.accuracy)} | ${percent(mended.accuracy)} | ${points(mended.difference)} [${points(from)}, ${points(to)}] |`;
    });
    parts.push(
      "Cut to a share of the MACs, and repaired:\n",
      `| plan | MACs | parameters | accuracy | repaired | points against the original |\n|---|---:|---:|---:|---:|---:|\n${rows.join("\n")}\n`,
    );
  }
  return parts.join("\n");
}

/** The whole page. */
export function page(results, { images, repaired }) {
  const sizes = results.flatMap(({ lines }) => lines.map((line) => line.points.length));
  const [fewest, most] = [Math.min(...sizes), Math.max(...sizes)];
  const plans = fewest === most ? `${most} plans` : `${fewest} to ${most} plans`;
  const all = results.flatMap(({ network, whole, lines }) =>
    lines.map((line) => ({ ...line, reach: reach(line.points, "macs", network.macs, whole.accuracy, 0.01) ?? 0 })),
  );
  const keys = new Map(all.map((line) => [`${line.criterion} ${line.compensation}`, line]));
  const mean = (line) => {
    const same = all.filter((l) => l.criterion === line.criterion && l.compensation === line.compensation);
    return same.reduce((sum, l) => sum + l.reach, 0) / same.length;
  };
  const repairs = repaired
    ? `Repair refits every layer on ${repaired} other pictures without their labels.`
    : "Nothing was repaired: no pictures for it were given.";
  return [
    "# Results",
    "",
    "<!-- Written by `npm run results`; edit scripts/results/write.mjs instead. -->",
    "",
    `The sample networks for CIFAR-10 on ${count(images)} labelled test images, no fine-tuning: every criterion with every compensation, ${plans}`,
    "each, spread over the MACs. Figures between two measured plans lie on the straight line between them. Brackets are 95 % intervals: Wilson's of an",
    `accuracy, Tango's paired one of a difference on the same images. ${repairs} Again, with your own images: \`npm run results -- --data PATH --calibration PATH\`.`,
    "",
    "## All networks",
    "",
    `MACs that can go for one point of accuracy, mean of ${results.length} networks:`,
    "",
    grid([...keys.values()], (line) => cut(mean(line))),
    ...results.map(section),
  ].join("\n");
}

const colours = ["#0b6e99", "#c4502b", "#4a7c2c", "#8a4fa3", "#b8860b", "#3b4b8c", "#a33b5e", "#5f6b70"];
const dashes = { none: "2 3", shift: "7 3", mean: "14 3" };

/** Curves worth drawing: of each criterion the best compensation, and the paper's with and without its fold. */
function drawn(lines) {
  const area = (line) => line.points.reduce((sum, p) => sum + p.accuracy, 0) / line.points.length;
  const best = unique(lines.map((line) => line.criterion)).map((criterion) =>
    lines.filter((l) => l.criterion === criterion).reduce((a, b) => (area(b) > area(a) ? b : a)),
  );
  const paper = lines.filter((l) => l.criterion === "probability" && ["none", "shift"].includes(l.compensation));
  return unique([...paper, ...best]);
}

/** Accuracy against what is left, as SVG. */
export function plot(network, whole, lines, figure, total) {
  const [width, height, left, right, top, bottom] = [760, 400, 52, 190, 34, 46];
  const x = (value) => left + (1 - value / total) * (width - left - right);
  const floor = 0.1;
  const ceiling = Math.ceil(10 * whole.accuracy) / 10;
  const y = (value) => height - bottom - ((value - floor) / (ceiling - floor)) * (height - top - bottom);
  const n = (value) => value.toFixed(1);
  const shown = drawn(lines);
  const names = unique(shown.map((line) => line.criterion));
  const body = [];
  for (let share = 0; share <= 1.0001; share += 0.2) {
    const at = n(x(share * total));
    body.push(`<path class="g" d="M${at} ${top}V${height - bottom}"/>`);
    body.push(`<text x="${at}" y="${height - bottom + 16}" text-anchor="middle">${Math.round(100 * share)} %</text>`);
  }
  for (let value = floor; value <= ceiling + 1e-9; value += 0.1) {
    body.push(`<path class="g" d="M${left} ${n(y(value))}H${width - right}"/>`);
    body.push(`<text x="${left - 6}" y="${n(y(value) + 4)}" text-anchor="end">${Math.round(100 * value)} %</text>`);
  }
  body.push(
    `<path d="M${left} ${n(y(whole.accuracy))}H${width - right}" stroke="#222" stroke-dasharray="1 3" fill="none"/>`,
  );
  for (const [i, line] of shown.entries()) {
    const colour = colours[names.indexOf(line.criterion) % colours.length];
    const style = `stroke="${colour}" stroke-dasharray="${dashes[line.compensation] ?? ""}" fill="none"`;
    const points = [...line.points].sort((a, b) => b[figure] - a[figure]);
    const path = points
      .map((p, k) => `${k ? "L" : "M"}${n(x(p[figure]))} ${n(y(Math.max(p.accuracy, floor)))}`)
      .join("");
    const bars = points
      .filter((p) => p.hi > floor)
      .map((p) => `M${n(x(p[figure]))} ${n(y(Math.max(p.lo, floor)))}V${n(y(p.hi))}`);
    body.push(`<path d="${path}" ${style} stroke-width="1.8"/>`);
    body.push(`<path d="${bars.join("")}" stroke="${colour}" stroke-opacity=".45" fill="none"/>`);
    const at = top + 8 + 18 * i;
    body.push(`<path d="M${width - right + 14} ${at}h26" ${style} stroke-width="1.8"/>`);
    body.push(`<text x="${width - right + 46}" y="${at + 4}">${line.criterion}, ${line.compensation}</text>`);
  }
  const what = figure === "macs" ? "MACs" : "parameters";
  const middle = n((left + width - right) / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>${network.name}: accuracy against ${what} left</title>
<style>.g{stroke:#ddd;fill:none}text{fill:#333}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="20" font-size="14" font-weight="600">${network.name}</text>
${body.join("\n")}
<text x="${middle}" y="${height - 8}" text-anchor="middle">${what} left; vertical bars: 95 % intervals; dotted: original</text>
</svg>
`;
}
