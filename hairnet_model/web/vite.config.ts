import { defineConfig, type Plugin } from "vite";
// @ts-expect-error: Node's own types are not worth a dependency for two functions
import { readFileSync } from "node:fs";

const RUNTIMES = ["litert_wasm_threaded_internal", "litert_wasm_compat_internal"];

/** Puts the runtimes that the page chooses between beside it; the package has more. */
export function runtimes(): Plugin {
  return {
    name: "runtimes",
    generateBundle() {
      for (const name of RUNTIMES) {
        for (const ending of ["js", "wasm"]) {
          const source = readFileSync(`node_modules/@litertjs/core/wasm/${name}.${ending}`);
          this.emitFile({ type: "asset", fileName: `runtime/${name}.${ending}`, source });
        }
      }
    },
  };
}

export default defineConfig({
  base: "./", // the site may lie in any folder of a server
  plugins: [runtimes()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the page's policy lets nothing in that is not a file of its own
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "iife" }, // the runtime is a classic script that a module worker cannot import
});
