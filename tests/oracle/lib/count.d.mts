import type { Model } from "./onnx.mjs";

export function count(model: Model): Promise<{ params: number; macs: number }>;
