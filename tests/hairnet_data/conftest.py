"""Small sources that the tests draw themselves, datasets built from them, and a way to run the command line."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.build.pipeline import build
from hairnet_data.build.settings import Settings
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR
from hairnet_data.core.records.example import parse, serialize
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.core.storage.paths import digest_of
from hairnet_data.dataset.checksums import SUMS
from hairnet_data.dataset.reader import Prepared, open_prepared
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds

CLASSES_TOML = """\
[colours]
background = "#0000ff"
hair = "#ff0000"
face = "#00ff00"
[options]
person = "^([a-z]+)_"
fractions = [0.6, 0.2, 0.2]
"""


def head(seed: int, width: int, height: int) -> tuple[Pixels, Pixels]:
    """A head somewhere in a noisy room: the photo, and its class ids."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    middle, top = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.45, 0.55)
    face = ((columns - middle) / (width * 0.22)) ** 2 + ((rows - top) / (height * 0.3)) ** 2 < 1
    hair = ((columns - middle) / (width * 0.28)) ** 2 + ((rows - top + height * 0.12) / (height * 0.3)) ** 2 < 1
    mask = np.full((height, width), BACKGROUND, np.uint8)
    mask[hair] = HAIR
    mask[face & (rows > top - height * 0.12)] = FACE
    palette = rng.integers(0, 256, (3, 3))
    photo = palette[mask] + rng.integers(-20, 20, (height, width, 3)) + (columns * 40 / width)[..., None]
    return np.clip(photo, 0, 255).astype(np.uint8), mask


def in_colours(mask: Pixels) -> Pixels:
    """A mask as the public ones are coloured."""
    return np.array(COLOURS, np.uint8)[mask]


def save(path: Path, pixels: Pixels | Image.Image, **options: object) -> Path:
    """Saves a picture; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def make_folder(root: Path, people: int = 10) -> Path:
    """A source `folder`: one or two portraits of each person, of several shapes and formats."""
    (root / "images").mkdir(parents=True)
    (root / "classes.toml").write_text(CLASSES_TOML)
    for number in range(people):
        person = "abcdefghijklmnopqrstuvwxyz"[number] * 2
        for take in range(1 + number % 2):
            width, height = ((60, 80), (72, 72), (90, 60))[(number + take) % 3]
            photo, mask = head(number * 10 + take, width, height)
            if number % 3:
                save(root / "images" / f"{person}_{take}.png", photo)
            else:
                save(root / "images" / f"{person}_{take}.jpg", photo, quality=92)
            save(root / "masks" / f"{person}_{take}.png", in_colours(mask))
    return root


def make_negatives(root: Path, count: int = 8) -> Path:
    """A folder of photographs with nobody in them, some in a subfolder."""
    for number in range(count):
        rng = np.random.Generator(np.random.PCG64(1000 + number))
        coarse = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
        picture = Image.fromarray(coarse).resize((70 + 10 * number, 60 + 7 * number), Image.Resampling.BICUBIC)
        save(root / ("walls" if number % 2 else "") / f"wall_{number}.png", picture)
    return root


LFW_LISTS = {
    "train": ["Ann_Ash 1", "Ann_Ash 2", "Bob_Birch 1", "Cy_Cedar 1", "Di_Dogwood 4"],
    "validation": ["Ed_Elm 1", "Fay_Fir 2"],
    "test": ["Ann_Ash 3", "Gus_Gorse 1", "Hal_Hazel 1"],  # Ann is in train too, as in the public lists
}


def make_lfw(root: Path) -> Path:
    """The source `lfw_parts` as it is distributed: two archives and three lists, a handful of portraits."""
    root.mkdir(parents=True)
    photos: dict[str, bytes] = {}
    masks: dict[str, bytes] = {}
    for pool, lines in LFW_LISTS.items():
        (root / f"parts_{pool}.txt").write_text("".join(line + "\n" for line in lines))
        for line in lines:
            person, number = line.split()
            id = f"{person}_{int(number):04d}"
            photo, mask = head(int(hashlib.sha256(id.encode()).hexdigest()[:6], 16), 50, 50)
            jpeg, ppm = io.BytesIO(), io.BytesIO()
            Image.fromarray(photo).save(jpeg, "JPEG", quality=90)
            Image.fromarray(in_colours(mask)).save(ppm, "PPM")
            photos[f"lfw_funneled/{person}/{id}.jpg"] = jpeg.getvalue()
            masks[f"parts_lfw_funneled_gt_images/{id}.ppm"] = ppm.getvalue()
    write_archive(root / "lfw-funneled.tgz", photos)
    write_archive(root / "parts_lfw_funneled_gt_images.tgz", masks)
    return root


def write_archive(path: Path, members: dict[str, bytes]) -> Path:
    """A .tgz of plain files."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def tiny_drawn(train: int = 8, validation: int = 3, test: int = 3) -> Sources:
    """Drawn portraits before drawn backgrounds, few and small."""
    return Sources(Drawn(train, validation, test, size=64), DrawnBackgrounds(4, 2, 2, size=64))


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def shards(folder: Path) -> dict[str, str]:
    """SHA-256 of every shard of a dataset."""
    return {name: digest for name, digest in digests(folder).items() if ".tfrecord-" in name}


def files_below(folder: Path) -> list[str]:
    """Every file and folder below a folder that may not be there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) if folder.exists() else []


@contextlib.contextmanager
def small_disk(at: Path, size: str) -> Iterator[Path]:
    """A disk of its own; skips where that needs more rights than the tests have."""
    at.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", at], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("cannot mount a disk here")
    try:
        yield at
    finally:
        subprocess.run(["umount", at], check=True)


Features = dict[str, bytes | int]


def rewrite(dataset: Path, split: str, change: Callable[[list[Features]], list[Features] | None]) -> None:
    """Changes the records of a split's only shard, and frames them anew with sound checksums and a sound sum."""
    (path,) = dataset.glob(f"*-{split}.tfrecord-*")
    records = [parse(data) for data in unframe(path.read_bytes())]
    changed = change(records)
    records = records if changed is None else changed
    path.write_bytes(b"".join(frame(serialize(dict(record))) for record in records))
    sums = dataset / SUMS
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(path.name)]
    sums.write_text("".join(f"{line}\n" for line in [*lines, f"{digest_of(path)}  {path.name}"]))


def change_record(dataset: Path, split: str, index: int, change: Callable[[Features], object]) -> None:
    """Changes one record in place."""
    rewrite(dataset, split, lambda records: change(records[index]) and None)


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def faults(self) -> list[str]:
        """What it said on standard error."""
        return [line for line in self.err.splitlines() if line.strip()]


Command = Callable[..., Ran]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `hairnet-data` with the given arguments in this process."""
    from hairnet_data.cli.app import main

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["hairnet-data", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, said.out, said.err)

    return run


def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Starts `hairnet-data` as a process of its own, in a session of its own."""
    code = "from hairnet_data.cli.app import main\nif __name__ == '__main__':\n    main()\n"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    )


@dataclass(frozen=True)
class Kit:
    """The functions above, for test modules: they cannot import a conftest by name."""

    head: Callable[..., tuple[Pixels, Pixels]] = head
    in_colours: Callable[[Pixels], Pixels] = in_colours
    save: Callable[..., Path] = save
    make_folder: Callable[..., Path] = make_folder
    make_negatives: Callable[..., Path] = make_negatives
    make_lfw: Callable[..., Path] = make_lfw
    write_archive: Callable[..., Path] = write_archive
    tiny_drawn: Callable[..., Sources] = tiny_drawn
    digests: Callable[[Path], dict[str, str]] = digests
    shards: Callable[[Path], dict[str, str]] = shards
    files_below: Callable[[Path], list[str]] = files_below
    rewrite: Callable[..., None] = rewrite
    change_record: Callable[..., None] = change_record
    start: Callable[..., subprocess.Popen[str]] = start
    small_disk: Callable[..., contextlib.AbstractContextManager[Path]] = small_disk
    lfw_lists: dict[str, list[str]] = field(default_factory=lambda: LFW_LISTS)


@pytest.fixture(scope="session")
def kit() -> Kit:
    """Helpers."""
    return Kit()


@pytest.fixture(scope="session")
def portraits_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source `folder` of 15 portraits. Read it only."""
    return make_folder(tmp_path_factory.mktemp("own") / "portraits")


@pytest.fixture(scope="session")
def negatives_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photographs with nobody in them. Read it only."""
    return make_negatives(tmp_path_factory.mktemp("nobody") / "walls")


@pytest.fixture(scope="session")
def lfw_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source `lfw_parts` of 10 portraits. Read it only."""
    return make_lfw(tmp_path_factory.mktemp("lfw") / "public")


TINY = Settings(image_size=64, train_examples=40)


@pytest.fixture(scope="session")
def tiny() -> Settings:
    """Settings of small examples, few of them."""
    return TINY


@pytest.fixture(scope="session")
def built_drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of drawn portraits, JPEG. Read it only; `copy_of` gives one to damage."""
    return build(tiny_drawn(), TINY, tmp_path_factory.mktemp("data")).path


@pytest.fixture(scope="session")
def built_folder(portraits_dir: Path, negatives_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the user's own photos and backgrounds, PNG, named `mine`. Read it only."""
    settings = Settings(image_size=48, train_examples=30, image_format="png", policy=Policy(scale=(0.5, 2)))
    sources = Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))
    return build(sources, settings, tmp_path_factory.mktemp("data"), name="mine").path


@pytest.fixture(scope="session")
def built_lfw(lfw_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the portraits in `lfw_dir` before drawn backgrounds. Read it only."""
    data_dir = tmp_path_factory.mktemp("data")
    sources = Sources(LfwParts.open(lfw_dir, data_dir / "downloads"), DrawnBackgrounds(4, 2, 2, size=64))
    return build(sources, TINY, data_dir).path


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """Copies a built dataset, to be damaged: under the same name, in a data dir of its own."""

    def copy(dataset: Path) -> Path:
        to = tmp_path / "copy" / Path(*dataset.parts[-3:])
        shutil.copytree(dataset, to)
        return to

    return copy


@pytest.fixture
def opened() -> Callable[[Path], Prepared]:
    """Opens a prepared dataset."""
    return open_prepared
