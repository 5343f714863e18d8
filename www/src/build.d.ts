/** The size of the core's wasm in bytes, which no header tells of a compressed file (see vite.config.ts). */
declare const CORE_BYTES: number;
