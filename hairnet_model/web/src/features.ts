/** What this browser can run. Two tiny WebAssembly modules that only a browser with the feature accepts. */

const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const RELAXED = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253,
  128, 2, 11,
];

export function hasWebAssembly(): boolean {
  return typeof WebAssembly === "object" && typeof WebAssembly.instantiate === "function";
}

export function hasSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(SIMD));
}

/** Threads share memory, which a browser allows on isolated pages alone; the threaded runtime needs relaxed SIMD too. */
export function hasThreads(): boolean {
  return (
    globalThis.crossOriginIsolated === true &&
    typeof SharedArrayBuffer === "function" &&
    WebAssembly.validate(Uint8Array.from(RELAXED))
  );
}
