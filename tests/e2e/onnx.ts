/** Writes small ONNX files from scratch: what tests need and no sample provides. */

type Field = [number, number | string | Uint8Array];

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return out;
}

/** A protobuf message of varints, strings and nested messages. */
function message(...fields: Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (typeof value === "number") {
      parts.push(Uint8Array.from([...varint(number * 8), ...varint(value)]));
      continue;
    }
    const body = typeof value === "string" ? new TextEncoder().encode(value) : value;
    parts.push(Uint8Array.from([...varint(number * 8 + 2), ...varint(body.length)]), body);
  }
  return Buffer.concat(parts);
}

export function tensor(name: string, dims: number[], data: Float32Array): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...dims.map((d): Field => [1, d]), [2, 1], [8, name], [9, raw]);
}

export function node(op: string, inputs: string[], output: string, ints: Record<string, number | number[]> = {}) {
  const attributes = Object.entries(ints).map(([name, value]): Field => {
    const values = Array.isArray(value) ? value.map((v): Field => [8, v]) : [[3, value] as Field];
    return [5, message([1, name], ...values, [20, Array.isArray(value) ? 7 : 2])];
  });
  return message(...inputs.map((it): Field => [1, it]), [2, output], [3, `/${output}/${op}`], [4, op], ...attributes);
}

export function value(name: string, dims: number[], type = 1): Uint8Array {
  const shape = message(...dims.map((d): Field => [1, message([1, d])]));
  return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
}

export function model(nodes: Uint8Array[], tensors: Uint8Array[], inputs: Uint8Array[], outputs: Uint8Array[]): Buffer {
  const graph = message(
    ...nodes.map((it): Field => [1, it]),
    [2, "graph"],
    ...tensors.map((it): Field => [5, it]),
    ...inputs.map((it): Field => [11, it]),
    ...outputs.map((it): Field => [12, it]),
  );
  return Buffer.from(message([1, 8], [2, "test"], [7, graph], [8, message([1, ""], [2, 13])]));
}

/** Repeatable numbers; quality does not matter. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** MobileNetV2 at full width with 1,000 classes: 17,056 normalised channels, a part of them dead. */
export function mobileNetV2(size = 224): Buffer {
  const random = generator(1);
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  let count = 0;
  const fill = (n: number, make: () => number) => Float32Array.from({ length: n }, make);
  const conv = (
    input: string,
    from: number,
    to: number,
    kernel: number,
    stride: number,
    group: number,
    act: boolean,
  ) => {
    const name = `c${count++}`;
    const fan = (from / group) * kernel * kernel;
    tensors.push(
      tensor(
        `${name}.w`,
        [to, from / group, kernel, kernel],
        fill(to * fan, () => (random() - 0.5) * (2 / Math.sqrt(fan))),
      ),
    );
    const pad = kernel >> 1;
    nodes.push(
      node("Conv", [input, `${name}.w`], `${name}.conv`, {
        group,
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
      }),
    );
    const dead = Array.from({ length: to }, () => random() < 0.2);
    tensors.push(
      tensor(
        `${name}.g`,
        [to],
        Float32Array.from(dead, (it) => (it ? 0.02 : 0.4 + random())),
      ),
      tensor(
        `${name}.b`,
        [to],
        Float32Array.from(dead, (it) => (it ? -0.2 * random() : random())),
      ),
      tensor(
        `${name}.m`,
        [to],
        fill(to, () => random() - 0.5),
      ),
      tensor(
        `${name}.v`,
        [to],
        fill(to, () => 0.5 + random()),
      ),
    );
    const norm = ["g", "b", "m", "v"].map((it) => `${name}.${it}`);
    nodes.push(node("BatchNormalization", [`${name}.conv`, ...norm], `${name}.bn`));
    if (!act) return `${name}.bn`;
    nodes.push(node("Clip", [`${name}.bn`, "zero", "six"], `${name}.act`));
    return `${name}.act`;
  };
  tensors.push(tensor("zero", [], Float32Array.of(0)), tensor("six", [], Float32Array.of(6)));
  let at = conv("input", 3, 32, 3, 2, 1, true);
  let width = 32;
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expand, to, repeat, stride] of stages) {
    for (let i = 0; i < repeat; i++) {
      const from = at;
      const hidden = width * expand;
      if (expand > 1) at = conv(at, width, hidden, 1, 1, 1, true);
      at = conv(at, hidden, hidden, 3, i === 0 ? stride : 1, hidden, true);
      at = conv(at, hidden, to, 1, 1, 1, false);
      if (i > 0) {
        nodes.push(node("Add", [from, at], `add${count}`));
        at = `add${count}`;
      }
      width = to;
    }
  }
  at = conv(at, 320, 1280, 1, 1, 1, true);
  nodes.push(node("GlobalAveragePool", [at], "pool"), node("Flatten", ["pool"], "flat", { axis: 1 }));
  tensors.push(
    tensor(
      "fc.w",
      [1000, 1280],
      fill(1_280_000, () => (random() - 0.5) / 20),
    ),
    tensor(
      "fc.b",
      [1000],
      fill(1000, () => 0),
    ),
  );
  nodes.push(node("Gemm", ["flat", "fc.w", "fc.b"], "logits", { transB: 1 }));
  return model(nodes, tensors, [value("input", [1, 3, size, size])], [value("logits", [1, 1000])]);
}

/** A depthwise block whose BatchNormalization was folded into biases, as most exporters do it. */
export function foldedNet(): Buffer {
  const random = generator(3);
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  const conv = (input: string, name: string, to: number, per: number, kernel: number, group: number) => {
    const weights = Float32Array.from({ length: to * per * kernel * kernel }, () => random() - 0.5);
    // Every fourth channel can not come alive.
    const bias = Float32Array.from({ length: to }, (_, i) => (i % 4 === 3 ? -50 : 0.2));
    tensors.push(tensor(`${name}.w`, [to, per, kernel, kernel], weights), tensor(`${name}.b`, [to], bias));
    const pad = kernel >> 1;
    nodes.push(
      node("Conv", [input, `${name}.w`, `${name}.b`], `${name}.conv`, {
        group,
        kernel_shape: [kernel, kernel],
        pads: [pad, pad, pad, pad],
      }),
      node("Relu", [`${name}.conv`], name),
    );
    return name;
  };
  const a = conv("input", "first", 16, 3, 3, 1);
  const b = conv(a, "depthwise", 16, 1, 3, 16);
  const c = conv(b, "pointwise", 24, 16, 1, 1);
  nodes.push(node("GlobalAveragePool", [c], "pool"), node("Flatten", ["pool"], "flat", { axis: 1 }));
  tensors.push(
    tensor(
      "fc.w",
      [10, 24],
      Float32Array.from({ length: 240 }, () => random() - 0.5),
    ),
    tensor("fc.b", [10], new Float32Array(10)),
  );
  nodes.push(node("Gemm", ["flat", "fc.w", "fc.b"], "logits", { transB: 1 }));
  return model(nodes, tensors, [value("input", [1, 3, 32, 32])], [value("logits", [1, 10])]);
}

/** A network that answers with a map of heights, as a detector or a segmentation does, and names no class. */
export function mapNet(): Buffer {
  const random = generator(7);
  const of = (n: number) => Float32Array.from({ length: n }, () => random() - 0.5);
  const dead = (i: number) => i % 4 === 0;
  const norm = (name: string, at: (i: number) => number) =>
    tensor(
      name,
      [16],
      Float32Array.from({ length: 16 }, (_, i) => at(i)),
    );
  const tensors = [
    tensor("c.w", [16, 3, 3, 3], of(16 * 27)),
    norm("g", (i) => (dead(i) ? 0.01 : 1)),
    norm("b", (i) => (dead(i) ? -1 : 0.5)),
    norm("m", () => 0),
    norm("v", () => 1),
    tensor("d.w", [2, 16, 1, 1], of(32)),
  ];
  const nodes = [
    node("Conv", ["input", "c.w"], "c", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node("BatchNormalization", ["c", "g", "b", "m", "v"], "n"),
    node("Relu", ["n"], "r"),
    node("Conv", ["r", "d.w"], "map", { kernel_shape: [1, 1] }),
  ];
  return model(nodes, tensors, [value("input", [1, 3, 32, 32])], [value("map", [1, 2, 32, 32])]);
}

/** A small network whose first weights lie in `weights.bin`, as exporters do beyond 2 GB, and that file. */
export function externalNet(): { model: Buffer; weights: Buffer } {
  const random = generator(5);
  const of = (n: number) => Float32Array.from({ length: n }, () => random() - 0.5);
  const weights = Buffer.from(of(16 * 27).buffer);
  const entry = (key: string, text: string): Field => [13, message([1, key], [2, text])];
  const outside = message(
    ...[16, 3, 3, 3].map((d): Field => [1, d]),
    [2, 1],
    [8, "c.w"],
    entry("location", "weights.bin"),
    entry("offset", "0"),
    entry("length", String(weights.length)),
    [14, 1],
  );
  const dead = (i: number) => i % 4 === 0;
  const norm = (name: string, value: (i: number) => number) =>
    tensor(
      name,
      [16],
      Float32Array.from({ length: 16 }, (_, i) => value(i)),
    );
  const tensors = [
    outside,
    norm("g", (i) => (dead(i) ? 0.01 : 1)),
    norm("b", (i) => (dead(i) ? -1 : 0.5)),
    norm("m", () => 0),
    norm("v", () => 1),
    tensor("fc.w", [10, 16], of(160)),
    tensor("fc.b", [10], new Float32Array(10)),
  ];
  const nodes = [
    node("Conv", ["input", "c.w"], "c", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node("BatchNormalization", ["c", "g", "b", "m", "v"], "n"),
    node("Relu", ["n"], "r"),
    node("GlobalAveragePool", ["r"], "pool"),
    node("Flatten", ["pool"], "flat", { axis: 1 }),
    node("Gemm", ["flat", "fc.w", "fc.b"], "logits", { transB: 1 }),
  ];
  return { model: model(nodes, tensors, [value("input", [1, 3, 32, 32])], [value("logits", [1, 10])]), weights };
}

/** Files that are not what their name says, or not what can be pruned: each must give one sentence. */
export function badFiles(good: Buffer): { name: string; buffer: Buffer }[] {
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");
  const zero = new Float32Array(0);
  return [
    { name: "picture.onnx", buffer: png },
    { name: "truncated.onnx", buffer: good.subarray(0, Math.floor(good.length / 2)) },
    {
      name: "pointer.onnx",
      buffer: Buffer.from(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
      ),
    },
    { name: "empty.onnx", buffer: Buffer.alloc(0) },
    {
      name: "text-model.onnx",
      buffer: model(
        [node("Gather", ["table", "tokens"], "embedded")],
        [tensor("table", [4, 2], new Float32Array(8))],
        [value("tokens", [1, 8], 7)],
        [value("embedded", [1, 8, 2])],
      ),
    },
    {
      name: "quantised.onnx",
      buffer: model(
        [node("QLinearConv", ["x", "s", "z", "w", "s", "z", "s", "z"], "y")],
        [
          tensor("s", [1], Float32Array.of(1)),
          tensor("z", [1], Float32Array.of(0)),
          tensor("w", [1, 1, 1, 1], Float32Array.of(1)),
        ],
        [value("x", [1, 1, 4, 4], 2)],
        [value("y", [1, 1, 4, 4], 2)],
      ),
    },
    {
      name: "no-dimensions.onnx",
      buffer: model(
        [node("Conv", ["x", "w"], "y", { kernel_shape: [1, 1] })],
        [tensor("w", [0, 3, 1, 1], zero)],
        [value("x", [1, 3, 0, 0])],
        [value("y", [1, 0, 0, 0])],
      ),
    },
  ];
}
