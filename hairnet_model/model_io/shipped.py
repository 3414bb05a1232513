"""The networks that ship with the package, by name, and their files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hairnet_data.core.errors import unreadable
from hairnet_model.model_io.errors import ModelError

if TYPE_CHECKING:
    from hairnet_data.core.ledger import Ledger

_WEIGHTS = Path(__file__).parents[1] / "weights"


@dataclass(frozen=True, slots=True)
class ShippedNetwork:
    """A network in the package.

    Attributes:
        keras: the Keras model.
        litert: the same network for LiteRT, in float16, as the web page takes it.
        card: the model card, with the ledger of what it was trained on.
        finer: another one for LiteRT, trained at 448 x 448, which looks again at heads of many pixels; None where there
            is none.
        pose_keras: its pose head, a Keras model; None if it has none.
        pose_litert: network and pose head in one file for LiteRT, in float16; None likewise.
    """

    keras: Path
    litert: Path
    card: Path
    finer: Path | None = None
    pose_keras: Path | None = None
    pose_litert: Path | None = None

    def files(self) -> tuple[Path, ...]:
        """All files that were trained on what the card says."""
        files = self.keras, self.litert, self.finer, self.pose_keras, self.pose_litert
        return tuple(file for file in files if file)


DEFAULT = "hairnet"
"""The name of the network that is meant where none is named."""

NETWORKS = {
    DEFAULT: ShippedNetwork(
        keras=_WEIGHTS / "hairnet.keras",
        litert=_WEIGHTS / "hairnet.tflite",
        card=_WEIGHTS / "MODEL_CARD.md",
        finer=_WEIGHTS / "hairnet_448.tflite",
        pose_keras=_WEIGHTS / "hairnet_pose.keras",
        pose_litert=_WEIGHTS / "hairnet_pose.tflite",
    ),
    "drawn": ShippedNetwork(
        keras=_WEIGHTS / "hairnet-drawn.keras",
        litert=_WEIGHTS / "hairnet-drawn.tflite",
        card=_WEIGHTS / "MODEL_CARD_DRAWN.md",
    ),
}
"""By the names that `Segmenter.load` and `--model` take: `hairnet`, trained on photographs (research only), and
`drawn`, trained on nothing but drawn portraits and scenes."""

DRAWN_SAMPLES = _WEIGHTS / "drawn_samples.npz"
"""Drawn portraits to calibrate and compare exports on, written by `training/samples.py`."""


def of_file(file: Path) -> ShippedNetwork | None:
    """The shipped network whose file that is; None for any other file."""
    file = file.resolve()
    return next((network for network in NETWORKS.values() if file in network.files()), None)


_LEDGER = re.compile(r"^```toml ledger\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def ledger(network: ShippedNetwork) -> Ledger:
    """The terms of the pictures that a shipped network was trained on, of the block `ledger` in its card.

    Raises:
        ModelError: the card is missing or has no such block.
    """
    from hairnet_data.core.ledger import from_json  # with pydantic, which a mask does not need

    try:
        (block,) = _LEDGER.findall(network.card.read_text(encoding="utf-8"))
        return from_json(tomllib.loads(block)["ledger"])
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(str(network.card), unreadable(error), "install the package again") from error


def find(name: Path | str | None) -> ShippedNetwork | None:
    """The network of that name; the default one for None; None for anything else, which then is a path.

    Raises:
        ModelError: a run here has the same name, so that either may be meant.
    """
    if name is None:
        return NETWORKS[DEFAULT]
    network = NETWORKS.get(str(name))
    if network and (Path(name) / "best.keras").is_file():
        hint = f"name the run's file, {name}/best.keras, or go to another folder"
        raise ModelError(str(name), "is a network that ships, and a run in this folder", hint)
    return network
