"""Reads photos and masks that a class file describes, by the source `folder`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from hairnet_data.core.errors import SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.labels.class_config import Config, read_config
from hairnet_data.core.labels.class_map import ColourMap, PartMap
from hairnet_data.interchange.class_files import find_class_file
from hairnet_data.interchange.label_picture import colour_values
from hairnet_data.interchange.shapes import Annotated, Annotations, Masked
from hairnet_data.sources.folder.source import Folder


def read_folder(path: Path, classes: str) -> Annotations:
    """Reads a folder of photos and masks.

    Args:
        path: the folder.
        classes: a file as `classes.toml`, or the name of a public set.

    Raises:
        UsageError: no such file or set.
        SourceError: the file or the folder cannot be used.
    """
    file = find_class_file(classes)
    config = read_config(file, str(file))
    source = Folder.open(path, config=config)
    listed = source.catalogue()
    found = Annotations(options=_options(config), expected=_labels(config))
    for entry in listed.entries:
        files = source.files(entry.id)
        name = entry.id + PurePosixPath(files.photo).suffix
        picture = Annotated(name, path / files.photo, None, str(path / next(iter(files.masks.values()))))
        picture.masked = lambda id=entry.id: _masked(path, source, config, id)
        found.pictures.append(picture)
    for error in listed.errors:
        fault = SourceError(str(path / error.where), error.what, error.hint)
        found.pictures.append(Annotated(error.where, path, None, fault.where, fault=fault))
    return found


def _options(config: Config) -> dict[str, object]:
    """What of the options is still true of the folder that is written."""
    options: dict[str, object] = {}
    if config.options.person:
        options["person"] = config.options.person
    if config.options.pools != "fractions":
        options["pools"] = config.options.pools
    if config.options.ignored:
        options["ignored"] = list(config.options.ignored)
    return options


def _labels(config: Config) -> dict[str, int]:
    """The labels of a class file as the report calls them."""
    if isinstance(config.classes, ColourMap):
        return {"#{:02x}{:02x}{:02x}".format(*colour): value for colour, value in config.classes.classes.items()}
    return {str(label): value for label, value in config.classes.classes.items()}


def _masked(path: Path, source: Folder, config: Config, id: str) -> Masked:
    portrait = source.load(id)
    files, classes = source.files(id), config.classes
    if isinstance(classes, PartMap):
        return Masked(portrait.mask, [(part, classes.classes[part]) for part in files.masks], portrait.snapped)
    mask = read_mask(path / next(iter(files.masks.values())))
    labels = _labels(config)
    if isinstance(classes, ColourMap):
        names = [f"#{colour:06x}" for colour in np.unique(colour_values(mask, id)).tolist()]
    else:
        values = mask.indices if mask.rgb is None else mask.rgb[..., 0]
        assert values is not None
        names = [str(value) for value in np.unique(values).tolist()]
    return Masked(portrait.mask, [(name, labels[name]) for name in names if name in labels], portrait.snapped)
