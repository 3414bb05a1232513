"""Strands come of guides by the arithmetic of docs/tryon.md: here once more, strand by strand in plain Python."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from hairnet_model.tryon.style_file import STYLES, Group, Style, read_style
from hairnet_model.tryon.thicken import Strands, hashed, thicken, uniform

Point = tuple[float, ...]


@cache
def _style(name: str) -> Style:
    return read_style(STYLES / f"{name}.hair")


@cache
def _strands(name: str, level: int) -> list[Strands]:
    return thicken(_style(name), level)


def _hash(x: int) -> int:
    x ^= x >> 16
    x = x * 0x7FEB352D & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 0x846CA68B & 0xFFFFFFFF
    return x ^ x >> 16


def _uniform(seed: int, guide: int, child: int, draw: int) -> float:
    return (_hash((_hash(seed) + (guide * 64 + child) * 16 + draw) & 0xFFFFFFFF) >> 8) / 16777216


def test_the_hash_is_that_of_its_inventor() -> None:
    # lowbias32 of https://github.com/skeeto/hash-prospector, computed with its C code.
    assert hashed(np.array([0, 1, 12345, 0xFFFFFFFF], np.uint32)).tolist() == [0, 0x688990C0, 0x912EFCF7, 0x6768824A]
    drawn = uniform(4294967295, np.arange(50), np.arange(50), 9)
    assert drawn.tolist() == [_uniform(4294967295, n, n, 9) for n in range(50)]
    assert 0.4 < uniform(1, np.arange(5000), np.zeros(5000, int), 3).mean() < 0.6


def _cross(a: Point, b: Point) -> Point:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _unit(a: Point) -> Point:
    size = math.sqrt(sum(x * x for x in a)) + 1e-9
    return a[0] / size, a[1] / size, a[2] / size


def _plus(a: Point, b: Point, share: float = 1.0) -> Point:
    return a[0] + share * b[0], a[1] + share * b[1], a[2] + share * b[2]


def _minus(a: Point, b: Point) -> Point:
    return _plus(a, b, -1.0)


def _spline(q: list[Point], i: int, x: float) -> Point:
    q = [_minus(_plus(q[0], q[0]), q[1]), *q, _minus(_plus(q[-1], q[-1]), q[-2])]
    a, b, c, d = q[i : i + 4]

    def along(k: int) -> float:
        return 0.5 * (
            2 * b[k]
            + (c[k] - a[k]) * x
            + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * x**2
            + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * x**3
        )

    return along(0), along(1), along(2)


def _strand(
    style: Style, group: Group, number: int, child: int, samples: int
) -> tuple[list[Point], list[float], float]:
    """Points, openness and tone of one strand, by the nine steps of docs/tryon.md."""

    def u(k: int) -> float:
        return _uniform(style.seed, group.first + number, child, k)

    def v(k: int) -> float:
        return _uniform(style.seed, group.first + number, 0, k)

    centre, half = style.centre.tolist(), style.half.tolist()
    turn = math.floor(4 * u(7))
    first, second = group.neighbours[number, turn], group.neighbours[number, (turn + 1) % 4]
    own, one, two = (group.guides[n].tolist() for n in (number, first, second))
    r = math.sqrt(u(0))
    a, b = group.mix * r * (1 - u(1)), group.mix * r * u(1)
    move = tuple((2 * u(k) - 1) * (3 if u(5) < group.stray else 1) for k in (2, 3, 4))
    cut = 1 - group.uneven * u(6)
    if child == 0:
        a, b, move, cut = 0.0, 0.0, (0.0, 0.0, 0.0), 1.0
    n = len(own)
    control: list[Point] = []
    for j in range(n):
        t = j / (n - 1)
        out = _unit(tuple((own[j][k] - centre[k]) / half[k] ** 2 for k in range(3)))
        inward = min(0.0, sum(move[k] * out[k] for k in range(3)))
        apart = 1 - group.clump * t**group.gather
        point = _plus(_plus(own[j], _minus(one[j], own[j]), apart * a), _minus(two[j], own[j]), apart * b)
        control.append(
            _plus(point, _plus(move, out, -2 * inward), group.spread[0] + (group.spread[1] - group.spread[0]) * t)
        )
    shade = [
        group.openness[number, j]
        + a * (group.openness[first, j] - group.openness[number, j])
        + b * (group.openness[second, j] - group.openness[number, j])
        for j in range(n)
    ]
    long = sum(math.dist(own[j], own[j + 1]) for j in range(n - 1))
    points, opens = [], []
    for s in range(samples):
        t = s / (samples - 1)
        e = t * cut * (n - 1)
        i = min(math.floor(e), n - 2)
        x = e - i
        point = _spline(control, i, x)
        opened = shade[i] + x * (shade[i + 1] - shade[i])
        grown = t * cut * long
        if group.curl[0] > 0:
            radius, length, start, frizz = group.curl
            axis = _unit(_minus(own[-1], own[0]))
            least = min(range(3), key=lambda k: abs(axis[k]))
            e1 = _unit(_cross(axis, tuple(float(k == least) for k in range(3))))
            e2 = _cross(axis, e1)
            angle = 2 * math.pi * (grown / length + v(8) + frizz * (u(9) - 0.5))
            m = radius * min(1, grown / start)
            point = _plus(_plus(point, e1, m * math.cos(angle)), e2, m * math.sin(angle))
        if group.braid[0] > 0:
            wide, deep, length = group.braid
            angle = 2 * math.pi * (grown / length + child % 3 / 3)
            ahead = _unit(_minus(own[i + 1], own[i]))
            side = _unit(_cross(ahead, _minus(_spline(own, i, x), centre)))
            above = _cross(side, ahead)
            m = min(1, grown) * min(1, 0.35 + (long - grown) / 2)
            point = _plus(_plus(point, side, m * wide * math.sin(angle)), above, m * deep * math.sin(2 * angle))
            opened *= 0.7 + 0.3 * math.sin(2 * angle)
        w = [(point[k] - centre[k]) / half[k] for k in range(3)]
        far = math.sqrt(sum(x * x for x in w))
        if far < 1:
            point = tuple(centre[k] + half[k] * w[k] / far for k in range(3))
        points.append(point)
        opens.append(opened)
    return points, opens, 2 * (0.55 * v(10) + 0.45 * u(11)) - 1


@pytest.mark.parametrize("name", ["bob", "curls", "braids", "afro", "lob_fringe"])
def test_strands_are_those_of_the_document(name: str) -> None:
    style = _style(name)
    for group, strands in zip(style.groups, _strands(name, 1), strict=True):
        each = group.levels[1].strands
        for number in (0, len(group.guides) // 2, len(group.guides) - 1):
            for child in {0, 1, each - 1}:
                points, opens, tone = _strand(style, group, number, child, group.levels[1].samples)
                at = number * each + child
                np.testing.assert_allclose(strands.points[at], points, atol=2e-5)
                np.testing.assert_allclose(strands.openness[at], opens, atol=1e-6)
                assert strands.tone[at] == pytest.approx(tone, abs=1e-6)


def test_a_finer_level_adds_strands_and_keeps_those_of_a_coarser_one() -> None:
    group = _style("bob").groups[0]
    coarse, fine = _strands("bob", 0)[0], _strands("bob", 1)[0]
    few, more = group.levels[0].strands, group.levels[1].strands
    assert few < more
    kept = fine.points.reshape(len(group.guides), more, -1, 3)[:, :few]
    np.testing.assert_array_equal(kept[:, :, 0], coarse.points.reshape(len(group.guides), few, -1, 3)[:, :, 0])
    np.testing.assert_allclose(
        kept[:, :, -1], coarse.points.reshape(len(group.guides), few, -1, 3)[:, :, -1], atol=1e-5
    )


def test_the_first_strand_of_a_guide_is_the_guide() -> None:
    group = _style("bob").groups[0]
    strands = _strands("bob", 0)[0]
    first = strands.points[:: group.levels[0].strands]
    np.testing.assert_allclose(first[:, 0], group.guides[:, 0], atol=1e-5)
    np.testing.assert_allclose(first[:, -1], group.guides[:, -1], atol=1e-5)


@pytest.mark.parametrize("name", ["bob", "braids", "afro"])
def test_strands_have_sizes_and_ranges_as_documented(name: str) -> None:
    style = _style(name)
    for level in range(2):
        for group, strands in zip(style.groups, _strands(name, level), strict=True):
            count, samples = len(group.guides) * group.levels[level].strands, group.levels[level].samples
            assert strands.points.shape == (count, samples, 3)
            assert strands.openness.shape == (count, samples)
            assert {part.dtype for part in (strands.points, strands.openness, strands.width, strands.tone)} == {
                np.dtype("f4")
            }
            assert 0 <= strands.openness.min() <= strands.openness.max() <= 1
            assert np.abs(strands.tone).max() <= 1
            assert strands.width[0] == pytest.approx(group.width * group.levels[level].broad)
            assert (np.diff(strands.width) <= 0).all()
            assert np.isfinite(strands.points).all()
            inside = np.sqrt((((strands.points - style.centre) / style.half) ** 2).sum(-1))
            assert inside.min() > 1 - 1e-4
