"""Where masks may lie: beside the photo, in a folder a part, in the folders of a division."""

import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR
from tests.support.folder_kit import COLOURS, PARTS, check, classes, in_colours, photo


def part_masks(kit, *names, folder="masks"):
    """Black and white masks of hair and skin under the two names."""
    for name, label in zip(names, (HAIR, FACE), strict=True):
        kit.mask(name, (classes() == label).astype(np.uint8) * 255, folder)


def test_masks_beside_the_photo(kit):
    kit.config(COLOURS + "[options]\nmasks = 'images'\nmask_suffix = '_mask'\n")
    for name in ("a", "trip/b"):
        kit.photo(f"{name}.jpg")
        kit.mask(f"{name}_mask.png", in_colours(classes()), "images")
    kit.photo("alone.jpg")
    kit.mask("lost_mask.png", in_colours(classes()), "images")
    assert kit.ids() == ["a", "trip/b"]
    check(kit.open().load("trip/b"))
    assert kit.errors() == [
        "images/alone.jpg: has no mask (images/alone_mask); add it or remove the photo",
        "images/lost_mask.png: has no photo; add it or remove the mask",
    ]


@pytest.mark.parametrize("folder", [".", "images"])
def test_parts_beside_the_photo(kit, folder):
    kit.config(PARTS + f"[options]\nimages = '{folder}'\nmasks = '{folder}'\n")
    kit.photo("a_b.jpg", photo(), folder)
    part_masks(kit, "a_b_hair.png", "a_b_skin.png", folder=folder)
    assert kit.errors() == []
    check(kit.open().load("a_b"))


@pytest.mark.parametrize("inner", ["", "trip/"])
def test_a_folder_a_part(kit, inner):
    kit.config(PARTS)
    kit.photo(f"{inner}a.jpg")
    part_masks(kit, f"hair/{inner}a.png", f"skin/{inner}a.png")
    assert kit.errors() == []
    check(kit.open().load(f"{inner}a"))


def test_a_folder_a_part_below_the_photo_s_folder_and_beside_the_photos(kit):
    kit.config(PARTS + "[options]\nmasks = '.'\n")
    kit.photo("trip/a.jpg")
    part_masks(kit, "hair/trip/a.png", "trip/skin/a.png", folder=".")
    assert kit.errors() == []
    check(kit.open().load("trip/a"))


def test_folders_of_parts_that_are_wrong(kit):
    kit.config(PARTS)
    for name in ("a", "b"):
        kit.photo(f"{name}.jpg")
        part_masks(kit, f"hair/{name}.png", f"skin/{name}.png")
        kit.mask(f"nose/{name}.png", classes())
    kit.mask("b_hair.png", classes())
    kit.mask("hair/c.png", classes())
    assert kit.ids() == ["a"]
    assert kit.errors() == [
        "masks/b_hair.png: is of the same photo and part as masks/hair/b.png; keep one",
        "masks/hair/c.png: has no photo; add it or remove the mask",
        "masks/nose/a.png: and 1 more are masks of the part 'nose', which has no class; "
        "add it to [parts] in classes.toml",
    ]


def test_the_folders_of_a_division(kit):
    kit.config(COLOURS + "[options]\nimages = '*/images'\nmasks = '*/labels'\npools = 'folder'\n")
    for pool in ("train", "val"):
        kit.photo(f"{pool}.jpg", folder=f"{pool}/images")
        kit.mask(f"{pool}.png", folder=f"{pool}/labels")
        kit.photo("elsewhere.jpg", folder=f"{pool}/landmarks")
    assert kit.errors() == []
    entries = kit.open().catalogue().entries
    assert [(entry.id, entry.pool) for entry in entries] == [("train/train", "train"), ("val/val", "validation")]
    check(kit.open().load("val/val"))
    (kit.root / "val/images/val.jpg").rename(kit.root / "val.jpg")
    (kit.root / "val/images").rmdir()
    (kit.root / "val/images").symlink_to(kit.root / "train/images")
    assert any("is a link to a folder" in error for error in kit.errors())
