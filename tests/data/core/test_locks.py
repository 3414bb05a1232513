"""Locks: one holder at a time, free when the holder ends however it ends, and no harm where there are none."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hairnet_data.core.storage import locks
from hairnet_data.core.storage.locks import exclusive, is_free, try_lock


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert is_free(path) is True
    assert not path.exists(), "looking at it makes no file"
    with try_lock(path) as ours:
        assert ours is True
        assert is_free(path) is False
        with try_lock(path) as second:
            assert second is False
        assert is_free(path) is False, "who did not get it does not give it back"
    assert is_free(path) is True
    with pytest.raises(FileNotFoundError), try_lock(tmp_path / "none" / "lock"):
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from hairnet_data.core.storage.locks import try_lock\n"
        "with try_lock(Path(sys.argv[1])) as ours:\n"
        "    print(ours, flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    assert is_free(path) is False
    process.kill()
    process.wait()
    process.stdout.close()
    assert is_free(path) is True


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write to any file")
def test_another_user_s_lock_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with try_lock(path):
        path.chmod(0o444)
        assert is_free(path) is False


def test_a_folder_is_exclusive_and_the_lock_is_removed(tmp_path: Path) -> None:
    """Each holder removes the file that the next one may have opened already: that lock must not count."""
    inside, most, times = 0, 0, 0
    count = threading.Lock()

    def enter_often() -> None:
        nonlocal inside, most, times
        for _ in range(150):
            with exclusive(tmp_path):
                with count:
                    inside += 1
                    times += 1
                    most = max(most, inside)
                with count:
                    inside -= 1

    threads = [threading.Thread(target=enter_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, times) == (1, 600)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_was_removed_while_it_was_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, removed = locks.lock_descriptor, []

    def late(descriptor: int, **how: bool) -> bool:
        if not removed:
            removed.append((tmp_path / ".lock").unlink())
        return real(descriptor, **how)

    monkeypatch.setattr(locks, "lock_descriptor", late)
    with exclusive(tmp_path):
        assert is_free(tmp_path / ".lock") is False, "it is locked under its name"


def test_exclusive_where_no_lock_can_be_made(tmp_path: Path) -> None:
    with exclusive(tmp_path / "none"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(descriptor: int, **how: bool) -> bool:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locks, "lock_descriptor", none)
    with try_lock(tmp_path / "lock") as ours, try_lock(tmp_path / "lock") as second:
        assert (ours, second, is_free(tmp_path / "lock")) == (None, None, None)
    with exclusive(tmp_path), exclusive(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
