"""Portraits in class colours, and what is predicted from their files."""

from __future__ import annotations

import numpy as np
from PIL import Image

from hairnet_data.core.progress import silent
from hairnet_model.inference import predict
from tests.support import colours

SIZE = 64


def put(path, picture, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(path, **options)
    return path


def portrait(path, height=SIZE, width=SIZE, **options):
    """Saves a portrait in class colours; returns its mask."""
    mask = colours.head(height, width)
    put(path, colours.painted(mask), **options)
    return mask


def read(path):
    """A mask as the file has it: mode L, and nothing else."""
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        return np.asarray(image)


def run(photos, out, segmenter, progress=silent, **outputs):
    return predict.predict(photos, out, segmenter, predict.Outputs(**outputs), progress)


def below(folder):
    """All files but the list of them."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(file for file in files if not file.endswith("predictions.csv"))


def lines(outcome):
    """The errors, each in one line that names a file and ends in a hint."""
    for error in outcome.errors:
        assert "\n" not in str(error)
        assert error.hint
    return [str(error) for error in outcome.errors]
