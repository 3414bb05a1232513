"""Reads untrusted `.npz` files: no pickles, and no array larger than the file itself."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Reads what `numpy.savez` wrote.

    Raises:
        ValueError: its arrays are compressed, which `savez` never does, or are Python objects; and whatever zipfile
            and NumPy raise for a file that is missing or damaged.
    """
    if not os.path.isfile(path):
        raise ValueError("there is no such file")
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        stored = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
        # Members may overlap, so that together they are larger than the file.
        if not stored or sum(info.file_size for info in infos) > path.stat().st_size:
            raise ValueError("its arrays are larger than the file")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):  # NumPy returns other members as bytes
        raise ValueError("a member is not an array")
    return arrays
