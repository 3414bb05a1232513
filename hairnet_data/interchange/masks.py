"""Reads photos with mask pictures: beside the photo, in a folder of masks, or in a folder a class."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.storage.walk import list_folder, refused_links
from hairnet_data.interchange.class_files import class_files
from hairnet_data.interchange.label_picture import of_mask
from hairnet_data.interchange.shapes import Annotated, Annotations, Shape

_PHOTO_FOLDERS = frozenset({"images", "image", "imgs", "img", "photos", "photo", "pictures"})
_NO_CLASS = frozenset(
    {"mask", "masks", "label", "labels", "seg", "segmentation", "segmentations", "annotation", "annotations", "gt"}
)
"""Names of folders and endings of names that say that something is a mask, but not of which class."""

_ENDING = re.compile(r"[_.-]([A-Za-z][A-Za-z_-]*)$")


def read_masks(path: Path) -> Annotations:
    """Reads a folder of photos and masks in any of these layouts, in subfolders too:

    ```
    a.jpg  a.png          a.jpg  a_mask.png           a.jpg  a_hair.png  a_face.png
    images/a.jpg  masks/a.png                         images/a.jpg  hair/a.png  masks/face/a.png
    ```

    A mask that is named after a class is black and white, and its label is that name. The values of other masks are
    labels: indices, of which 0 is background, or colours as "#rrggbb".

    Raises:
        SourceError: there is no such folder, or no photo in it has a mask.
    """
    if not path.is_dir():
        raise SourceError(str(path), "is not a folder", "name the one that holds photos and masks")
    listing = list_folder(path, EXTENSIONS)
    found = Annotations(known={"0": "background", "#000000": "background"}, pixels_are_labels=True)
    divided = _divide(listing.files)
    links = list(refused_links(listing))
    if not divided.masks and not links:
        hint = f"name masks as their photos, or give --classes a file or one of {', '.join(class_files())}"
        raise SourceError(str(path), "has no photos with masks", hint)
    for key, file in divided.photos.items():
        if key in divided.masks:
            found.pictures.append(_picture(path, f"{key}{Path(file).suffix}", file, divided.masks[key]))
        else:
            found.unannotated.append(str(path / file))
    for file, what, hint in (*divided.faults, *links):
        where = str(path / file)
        found.pictures.append(Annotated(file, path / file, None, where, fault=SourceError(where, what, hint)))
    return found


@dataclass(frozen=True, slots=True)
class _Mask:
    """A mask's file, and the class that it is named after; "" where it is not."""

    file: str
    part: str


@dataclass(frozen=True, slots=True)
class _Divided:
    """Photos and the masks of each by key: a path without the photos' folder and extension. And what is wrong."""

    photos: dict[str, str] = field(default_factory=dict)
    masks: dict[str, list[_Mask]] = field(default_factory=dict)
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, file: str, owner: tuple[str, str]) -> None:
        self.masks.setdefault(owner[0], []).append(_Mask(file, owner[1]))


def _divide(files: list[str]) -> _Divided:
    inside = {file: key for file in files if (key := _key_in_photo_folder(file)) is not None}
    outside = [file for file in files if file not in inside]
    divided, keys = _photos(inside)
    owners = {file: _owner(_stem(file), keys) for file in outside}
    if inside and any(owners.values()):
        for file, owner in owners.items():
            if owner:
                divided.add(file, owner)
            else:
                divided.faults.append((file, "has no photo", "add it or remove the mask"))
        return divided
    return _divide_beside(inside or {file: _stem(file) for file in files})


def _divide_beside(keys: dict[str, str]) -> _Divided:
    """Where masks lie beside the photos: `a_mask.png` or `a.png` beside `a.jpg`."""
    same: dict[str, list[str]] = {}
    for file, key in keys.items():
        same.setdefault(key, []).append(file)
    owners = {}
    for key, files in same.items():
        pngs = [file for file in files if file.lower().endswith(".png")]
        if len(files) == 2 and len(pngs) == 1:
            owners[pngs[0]] = (key, "")
    photos = {key for key in same if not _owner(key, set(same) - {key})}
    owners |= {file: owner for file, key in keys.items() if key not in photos and (owner := _owner(key, photos))}
    divided, _ = _photos({file: key for file, key in keys.items() if file not in owners})
    for file, owner in owners.items():
        divided.add(file, owner)
    return divided


def _photos(keys: dict[str, str]) -> tuple[_Divided, set[str]]:
    divided = _Divided()
    for file, key in keys.items():
        first = divided.photos.setdefault(key, file)
        if first != file:
            divided.faults.append((file, f"has the same name as {first}", "keep or rename one"))
    return divided, set(divided.photos)


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


def _key_in_photo_folder(file: str) -> str | None:
    steps = _stem(file).split("/")
    at = next((n for n, step in enumerate(steps[:-1]) if step.lower() in _PHOTO_FOLDERS), None)
    return None if at is None else "/".join(steps[:at] + steps[at + 1 :])


def _owner(stem: str, keys: set[str]) -> tuple[str, str] | None:
    """The key of the photo that a mask belongs to, and the class it is named after.

    A mask's path is the photo's with up to two folders and an ending more.
    """
    *folders, name = stem.split("/")
    ending = _ENDING.search(name)
    for cut in (name, name[: ending.start()]) if ending else (name,):
        said = [ending[1]] if ending and cut != name else []
        for more in range(min(2, len(folders)) + 1):
            for added in combinations(range(len(folders)), more):
                key = "/".join([*(step for n, step in enumerate(folders) if n not in added), cut])
                if key in keys:
                    words = [*said, *(folders[n] for n in reversed(added))]
                    return key, next((word for word in words if word.lower() not in _NO_CLASS), "")
    return None


def _picture(path: Path, name: str, file: str, masks: list[_Mask]) -> Annotated:
    picture = Annotated(name, path / file, None, str(path / file), stacked=True)
    try:
        for part, (first, *others) in _by_part(masks).items():
            if others:
                hint = "keep one, or name masks after classes"
                raise SourceError(str(path / first), f"is a mask of the same photo as {path / others[0]}", hint)
            picture.shapes += _shapes(picture, path / first, part)
    except SourceError as error:
        picture.fault = error
    except HairnetError as error:
        picture.fault = SourceError(error.where, error.what, error.hint)
    return picture


def _by_part(masks: list[_Mask]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for mask in masks:
        parts.setdefault(mask.part, []).append(mask.file)
    if "" in parts and len(parts) > 1:
        parts = {"": [file for files in parts.values() for file in files]}
    return parts


def _shapes(picture: Annotated, file: Path, part: str) -> list[Shape]:
    where = str(file)
    labels, in_colour = of_mask(lambda: read_mask(file), where)
    size, shapes = labels.shapes({}, in_colour)
    if picture.size not in (None, size):
        assert picture.size
        what = f"is {size[1]} x {size[0]} pixels, another mask of its photo {picture.size[1]} x {picture.size[0]}"
        raise SourceError(where, what, "save them in one size")
    picture.size = size
    if not part:
        return shapes
    if in_colour or len(shapes) > 2 or (len(shapes) == 2 and shapes[0].label != "0"):
        hint = "save it in black and white, or give --classes a file that says nearest = true"
        raise SourceError(where, f"holds {len(shapes)} values where a mask of {part!r} is black and white", hint)
    return [Shape(part, where, lambda _: labels.values() > 0)]
