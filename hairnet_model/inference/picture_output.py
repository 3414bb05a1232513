"""Pictures that commands write beside what they were made of."""

from __future__ import annotations

from pathlib import Path

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.overlay import save_png
from hairnet_data.core.errors import BuildError


def save_picture(file: Path, picture: Pixels) -> Path:
    """Writes a PNG; its folder is made when there is something to put into it.

    Args:
        file: where to.
        picture: uint8 (H, W), or (H, W, 3) RGB, or (H, W, 4) RGBA.

    Returns:
        `file`.

    Raises:
        BuildError: the folder cannot be made, or the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror or error})"
        raise BuildError(str(file.parent), what, "name another folder with --out") from error
    save_png(file, picture)
    return file
