"""One picture of 224 x 224 through `hairnet` and `fcn8s_2019`, exported the same way: LiteRT here, and in Chromium.

python benchmarks/inference_speed.py     (Chromium's part needs `make web` and the Python package playwright)
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

ARCHITECTURES = ("fcn8s_2019", "hairnet")
ROUNDS, RUNS = 5, 60
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    f"--{flag}"
    for flag in (
        *("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"),
        *("disable-background-networking", "disable-component-update"),
    )
]
MODULES = Path(__file__).parents[1] / "hairnet_model" / "web" / "node_modules" / "@litertjs"

PAGE = """<!doctype html><script type="importmap">{"imports": {
"@litertjs/core": "/modules/core/dist/index.js", "@litertjs/wasm-utils": "/modules/wasm-utils/dist/index.js"}}</script>
<script type="module">
import {loadLiteRt, loadAndCompile, Tensor} from '@litertjs/core';
let models = {};
window.start = async (names) => {
  await loadLiteRt('/modules/core/wasm/litert_wasm_internal.js');
  for (const name of names) {
    const model = await loadAndCompile(`/${name}.tflite`, {accelerator: 'wasm'});
    const picture = new Uint8Array(224 * 224 * 3).map(() => Math.random() * 255);
    models[name] = [model, new Tensor(picture, [1, 224, 224, 3])];
  }
};
window.time = async (name, runs) => {
  const [model, picture] = models[name];
  const times = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    const outputs = await model.run(picture);
    times.push(performance.now() - started);
    outputs.forEach((tensor) => tensor.delete());
  }
  return times;
};
window.ready = true;
</script>"""


def main() -> None:
    """Prints the table."""
    import numpy as np

    from hairnet_model.export import litert
    from hairnet_model.export.graph import inference_graph
    from hairnet_model.networks import fcn

    argparse.ArgumentParser(description=__doc__).parse_args()
    image = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    files = {arch: litert.convert(inference_graph(fcn.create(arch), 224), None, image, {}) for arch in ARCHITECTURES}
    rows = []
    for threads in (1, 2):
        runs = {arch: _run(content, threads, image) for arch, content in files.items()}
        rows += _rows(f"LiteRT, XNNPACK, {threads} thread{'s' * (threads > 1)}", _in_turns(runs))
    print(f"{machine()}\n")
    try:
        rows += _rows("Chromium, WebAssembly with SIMD, 1 thread", _in_chromium(files))
    except (ImportError, OSError) as error:
        print(f"no Chromium: {error}\n")
    print(table(["runtime", "network", "median of medians", "fastest", "against fcn8s_2019"], rows))


def _run(content: bytes, threads: int, image: Any) -> Callable[[int], list[float]]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)

    def run(times: int) -> list[float]:
        milliseconds = []
        for _ in range(times):
            started = time.perf_counter()
            interpreter.invoke()
            milliseconds.append(1000 * (time.perf_counter() - started))
        return milliseconds

    return run


def _in_turns(runs: Mapping[str, Callable[[int], list[float]]]) -> dict[str, list[list[float]]]:
    """Milliseconds by network and round, in turns: if the machine slows down, it slows all of them."""
    times: dict[str, list[list[float]]] = {name: [] for name in runs}
    for run in runs.values():
        run(10)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(run(RUNS))
    return times


def _in_chromium(files: Mapping[str, bytes]) -> dict[str, list[list[float]]]:
    from playwright.sync_api import sync_playwright

    if not MODULES.is_dir():
        raise OSError("run `make web` first")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / f"{name}.tflite").write_bytes(content)
        (Path(folder) / "index.html").write_text(PAGE)
        (Path(folder) / "modules").symlink_to(MODULES)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.wait_for_function("window.ready")
            page.evaluate("names => start(names)", list(files))

            def runner(name: str) -> Callable[[int], list[float]]:
                return lambda times: list(page.evaluate("([n, t]) => time(n, t)", [name, times]))

            times = _in_turns({name: runner(name) for name in files})
            browser.close()
        server.shutdown()
    return times


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


def _rows(runtime: str, times: Mapping[str, list[list[float]]]) -> list[list[str]]:
    import numpy as np

    medians = {name: float(np.median([np.median(part) for part in parts])) for name, parts in times.items()}
    slow = medians[ARCHITECTURES[0]]
    return [
        [runtime, name, f"{median:.2f} ms", f"{min(map(min, times[name])):.2f} ms", f"{slow / median:.2f} x"]
        for name, median in medians.items()
    ]


if __name__ == "__main__":
    main()
