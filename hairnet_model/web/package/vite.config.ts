/** Builds the npm package into `package/dist`: one module with its worker, and the folders that `baseUrl` names. */

import { defineConfig, type Plugin } from "vite";
// @ts-expect-error: Node's own types are not worth a dependency for one function
import { readdirSync, readFileSync } from "node:fs";
import { define, runtimes } from "../vite.config";

const NETWORK = "hairnet.tflite";
const FINER = "hairnet_448.tflite";
const POSE = "hairnet_pose.tflite";
const WEIGHTS = readFileSync(`../weights/${NETWORK}`);
const STYLES = "../tryon/styles";
const CARD = {
  name: "hairnet",
  file: NETWORK,
  classes: ["background", "hair", "face"],
  size: 224,
  pad: 96,
  bytes: WEIGHTS.length,
  finer: { file: FINER, size: 448 },
  pose: { file: POSE },
};

/** Puts the shipped networks, the hairstyles and the papers beside the module. */
function network(): Plugin {
  return {
    name: "network",
    generateBundle() {
      const files = {
        [`model/${NETWORK}`]: WEIGHTS,
        [`model/${FINER}`]: readFileSync(`../weights/${FINER}`),
        [`model/${POSE}`]: readFileSync(`../weights/${POSE}`),
        "model/model.json": `${JSON.stringify(CARD, null, 2)}\n`,
        "model/MODEL_CARD.md": readFileSync("../weights/MODEL_CARD.md"),
        ...Object.fromEntries(
          (readdirSync(STYLES) as string[])
            .filter((name) => name.endsWith(".hair") || name === "head.json")
            .map((name) => [`styles/${name}`, readFileSync(`${STYLES}/${name}`)]),
        ),
        "LICENSE.txt": readFileSync("../../LICENSE"),
        "THIRD_PARTY.txt": readFileSync("public/THIRD_PARTY.txt"),
      };
      for (const [fileName, source] of Object.entries(files)) this.emitFile({ type: "asset", fileName, source });
    },
  };
}

export default defineConfig({
  define,
  publicDir: false,
  plugins: [runtimes(), network()],
  build: {
    target: "es2022",
    outDir: "package/dist",
    emptyOutDir: true,
    reportCompressedSize: false,
    lib: { entry: "package/src/index.ts", formats: ["es"], fileName: () => "hairnet.js" },
  },
  worker: { format: "iife" },
});
