"""Ways to break groups and soft edges in the real code, each of which a check of `group_contract` must catch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.recipes.recipe import NO_EDGE, Affine
from hairnet_data.rendering import edges, renderer
from tests.support.group_contract import CHECKS, scenes
from tests.support.mutant import Mutant, Patch, failures, wrapped

_GROUP, _EDGES, _REFERENCE = CHECKS


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""
    drawn = scenes()  # before anything is broken
    return failures(mutant, {name: partial(CHECKS[name], drawn) for name in checks})


def _paste(part: str) -> Patch:
    """Pastes companions into a copy of the image or of the mask, which is thrown away."""

    def wrong(real: Any, size: int, layer: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
        first = not mask.any()
        real(
            size,
            layer,
            image if first or part != "image" else image.copy(),
            mask if first or part != "mask" else mask.copy(),
            *args,
        )

    return wrapped(renderer, "_paste", wrong)


def _layers(change: Any) -> Patch:
    return wrapped(renderer, "layers_of", lambda real, *args: change(real(*args)))


def _affine_for(part: str) -> Patch:
    """Moves image or mask of every portrait but the hindmost by the affine of that one."""

    def wrong(real: Any, size: int, layer: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
        moved = replace(
            layer, affine=replace(layer.affine, shift=(layer.affine.shift[0] + 0.02, layer.affine.shift[1]))
        )
        of_image, of_mask = (moved, layer) if part == "image" else (layer, moved)
        real(size, of_image, image, mask.copy(), renderer.place(size, of_image))
        real(size, of_mask, image.copy(), mask, renderer.place(size, of_mask))

    return wrapped(renderer, "_paste", wrong)


def _all_by_the_first(layers: list[Any]) -> list[Any]:
    return [replace(layer, affine=layers[0].affine) for layer in layers]


def _unmirrored(layers: list[Any]) -> list[Any]:
    return [
        replace(layer, affine=Affine(layer.affine.scale, layer.affine.shift, layer.affine.rotation)) for layer in layers
    ]


def _half_is(least: int) -> Patch:
    return lambda monkeypatch: monkeypatch.setattr(edges, "HALF", least)


def _shares(change: Any) -> Patch:
    return wrapped(edges, "shares", lambda real, edge, *args: change(real, edge, *args))


MUTANTS = (
    Mutant("companions missing in the mask", (_GROUP, _EDGES, _REFERENCE), _paste("mask")),
    Mutant("companions missing in the image", (_GROUP, _EDGES), _paste("image")),
    Mutant("order reversed", (_GROUP, _EDGES, _REFERENCE), _layers(lambda layers: layers[::-1])),
    Mutant(
        "main portrait always in front",
        (_GROUP, _REFERENCE),
        _layers(lambda layers: sorted(layers, key=lambda layer: layer.affine.scale)),
    ),
    Mutant("all mapped by one affine", (_GROUP, _EDGES, _REFERENCE), _layers(_all_by_the_first)),
    Mutant("companions never mirrored", (_REFERENCE,), _layers(_unmirrored)),
    Mutant("affine of the image alone", (_GROUP, _EDGES), _affine_for("image")),
    Mutant("affine of the mask alone", (_GROUP, _EDGES, _REFERENCE), _affine_for("mask")),
    Mutant(
        "soft edges are hard",
        (_EDGES, _REFERENCE),
        _layers(lambda layers: [replace(layer, edge=NO_EDGE) for layer in layers]),
    ),
    Mutant("a soft edge counts from a quarter on", (_EDGES, _REFERENCE), _half_is(64)),
    Mutant("a soft edge has its class wherever it shows", (_EDGES, _REFERENCE), _half_is(1)),
    Mutant(
        "corners are not round",
        (_EDGES, _REFERENCE),
        _shares(lambda real, edge, *args: real(replace(edge, radius=0.0), *args)),
    ),
    Mutant(
        "outline without its wave",
        (_EDGES, _REFERENCE),
        _shares(lambda real, edge, *args: real(replace(edge, wave=0.0), *args)),
    ),
    Mutant(
        "transition twice as wide",
        (_EDGES, _REFERENCE),
        _shares(lambda real, edge, *args: real(replace(edge, width=2 * edge.width), *args)),
    ),
    Mutant(
        "shares inverted in the image",
        (_EDGES,),
        wrapped(edges, "blend", lambda real, image, ground, share: real(image, ground, np.uint8(255) - share)),
    ),
    Mutant(
        "image and ground exchanged",
        (_EDGES,),
        wrapped(edges, "blend", lambda real, image, ground, share: real(ground, image, share)),
    ),
)
