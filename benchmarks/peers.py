"""Our weights beside the networks of others: the same pictures, one process, one thread each.

    python benchmarks/peers.py --peers FOLDER --source-dir LFW --folder CELEBAMASK --folder FIGARO --negatives WALLS

FOLDER holds LiteRT files of others under these names: `mediapipe_hair.tflite` (MediaPipe's hair segmentation of 2019,
arXiv 1907.06740), `hair_mobile160.tflite` (dahburj/realtime-Image-segmentation-onmobile on GitHub) and
`bisenetv2_448.tflite` (BiSeNet V2, number 057 of PINTO0309/PINTO_model_zoo on GitHub, int8). Each takes
another input, so files with other names are left out. Without FOLDER, ours is measured alone.

Every picture is of its source's test pool and is framed to 224 x 224 pixels first; a network of another size gets that
frame resized. F1 is pooled over all pixels, in %, with the 95 % interval of 1,000 bootstrap samples of pictures. Pixels
without a label count as "no hair" where a source labels nothing but hair.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.geometry import warp
from hairnet_data.sources.base import Portrait, PortraitSource
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_model.evaluation import metrics
from hairnet_model.inference import letterbox
from hairnet_model.model_io import shipped

SIDE = 224
_BISENET_HAIR, _BISENET_FACE = (17,), (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14)

Network = Callable[[Pixels], Pixels]
"""From a frame, uint8 (224, 224, 3) RGB, to class ids, uint8 (224, 224)."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A network, and which of `HAIR` and `FACE` it knows."""

    name: str
    run: Network
    classes: tuple[int, ...]


def interpreter(path: Path) -> Callable[[NDArray[Any]], list[NDArray[Any]]]:
    """Runs a LiteRT file on one thread: from its input to its outputs."""
    from ai_edge_litert.interpreter import Interpreter

    loaded = Interpreter(model_path=str(path), num_threads=1)
    loaded.allocate_tensors()
    given, returned = loaded.get_input_details()[0]["index"], [out["index"] for out in loaded.get_output_details()]

    def run(values: NDArray[Any]) -> list[NDArray[Any]]:
        loaded.set_tensor(given, values[None])
        loaded.invoke()
        return [loaded.get_tensor(index) for index in returned]

    return run


def ours(path: Path) -> Network:
    """A file that `hairnet-model export` made, of 224 pixels."""
    run = interpreter(path)
    return lambda frame: np.asarray(run(frame)[0][0].argmax(-1), np.uint8)


def mediapipe_hair(path: Path) -> Network:
    """Two logits; the fourth channel of the input is the last mask, 0 for a still."""
    run = interpreter(path)

    def segment(frame: Pixels) -> Pixels:
        large = _resized(frame, 512) / np.float32(255)
        logits = run(np.dstack([large, np.zeros((512, 512), np.float32)]))[0][0]
        hair = cv2.resize(logits[..., 1] - logits[..., 0], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.where(hair > 0, np.uint8(HAIR), np.uint8(0))

    return segment


def hair_mobile160(path: Path) -> Network:
    """Two maps in 0..1, hair first."""
    run = interpreter(path)

    def segment(frame: Pixels) -> Pixels:
        maps = run(_resized(frame, 160) / np.float32(255))[0][0]
        hair = cv2.resize(np.ascontiguousarray(maps[..., 0]), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        return np.where(hair > 0.5, np.uint8(HAIR), np.uint8(0))

    return segment


def bisenetv2(path: Path) -> Network:
    """Indices of CelebAMask-HQ's 19 classes."""
    run = interpreter(path)
    class_of = np.zeros(256, np.uint8)
    class_of[list(_BISENET_HAIR)], class_of[list(_BISENET_FACE)] = HAIR, FACE

    def segment(frame: Pixels) -> Pixels:
        indices = np.squeeze(run(_resized(frame, 448) / np.float32(127.5) - np.float32(1))[0]).astype(np.uint8)
        return np.asarray(class_of[cv2.resize(indices, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST_EXACT)])

    return segment


KNOWN: dict[str, tuple[Callable[[Path], Network], tuple[int, ...]]] = {
    "mediapipe_hair.tflite": (mediapipe_hair, (HAIR,)),
    "hair_mobile160.tflite": (hair_mobile160, (HAIR,)),
    "bisenetv2_448.tflite": (bisenetv2, (HAIR, FACE)),
}


def _resized(frame: Pixels, side: int) -> NDArray[np.float32]:
    way = cv2.INTER_AREA if side < SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, (side, side), interpolation=way), np.float32)


def framed_mask(portrait: Portrait) -> Pixels:
    """The portrait's mask as a record at scale 1 has it, background around it: uint8 (224, 224)."""
    height, width = portrait.image.shape[:2]
    matrix = warp.unit_matrix(SIDE, width, height, 1, (0, 0), 0, False)
    points = warp.coordinates(matrix, (0, 0, SIDE, SIDE), portrait.mask.shape[1], portrait.mask.shape[0])
    mask = warp.sample_mask(portrait.mask, points)
    return np.where(mask < 3, mask, 0).astype(np.uint8)


def test_pool(source: PortraitSource, most: int) -> Iterator[tuple[Pixels, Pixels]]:
    """Frames and masks of a source's test pool."""
    ids = [entry.id for entry in source.catalogue().entries if entry.pool == "test"]
    for id in ids[:most]:
        portrait = source.load(id)
        yield letterbox.frame(portrait.image, SIDE), framed_mask(portrait)


def scores(peer: Peer, pairs: Sequence[tuple[Pixels, Pixels]], class_: int) -> str:
    """F1 of a class with its interval, or "-" for a class that the network or the source does not know."""
    if class_ not in peer.classes or not any((mask == class_).any() for _, mask in pairs):
        return "-"
    counts = np.zeros((len(pairs), 3))
    for row, (frame, mask) in enumerate(pairs):
        predicted, true = peer.run(frame) == class_, mask == class_
        counts[row] = (predicted & true).sum(), predicted.sum(), true.sum()
    chosen = np.random.default_rng(0).integers(0, len(pairs), (1000, len(pairs)))
    sums = counts[chosen].sum(axis=1)
    low, high = np.percentile(200 * sums[:, 0] / (sums[:, 1] + sums[:, 2]), [2.5, 97.5])
    shared, *areas = counts.sum(axis=0)
    return f"{200 * shared / sum(areas):.1f} ({low:.1f}-{high:.1f})"


def nobody(peer: Peer, frames: Sequence[Pixels]) -> str:
    """Share of pictures with a false blob."""
    blobs = sum(metrics.has_blob(peer.run(frame)) for frame in frames)
    low, high = metrics.wilson(blobs, len(frames))
    return f"{100 * blobs / len(frames):.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def milliseconds(peer: Peer, frame: Pixels, runs: int = 30) -> float:
    """The least time for a picture."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        peer.run(frame)
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="a folder of LiteRT files of others")
    parser.add_argument("--model", type=Path, action="append", default=[], help="more files of ours")
    parser.add_argument("--source-dir", type=Path, help="LFW Part Labels, as hairnet-data takes it")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="images and masks, as for `folder`")
    parser.add_argument("--negatives", type=Path, help="photographs with nobody in them")
    parser.add_argument("--most", type=int, default=1000, help="pictures of each set")
    arguments = parser.parse_args()
    own = [network.litert for network in shipped.NETWORKS.values()]
    peers = [Peer(path.stem, ours(path), (HAIR, FACE)) for path in (*own, *arguments.model)]
    files = sorted(arguments.peers.glob("*.tflite")) if arguments.peers else []
    if not files:
        print("no files of others: give --peers a folder; --help says where they come from", file=sys.stderr)
    for path in files:
        if path.name not in KNOWN:
            print(f"{path.name} is left out: known are {', '.join(KNOWN)}", file=sys.stderr)
            continue
        make, classes = KNOWN[path.name]
        peers.append(Peer(path.stem, make(path), classes))
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        sources: dict[str, PortraitSource] = {}
        if arguments.source_dir:
            sources["LFW"] = LfwParts.open(arguments.source_dir, Path(folder))
        sources |= {path.name: Folder.open(path) for path in arguments.folder}
        for name, source in sources.items():
            pairs = list(test_pool(source, arguments.most))
            for class_, title in ((HAIR, "hair F1"), (FACE, "face F1")):
                cells = [scores(peer, pairs, class_) for peer in peers]
                if set(cells) != {"-"}:
                    rows.append([f"{name}, {len(pairs)}: {title}", *cells])
    if arguments.negatives:
        walls = PhotoFolder(arguments.negatives)
        ids = [entry.id for entry in walls.catalogue().entries if entry.pool == "test"][: arguments.most]
        frames = [letterbox.frame(walls.load(id), SIDE) for id in ids]
        rows.append([f"nobody, {len(ids)}: false blobs", *(nobody(peer, frames) for peer in peers)])
    frame = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    rows.append(["ms a picture", *(f"{milliseconds(peer, frame):.1f}" for peer in peers)])
    print(f"{machine()}\n")
    print(table(["test pool", *(peer.name for peer in peers)], rows))


if __name__ == "__main__":
    main()
