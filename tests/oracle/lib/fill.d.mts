import type { Model } from "./onnx.mjs";

export function fill(model: Model, seed: number): Model;
