"""Values of `build` that mean nothing: one line, exit status 1 or 2, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bad_build import Bad

pytestmark = pytest.mark.usefixtures("few_backgrounds")


VALUES = {
    ("--negative-rate", "1.5"): "--negative-rate: 1.5 is outside 0..1; give one from 0 to 1",
    ("--negative-rate", "-0.1"): "--negative-rate: -0.1 is outside 0..1; give one from 0 to 1",
    ("--occlude-rate", "nan"): "--occlude-rate: nan is not a number; ",
    ("--mirror", "2"): "--mirror: 2 is outside 0..1; give one from 0 to 1",
    ("--scale", "1.5", "0.5"): "--scale: the range 1.5..0.5 is empty; give the smaller first",
    ("--scale", "0", "1"): "--scale: 0 is outside 0.05..20; give one from 0.05 to 20",
    ("--scale", "1", "inf"): "--scale: inf is not a number; ",
    ("--shift", "-1"): "--shift: -1 is outside 0..2; ",
    ("--rotate", "181"): "--rotate: 181 is outside 0..180; ",
    ("--photometric", "-1"): "--photometric: -1 is outside 0..3; ",
    ("--image-size", "-224"): "--image-size: -224 is outside 32..2048; ",
    ("--image-size", "0"): "--image-size: 0 is outside 32..2048; ",
    ("--image-format", "gif"): "--image-format: no format named 'gif'; choose jpeg or png",
    ("--seed", "-1"): "--seed: -1 is outside 0..2^63-1; ",
    ("--train-examples", "0"): "--train-examples: 0 is less than 1; ",
    ("--train-examples", "-5"): "--train-examples: -5 is less than 1; ",
    ("--eval-examples", "-1"): "--eval-examples: -1 is negative; ",
    ("--workers", "0"): "--workers: 0 is less than 1; give an integer from 1",
    ("--workers", "-2"): "--workers: -2 is less than 1; give an integer from 1",
    ("--file-format", "riegeli"): "--file-format: no format named 'riegeli'; ",
    ("--split-by", "height"): "--split-by: no division named 'height'; choose official or person",
    ("--split-by", "person"): "--split-by: means nothing for folder, ",
    ("--name", "a/b"): "--name: 'a/b' cannot name a dataset; ",
    # Said by the parser of the command line:
    ("--workers", "two"): "Invalid value for '--workers': ",
    ("--scale", "1"): "Invalid value for '--scale': ",
    ("--negative-rate",): "Option '--negative-rate' requires an argument",
    ("--colour", "red"): "No such option: --colour",
    ("--negativ-rate", "1"): "No such option: --negativ-rate",
    ("more",): "Got unexpected extra argument",
}


@pytest.mark.parametrize("given", VALUES, ids=" ".join)
def test_values_that_mean_nothing(bad: Bad, portraits_dir: Path, given: tuple[str, ...]) -> None:
    # The data dir goes first: an option that lacks its value would take the next word for it.
    (line,) = (
        Bad(bad.command, bad.data_dir)(
            "folder", "--source-dir", portraits_dir, "--quiet", "--data-dir", bad.data_dir, *given, status=2, extra=()
        )
        if len(given) != 1
        else missing_value(bad, portraits_dir, given)
    )
    assert line.startswith(VALUES[given])
    assert ";" in line or "see --help" in line


def missing_value(bad: Bad, portraits_dir: Path, given: tuple[str, ...]) -> list[str]:
    ran = bad.command("build", "folder", "--source-dir", portraits_dir, "--data-dir", bad.data_dir, *given)
    assert (ran.status, ran.out) == (2, "")
    assert not bad.data_dir.exists()
    return ran.err.removeprefix("hairnet-data: ").splitlines()


def test_unknown_source(bad: Bad) -> None:
    assert bad.one("celeba", status=2) == ("SOURCE: no source named 'celeba'; choose from drawn, lfw_parts, folder")
    assert bad.one("drawn", "--source-dir", "x", status=2).startswith("--source-dir: means nothing for drawn; ")


def test_bad_policies(bad: Bad, portraits_dir: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    for content, what in {
        "scale = [0.5": "is not TOML",
        "= 3": "is not TOML",
        "\x00": "is not TOML",
        "zoom = 2": "no setting named 'zoom'",
        "scale = 2": "scale = 2 is not a range",
        "scale = [1, 2, 3]": "scale = [1, 2, 3] is not a range",
        "scale = ['a', 'b']": "'a' is not a number",
        "mirror = 'often'": "'often' is not a number",
        "mirror = true": "True is not a number",
        "negative_rate = 3": "3 is outside 0..1",
        "occluder_shapes = ['star']": "no shape named 'star'",
        "occluder_shapes = []": "no shape is left",
        "occluder_count = [0, 2]": "0 is outside 1..4",
        "cover = [0.5, 0.2]": "0.5..0.2 is empty",
        "[policy]\nmirror = 1": "no setting named 'policy'",
    }.items():
        policy.write_text(content)
        line = bad.one("folder", "--source-dir", portraits_dir, "--policy", policy, status=2)
        assert what in line, (content, line)
    policy.write_bytes(b"mirror = 0.5 # \xff")
    assert "is not TOML" in bad.one("folder", "--source-dir", portraits_dir, "--policy", policy, status=2)
    for path in (tmp_path / "none.toml", tmp_path):
        line = bad.one("folder", "--source-dir", portraits_dir, "--policy", path, status=2)
        assert line.startswith(f"{path}: cannot be read (")


def test_bad_classes(bad: Bad, portraits: Path) -> None:
    for content, what in {
        "[colours": "is no TOML",
        "": "has no table of classes",
        "[colours]\nhair = 'reddish'\nbackground = '#000000'": "",
        "[colours]\nbackground = '#0000ff'": "names neither hair nor face",
        "[colours]\nhair = '#ff0000'": "does not say what background is",
        "[shades]\nhair = 1": "[shades]: is unknown",
    }.items():
        (portraits / "classes.toml").write_text(content)
        line = bad.one("folder", "--source-dir", portraits)
        assert "classes.toml" in line
        assert what in line
