"""Modules of the page, bundled by its own tools and run by Node."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hairnet_model import web_site

WEB = Path(web_site.__file__).parent / "web"
NODE = shutil.which("node")

MISSING = NODE is None or not (WEB / "node_modules" / "vite").is_dir()
"""Whether there is no Node, or the page's tools are not installed (`make web` does)."""

_BUNDLE = """
import {build} from "vite";
const [entry, outDir] = process.argv.slice(-2);
await build({configFile: false, logLevel: "error", publicDir: false,
    build: {outDir, emptyOutDir: false, minify: false, lib: {entry, formats: ["es"], fileName: "module"}}});
"""

_RUN = """
import {createInterface} from "node:readline";
console.log = console.error;
let count = 0;
for await (const line of createInterface({input: process.stdin})) {
  const {source, given} = JSON.parse(line);
  globalThis.given = given;
  const code = `data:text/javascript,${encodeURIComponent(source)}//${count++}`; // Node runs no address twice
  const fault = await import(code).then(() => null, (thrown) => String(thrown?.stack ?? thrown));
  process.stdout.write(JSON.stringify(fault) + "\\n");
}
"""


def bundle(module: str, folder: Path) -> Path:
    """Bundles a module such as "recolour/recolour.ts" with all that it imports into one file."""
    entry = WEB / "src" / module
    node = [str(NODE), "--input-type=module", "--eval", _BUNDLE, "--", str(entry), str(folder)]
    subprocess.run(node, cwd=WEB, check=True, capture_output=True, text=True)
    return next(folder.glob("module.*js"))


def call(bundled: Path, code: str, given: Any) -> None:
    """Runs code that has the module's exports as `module` and `given`, which is made JSON, as `given`."""
    source = f"import * as module from {json.dumps(bundled.as_uri())};\nconst {{given}} = globalThis;\n{code}"
    node = _node()
    assert node.stdin is not None
    assert node.stdout is not None
    node.stdin.write(json.dumps({"source": source, "given": given}) + "\n")
    node.stdin.flush()
    fault = json.loads(node.stdout.readline() or '"Node has ended"')
    assert fault is None, fault


@functools.cache
def _node() -> subprocess.Popen[str]:
    """One Node for all calls: each new one would compile the modules anew. It ends with its input."""
    command = [str(NODE), "--input-type=module", "--eval", _RUN]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
