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

/** Fills in the English texts, which are there before the script is, and where it cannot start. */
function texts(): Plugin {
  const english = JSON.parse(readFileSync("src/texts/en.json", "utf8")) as Record<string, string>;
  const escaped = (key: string): string => {
    if (!(key in english)) throw new Error(`index.html: there is no text "${key}"`);
    return english[key].replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  };
  const attributes: Record<string, string> = { label: "aria-label", title: "title", content: "content" };
  return {
    name: "texts",
    transformIndexHtml: (html: string) =>
      html
        .replace(/(<[^>]*\bdata-text="([^"]+)"[^>]*>)(?=<\/)/g, (_, tag: string, key: string) => tag + escaped(key))
        .replace(/\bdata-(label|title|content)="([^"]+)"/g, (found: string, name: string, key: string) => {
          return `${found} ${attributes[name]}="${escaped(key)}"`;
        }),
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
  plugins: [runtimes(), texts(), openable()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the page's policy lets nothing in that is not a file of its own
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "iife" }, // the runtime is a classic script that a module worker cannot import
});
