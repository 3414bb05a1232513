import { defineConfig, type Plugin } from "vite";
// @ts-expect-error: Node's own types are not worth a dependency for a few functions
import { readFileSync, statSync } from "node:fs";

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

/** How large the runtimes are, for the scripts that load them. */
export const define = {
  RUNTIME_BYTES: JSON.stringify(
    Object.fromEntries(RUNTIMES.map((name) => [`${name}.wasm`, statSync(`node_modules/@litertjs/core/wasm/${name}.wasm`).size])),
  ),
};

/** Lets the page have its style also where it is opened as a file, of which nothing may be asked across origins. */
function openable(): Plugin {
  return {
    name: "openable",
    transformIndexHtml: { order: "post", handler: (html) => html.replaceAll(" crossorigin", "") },
  };
}

export default defineConfig({
  define,
  base: "./", // the site may lie in any folder of a server
  plugins: [runtimes(), openable()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the page's policy lets nothing in that is not a file of its own
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "iife" }, // the runtime is a classic script that a module worker cannot import
});
