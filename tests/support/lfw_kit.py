"""Writes LFW Part Labels in the form it is distributed in, drawn here in small."""

import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR
from hairnet_data.core.errors import SourceError
from hairnet_data.sources.lfw.source import LfwParts

LISTS = {
    "train": ["Ann_Lee 1", "Ann_Lee 2", "Bo 1", "Cy_de_la_Cruz 12"],
    "validation": ["Bo 2", "Dee 1"],
    "test": ["Ann_Lee 3", "Dee 2", "Eve 1", "Eve 4"],
}
SIDE = 20


def id_of(line):
    name, number = line.split()
    return f"{name}_{int(number):04d}"


def labels(seed):
    """A mask of classes with a head in it."""
    mask = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    top = 4 + seed % 5
    mask[top : top + 10, 5:15] = FACE
    mask[top - 3 : top, 4:16] = HAIR
    return mask


def photo(seed):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.stack([rows * 9, columns * 7, np.full((SIDE, SIDE), seed * 20 % 256)], 2).astype(np.uint8)


def jpeg(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def ppm(mask):
    pixels = np.array(COLOURS, np.uint8)[mask]
    return b"P6 %d %d 255\n" % mask.shape[::-1] + pixels.tobytes()


def files(lists=LISTS):
    """Every file of the two archives by its name there."""
    content = {}
    for seed, line in enumerate(line for lines in lists.values() for line in lines):
        content[f"lfw_funneled/{line.split()[0]}/{id_of(line)}.jpg"] = jpeg(photo(seed))
        content[f"parts_lfw_funneled_gt_images/{id_of(line)}.ppm"] = ppm(labels(seed))
    content["lfw_funneled/Not_Listed/Not_Listed_0001.jpg"] = jpeg(photo(99))
    content["lfw_funneled/pairs.txt"] = b"10 300"
    return content


ARCHIVES = {"lfw-funneled.tgz": "lfw_funneled/", "parts_lfw_funneled_gt_images.tgz": "parts_lfw"}


def distribute(folder, content, archives=tuple(ARCHIVES), lists=LISTS):
    """Writes what the public site offers, the archives not named extracted."""
    folder.mkdir(exist_ok=True)
    for archive, start in ARCHIVES.items():
        inside = {name: data for name, data in content.items() if name.startswith(start)}
        if archive in archives:
            with tarfile.open(folder / archive, "w:gz") as tar:
                for name, data in inside.items():
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        else:
            for name, data in inside.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
    for pool, lines in lists.items():
        (folder / f"parts_{pool}.txt").write_text("\n".join(lines) + "\n")
    return folder


def refused(*args, error=SourceError, **more):
    with pytest.raises(error) as caught:
        LfwParts.open(*args, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)
