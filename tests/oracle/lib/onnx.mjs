// A small reader and writer of ONNX files, independent of the product: protobuf's wire format and the few
// messages the tests look into. Fields that are not listed are kept as they are.

const messages = {
  Model: { 1: ["irVersion", "int"], 7: ["graph", "Graph"], 8: ["opsets", ["Opset"]] },
  Opset: { 1: ["domain", "string"], 2: ["version", "int"] },
  Graph: {
    1: ["nodes", ["Node"]],
    2: ["name", "string"],
    5: ["initializers", ["Tensor"]],
    11: ["inputs", ["Value"]],
    12: ["outputs", ["Value"]],
  },
  Node: {
    1: ["inputs", ["string"]],
    2: ["outputs", ["string"]],
    3: ["name", "string"],
    4: ["op", "string"],
    5: ["attributes", ["Attribute"]],
    7: ["domain", "string"],
  },
  Attribute: {
    1: ["name", "string"],
    2: ["f", "float"],
    3: ["i", "int"],
    4: ["s", "string"],
    5: ["t", "Tensor"],
    7: ["floats", ["float"]],
    8: ["ints", ["int"]],
    20: ["type", "int"],
  },
  Tensor: {
    1: ["dims", ["int"]],
    2: ["type", "int"],
    4: ["floats", ["float"]],
    7: ["int64s", ["int"]],
    8: ["name", "string"],
    9: ["raw", "bytes"],
  },
  Value: { 1: ["name", "string"], 2: ["type", "Type"] },
  Type: { 1: ["tensor", "TensorType"] },
  TensorType: { 1: ["type", "int"], 2: ["shape", "Shape"] },
  Shape: { 1: ["dims", ["Dim"]] },
  Dim: { 1: ["value", "int"], 2: ["param", "string"] },
};

const wireOf = (kind) => (kind === "int" ? 0 : kind === "float" ? 5 : 2);

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }
  varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error("The file ends in the middle of a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    const signed = BigInt.asIntN(64, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }
  float() {
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }
  slice() {
    const end = this.varint() + this.at;
    const part = this.bytes.subarray(this.at, end);
    if (end > this.bytes.length) throw new Error("The file ends in the middle of a field");
    this.at = end;
    return part;
  }
  skip(wire) {
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.slice();
    else if (wire === 5) this.at += 4;
    else throw new Error(`Wire type ${wire} is not protobuf`);
  }
  value(kind) {
    if (kind === "int") return this.varint();
    if (kind === "float") return this.float();
    const part = this.slice();
    if (kind === "bytes") return part;
    return kind === "string" ? new TextDecoder().decode(part) : read(part, kind);
  }
}

function read(bytes, type) {
  const reader = new Reader(bytes);
  const message = { rest: [] };
  for (const [name, kind] of Object.values(messages[type])) if (Array.isArray(kind)) message[name] = [];
  while (reader.at < bytes.length) {
    const start = reader.at;
    const tag = reader.varint();
    const [name, kind] = messages[type][tag >> 3] ?? [];
    if (name === undefined) {
      reader.skip(tag & 7);
      message.rest.push(bytes.subarray(start, reader.at));
    } else if (!Array.isArray(kind)) {
      message[name] = reader.value(kind);
    } else if ((tag & 7) === 2 && wireOf(kind[0]) !== 2) {
      const packed = new Reader(reader.slice());
      while (packed.at < packed.bytes.length) message[name].push(packed.value(kind[0]));
    } else {
      message[name].push(reader.value(kind[0]));
    }
  }
  return message;
}

function varint(value) {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}

function write(message, type) {
  const parts = [];
  const put = (field, kind, value) => {
    parts.push(varint(field * 8 + wireOf(kind)));
    if (kind === "int") parts.push(varint(value));
    else if (kind === "float") parts.push(Buffer.from(Float32Array.of(value).buffer));
    else {
      const body = kind === "string" ? Buffer.from(value) : kind === "bytes" ? value : write(value, kind);
      parts.push(varint(body.length), body);
    }
  };
  for (const [field, [name, kind]] of Object.entries(messages[type])) {
    const value = message[name];
    if (Array.isArray(kind)) for (const one of value ?? []) put(Number(field), kind[0], one);
    else if (value !== undefined) put(Number(field), kind, value);
  }
  return Buffer.concat([...parts, ...(message.rest ?? [])]);
}

export const decode = (bytes) => read(bytes, "Model");
export const encode = (model) => write(model, "Model");

/** Number of values of a tensor or shape. */
export const size = (dims) => dims.reduce((a, b) => a * b, 1);

/** The values of a float tensor, as a copy. */
export function floats(tensor) {
  if (tensor.type !== 1) throw new Error(`${tensor.name} is not a float tensor`);
  if (!tensor.raw) return Float32Array.from(tensor.floats);
  return new Float32Array(Uint8Array.from(tensor.raw).buffer);
}

export function setFloats(tensor, values) {
  tensor.floats = [];
  tensor.raw = Buffer.from(Float32Array.from(values).buffer);
}

const attribute = (node, name) => node.attributes.find((a) => a.name === name);
const sameValues = new Set(["Identity", "Unsqueeze", "Squeeze", "Reshape"]);

/** Tensors by name: initializers, and what `Constant` and operators that only move values make of them. */
export function constants(graph) {
  const byName = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const node of graph.nodes) {
    const from = byName.get(node.inputs[0]);
    const to = node.outputs[0];
    if (node.op === "Constant") {
      const value = attribute(node, "value")?.t;
      if (value) byName.set(to, value);
    } else if (from && sameValues.has(node.op)) {
      byName.set(to, node.op === "Identity" ? from : { ...from, dims: [size(from.dims)] });
    } else if (from && node.op === "Transpose") {
      const order = attribute(node, "perm")?.ints ?? [...from.dims.keys()].reverse();
      byName.set(to, { ...from, dims: order.map((axis) => from.dims[axis]) });
    }
  }
  return byName;
}
