"""Modules of the page, bundled by its own tools and run by Node."""

from __future__ import annotations

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


def bundle(module: str, folder: Path) -> Path:
    """Bundles a module such as "recolour/recolour.ts" with all that it imports into one file."""
    entry = WEB / "src" / module
    node = [str(NODE), "--input-type=module", "--eval", _BUNDLE, "--", str(entry), str(folder)]
    subprocess.run(node, cwd=WEB, check=True, capture_output=True, text=True)
    return next(folder.glob("module.*js"))


def call(bundled: Path, code: str, given: Any) -> None:
    """Runs code that has the module's exports as `module` and `given`, which is made JSON, as `given`."""
    source = f"import * as module from {json.dumps(bundled.as_uri())};\nconst given = {json.dumps(given)};\n{code}"
    subprocess.run([str(NODE), "--input-type=module", "--eval", source], check=True, capture_output=True, text=True)
