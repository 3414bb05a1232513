"""Reads sets of Hugging Face `datasets`: parquet files with a column of images and one of masks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import decoding, open_header
from hairnet_data.interchange.label_picture import of_mask
from hairnet_data.interchange.shapes import Annotated, Annotations

_IMAGES = ("image", "img", "photo", "picture", "pixel_values")
_MASKS = ("mask", "label", "labels", "annotation", "segmentation", "segmentation_mask", "semantic_mask", "seg")


def read_parquet(path: Path) -> Annotations:
    """Reads a parquet file, or all in a folder and its subfolders.

    An image column holds structs of `bytes` and `path`, as `datasets` writes them. Values of masks are labels: indices,
    of which 0 is background, or colours as "#rrggbb". No more than one row group is in memory.

    Raises:
        SourceError: there is none, one cannot be read, or its columns are not an image and a mask.
    """
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise SourceError(str(path), "has no *.parquet", "name the folder that was downloaded")
    found = Annotations(known={"0": "background", "#000000": "background"}, pixels_are_labels=True)
    taken: set[str] = set()
    for file in files:
        table = _Table(file)
        split = re.match(r"(train|validation|val|test)\b", file.name)
        folder = f"{split[1]}/" if split else ""
        for number, (row, given) in enumerate(table.rows()):
            name = PurePosixPath(given.replace("\\", "/")).stem or f"{number:06d}"
            name = name if f"{folder}{name}" not in taken else f"{file.stem}-{number:06d}-{name}"
            taken.add(f"{folder}{name}")
            found.pictures.append(_picture(table, row, f"{folder}{name}"))
    return found


def _picture(table: _Table, row: tuple[int, int], name: str) -> Annotated:
    where = f"{table.file}: row {table.number(row)}"
    picture = Annotated(name, table.file, None, where)
    try:
        with decoding(where):
            ending = (open_header(table.image(row), where).format or "png").lower()
        picture.name = f"{name}.{ending.replace('jpeg', 'jpg')}"
        picture.data = lambda: table.image(row)
        labels, in_colour = of_mask(lambda: read_mask(table.mask(row), where), where)
        picture.size, picture.shapes = labels.shapes({}, in_colour)
    except HairnetError as error:
        picture.fault = SourceError(error.where, error.what, error.hint)
    return picture


class _Table:
    """A parquet file with a column of images and one of masks. Raises SourceError where it is none."""

    def __init__(self, file: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise SourceError("pyarrow", "is not installed", "pip install 'hairnet[formats]'") from error
        self.file = file
        try:
            self._parquet = pyarrow.parquet.ParquetFile(file)
        except (OSError, pyarrow.ArrowException) as error:
            raise SourceError(str(file), f"is no parquet that can be read ({error})", "download it again") from error
        schema = self._parquet.schema_arrow
        pictures = [f.name for f in schema if pyarrow.types.is_struct(f.type) and f.type.get_field_index("bytes") >= 0]
        self._image = next((name for name in _IMAGES if name in pictures), "")
        masks = [name for name in pictures if name != self._image]
        self._mask = next((name for name in _MASKS if name in masks), masks[0] if len(masks) == 1 else "")
        if not self._image or not self._mask:
            what = f"has the columns {', '.join(schema.names)}, of which {', '.join(pictures) or 'none'} hold pictures"
            raise SourceError(str(file), what, f"call the photos {_IMAGES[0]} and the masks {_MASKS[0]}")

    def rows(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Each row as (row group, row in it), and the file name that its picture had."""
        for group in range(self._parquet.num_row_groups):
            count = self._parquet.metadata.row_group(group).num_rows
            names = self._column(group, f"{self._image}.path") if self._has_paths() else [None] * count
            for row in range(count):
                yield (group, row), str((names[row] or {}).get("path") or "")

    def number(self, row: tuple[int, int]) -> int:
        """A row's number in the file."""
        before = (int(self._parquet.metadata.row_group(group).num_rows) for group in range(row[0]))
        return row[1] + sum(before)

    def image(self, row: tuple[int, int]) -> bytes:
        """A photo's file. Raises SourceError."""
        return self._bytes(row, self._image)

    def mask(self, row: tuple[int, int]) -> bytes:
        """A mask's file. Raises SourceError."""
        return self._bytes(row, self._mask)

    def _has_paths(self) -> bool:
        return bool(self._parquet.schema_arrow.field(self._image).type.get_field_index("path") >= 0)

    def _bytes(self, row: tuple[int, int], column: str) -> bytes:
        value = _group(self, row[0], column)[row[1]].as_py()
        data = (value or {}).get("bytes")
        if not isinstance(data, bytes) or not data:
            where = f"{self.file}: row {self.number(row)}"
            raise SourceError(where, f"has no bytes in the column {column}", "save the set with its pictures embedded")
        return data

    def column(self, group: int, column: str) -> Any:
        """A column of a row group. Raises SourceError where it is damaged."""
        import pyarrow

        try:
            return self._parquet.read_row_group(group, columns=[column]).column(0)
        except (OSError, pyarrow.ArrowException) as error:
            raise SourceError(str(self.file), f"is damaged ({error})", "download it again") from error

    def _column(self, group: int, column: str) -> list[Any]:
        values: list[Any] = self.column(group, column).to_pylist()
        return values


@lru_cache(maxsize=2)
def _group(table: _Table, group: int, column: str) -> Any:
    """The two columns of the row group that was asked for last: rows are read one after another."""
    return table.column(group, column)
