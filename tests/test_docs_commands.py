"""The commands of the documentation: all of ours parse, and those in `sh` blocks run, page by page.

A page's `sh` blocks run in its order, in a folder of its own that holds what the pages speak of: `photos`, portraits
with masks in `mine`, photographs of nobody in `walls`, the archives of LFW in `lfw`, a video `holiday.mp4`. `console`
blocks are only parsed: they need other data, packages, devices or time. Runs are cut short by few portraits, options
added to the commands (`SHORTER`), and two layers where a network is trained that begins with no other's weights; our
programs run in this process, where TensorFlow is imported once, and trains without graphs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.building import identity, plan
from hairnet_data.sources import registry
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model.networks import fcn
from tests.support import pages, small_network, videos
from tests.support.eagerly import eagerly
from tests.support.kept_drawings import drawings_kept
from tests.support.lfw import make_lfw
from tests.support.pages import PAGES, Block
from tests.support.paths import ROOT
from tests.support.portraits import in_colours, make_negatives

SHELL = [block for page in PAGES for block in pages.blocks(page) if block.language in ("sh", "console")]
COMMANDS = [(block, command) for block in SHELL for command in block.commands()]
OURS = [(block, command) for block, command in COMMANDS if pages.words(command)[0] in pages.PROGRAMS]

RUN = [page for page in PAGES if any(block.language == "sh" for block in pages.blocks(page))]

SHORTER = {
    "hairnet-data build": ["--workers", "1"],
    "hairnet-data build --policy": ["--train-examples", "24", "--workers", "1"],
    "hairnet-data build lfw_parts": ["--train-examples", "24", "--workers", "1"],
    "hairnet-data verify": ["--workers", "1"],
    "hairnet-model train": ["--steps", "2", "--batch", "4", "--validate-every", "2", "--precision", "float32"],
}
"""Options that are added to commands that begin so; the last value of an option counts."""


def _of(command: str) -> str:
    return re.sub(r"\s+", " ", command)[:60]


@pytest.mark.parametrize(("block", "command"), OURS, ids=[f"{block}-{_of(command)}" for block, command in OURS])
def test_a_command_parses(block: Block, command: str) -> None:
    pages.parse(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_text_have_no_unknown_options(page: Path) -> None:
    for command in pages.inline_commands(page):
        assert not pages.unknown_options(command), command


def test_scripts_and_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for block, command in COMMANDS:
        program, *arguments = pages.words(command)
        if program == "make":
            assert set(arguments) <= targets, f"{block}: {command}"
        elif program == "python" and arguments[0] != "-m":
            assert (ROOT / arguments[0]).is_file(), f"{block}: {command}"
        elif program == "pytest":
            assert all((ROOT / argument).exists() for argument in arguments if "/" in argument), f"{block}: {command}"
        elif "/" in program:
            assert (ROOT / program).is_file(), f"{block}: {command}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the pages speak of, and few portraits to draw."""
    monkeypatch.setattr(Drawn.__init__, "__defaults__", (8, 4, 4, 96))
    monkeypatch.setattr(DrawnBackgrounds.__init__, "__defaults__", (6, 3, 3, 96))
    monkeypatch.setattr(registry, "FEWEST_DRAWN", 8)
    for module in (plan, identity):
        monkeypatch.setattr(module, "default_examples", lambda portraits, pools: 12)
    source = Drawn(10, 0, 0)
    for place in ("photos", "mine/images", "mine/masks"):
        (tmp_path / place).mkdir(parents=True)
    for number, entry in enumerate(source.catalogue().entries):
        portrait, name = source.load(entry.id), f"{'abcdefghij'[number] * 2}_1"
        Image.fromarray(portrait.image).save(tmp_path / "mine" / "images" / f"{name}.jpg", quality=95)
        Image.fromarray(in_colours(portrait.mask)).save(tmp_path / "mine" / "masks" / f"{name}.png")
        if number < 2:
            Image.fromarray(portrait.image).save(tmp_path / "photos" / f"{name}.png")
    make_negatives(tmp_path / "walls")
    make_lfw(tmp_path / "lfw")
    videos.write(tmp_path / "holiday.mp4", [np.asarray(portrait.image)] * 3)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a command; it must succeed."""
    program, *arguments = pages.words(command)
    if program not in pages.PROGRAMS:
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        ran = subprocess.run(["bash", "-c", command], env={**os.environ, "PATH": path, "PYTHONPATH": paths})
        assert ran.returncode == 0
        return
    if program == "hairnet-data":
        from hairnet_data.cli.app import main
    else:
        from hairnet_model.cli.app import main
    spoken = f"{program} {' '.join(arguments)} "
    shorter = max((start for start in SHORTER if spoken.startswith(f"{start} ")), key=len, default="")
    monkeypatch.setattr(sys, "argv", [program, *arguments, *SHORTER.get(shorter, [])])
    made = fcn.create if "--init" in arguments else small_network.create
    # A graph is worth its tracing where a network of ours looks at many pictures, not in a training of two steps.
    graphs = eagerly() if arguments[0] == "train" else nullcontext()
    with graphs, drawings_kept(), monkeypatch.context() as patch:
        patch.setattr(fcn, "create", made)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 0


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_a_page_runs(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in [*pages.blocks(ROOT / "README.md"), *pages.blocks(page)]:
        if block.language == "toml" and block.name:
            (folder / block.name).write_text(block.text, encoding="utf-8")
    for block in pages.blocks(page):
        for command in block.commands() if block.language == "sh" else ():
            print(f"{block}: {command}")
            run(command, monkeypatch)
    if page.name == "README.md":
        names = ["aa_1.png", "aa_1_hair.png", "aa_1_overlay.png", "aa_1_panels.png"]
        assert sorted(path.name for path in (folder / "masks").glob("aa*")) == names
        with Image.open(folder / "masks" / "aa_1.png") as mask, Image.open(folder / "photos" / "aa_1.png") as photo:
            assert mask.mode == "L"
            assert mask.size == photo.size
