// Rewrites a module's relaxed SIMD instructions as plain ones, so that the core is compiled once and runs anywhere.
// `f32x4.relaxed_madd` may or may not round between its product and its sum; the plain form always does.
// Facts: https://github.com/WebAssembly/relaxed-simd/blob/main/proposals/relaxed-simd/Overview.md
import { BinaryReader, BinaryReaderState, OperatorCode, OperatorCodeNames, SectionCode } from "wasmparser";
import { Stop } from "./lib.mjs";

const V128 = 0x7b;
/** Locals that every rewritten function gets. */
const SCRATCH = 3;

/** An unsigned number as WebAssembly writes it: seven bits a byte, the lowest first. */
function leb(number) {
  const bytes = [];
  for (let rest = number; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at++) {
    value |= (bytes[at] & 127) << shift;
    if (bytes[at] < 128) return { value, next: at + 1 };
  }
}

const simd = (code) => [0xfd, ...leb(code)];
const set = (local) => [0x21, ...leb(local)];
const get = (local) => [0x20, ...leb(local)];
const F32X4_ADD = simd(0xe4);
const F32X4_MUL = simd(0xe6);
const I32X4_ADD = simd(0xae);
const I32X4_EXTADD_PAIRWISE_I16X8_S = simd(0x7e);
const I16X8_EXTMUL_LOW_I8X16_S = simd(0x9c);
const I16X8_EXTMUL_HIGH_I8X16_S = simd(0x9d);

/** The 32-bit lanes of two vectors at `lanes`, 0 to 7. */
const shuffle = (...lanes) => [...simd(0x0d), ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte))];

/** By instruction: what does the same with the scratch locals `x`, `y`, `z`. The operands a, b, c are on the stack. */
const plain = {
  [OperatorCode.f32x4_relaxed_madd]: (x) => [...set(x), ...F32X4_MUL, ...get(x), ...F32X4_ADD],
  // Sums of four products each, added to c. A product of i8 and i7 and a pair of them fit their lanes.
  [OperatorCode.i32x4_relaxed_dot_i8x16_i7x16_add_s]: (x, y, z) => [
    ...[...set(z), ...set(y), ...set(x)],
    ...[...get(x), ...get(y), ...I16X8_EXTMUL_LOW_I8X16_S, ...I32X4_EXTADD_PAIRWISE_I16X8_S],
    ...[...get(x), ...get(y), ...I16X8_EXTMUL_HIGH_I8X16_S, ...I32X4_EXTADD_PAIRWISE_I16X8_S],
    ...[...set(y), ...set(x)],
    ...[...get(x), ...get(y), ...shuffle(0, 2, 4, 6), ...get(x), ...get(y), ...shuffle(1, 3, 5, 7)],
    ...[...I32X4_ADD, ...get(z), ...I32X4_ADD],
  ],
};
/** These allow what the plain ones promise about zeros and NaN. */
for (const [name, code] of Object.entries({
  f32x4_relaxed_min: 0xe8,
  f32x4_relaxed_max: 0xe9,
  f64x2_relaxed_min: 0xf4,
  f64x2_relaxed_max: 0xf5,
}))
  plain[OperatorCode[name]] = () => simd(code);
const RELAXED = new Set(Object.entries(OperatorCode).flatMap(([name, code]) => (/_relaxed_/.test(name) ? [code] : [])));

/** `bytes`: a module. The same module without relaxed instructions; throws where there is one that `plain` lacks. */
export function lowered(bytes) {
  const reader = new BinaryReader();
  reader.setData(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 0, bytes.length);
  const pieces = [];
  const parameters = { ofType: [], ofFunction: [] };
  let section = null;
  let body = null;
  let start = 0;
  while (reader.read()) {
    const { state, result } = reader;
    if (state === BinaryReaderState.BEGIN_SECTION) {
      section = { id: result.id, start, functions: [] };
    } else if (state === BinaryReaderState.TYPE_SECTION_ENTRY) {
      parameters.ofType.push(result.params?.length ?? 0);
    } else if (state === BinaryReaderState.FUNCTION_SECTION_ENTRY) {
      parameters.ofFunction.push(parameters.ofType[result.typeIndex]);
    } else if (state === BinaryReaderState.BEGIN_FUNCTION_BODY) {
      const locals = result.locals.reduce((sum, { count }) => sum + count, 0);
      const first = parameters.ofFunction[section.functions.length] + locals;
      // How many functions there are stands before the first.
      if (section.functions.length === 0) start = readLeb(bytes, start).next;
      body = { start, code: reader.position, first, changes: [] };
    } else if (state === BinaryReaderState.CODE_OPERATOR && RELAXED.has(result.code)) {
      const rewrite = plain[result.code];
      if (!rewrite) throw new Stop(`No plain form is known of ${OperatorCodeNames[result.code]}.`);
      const scratch = Array.from({ length: SCRATCH }, (_, at) => body.first + at);
      body.changes.push({ from: start, to: reader.position, by: rewrite(...scratch) });
    } else if (state === BinaryReaderState.END_FUNCTION_BODY) {
      section.functions.push(rewritten(bytes, body, reader.position));
    } else if (state === BinaryReaderState.END_SECTION) {
      const whole =
        section.id === SectionCode.Code
          ? codeSection(section.functions)
          : bytes.subarray(section.start, reader.position);
      pieces.push(whole);
      section = null;
    } else if (state === BinaryReaderState.BEGIN_WASM) {
      pieces.push(bytes.subarray(0, reader.position));
    }
    start = reader.position;
  }
  if (reader.state === BinaryReaderState.ERROR) throw reader.error;
  return Uint8Array.from(Buffer.concat(pieces));
}

/** One function's entry in the code section: its size, its locals, its instructions. */
function rewritten(bytes, { start, code, changes }, end) {
  if (changes.length === 0) return bytes.subarray(start, end);
  const { next: header } = readLeb(bytes, start);
  const { value: groups, next: declared } = readLeb(bytes, header);
  const locals = [leb(groups + 1), bytes.subarray(declared, code), leb(SCRATCH), [V128]];
  const instructions = [];
  let from = code;
  for (const change of changes) {
    instructions.push(bytes.subarray(from, change.from), change.by);
    from = change.to;
  }
  const body = joined([...locals, ...instructions, bytes.subarray(from, end)]);
  return joined([leb(body.length), body]);
}

function codeSection(functions) {
  const body = joined([leb(functions.length), ...functions]);
  return joined([[SectionCode.Code], leb(body.length), body]);
}

const joined = (parts) => Buffer.concat(parts.map((part) => Uint8Array.from(part)));
