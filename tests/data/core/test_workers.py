"""Worker processes: every result once, errors carried over, no process left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import cv2
import pytest

from hairnet_data.core.errors import PictureError
from hairnet_data.core.workers.pool import WorkerDied, WorkerPool, _no_interrupt


def square(number: int) -> int:
    return number * number


def faulty(number: int) -> int:
    if number == 3:
        raise PictureError("cat.png", "is a cat", "take another")
    return number


def no_room(number: int) -> int:
    raise OSError(28, "No space left on device")


def dies(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies_once(number: int, folder: str) -> int:
    mark = Path(folder) / str(number)
    if number % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def unsendable(number: int) -> Any:
    return lambda: number


def who(number: int) -> tuple[int, int]:
    return os.getpid(), cv2.getNumThreads()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_result_once(workers: int) -> None:
    with WorkerPool(workers) as executor:
        assert sorted(executor.run(square, ((n,) for n in range(40)))) == [n * n for n in range(40)]
        assert list(executor.run(square, ())) == []
        processes = {pid for pid, _ in executor.run(who, ((n,) for n in range(20)))}
        assert {threads for _, threads in executor.run(who, [(0,)])} == {1}
    assert (os.getpid() in processes) == (workers == 1)


def test_tasks_are_taken_a_few_at_a_time() -> None:
    taken = []

    def endless() -> Iterator[tuple[int]]:
        for number in range(10**9):
            taken.append(number)
            yield (number,)

    with WorkerPool(2) as executor:
        results = executor.run(square, endless())
        for _ in range(10):
            next(results)
        assert len(taken) < 30


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_come_over_complete(workers: int) -> None:
    with (
        WorkerPool(workers) as executor,
        pytest.raises(PictureError, match=r"^cat\.png: is a cat; take another$") as caught,
    ):
        list(executor.run(faulty, ((n,) for n in range(9))))
    assert (caught.value.where, caught.value.exit_code) == ("cat.png", 1)
    with WorkerPool(workers) as executor, pytest.raises(OSError, match="No space") as full:
        list(executor.run(no_room, [(1,)]))
    assert full.value.errno == 28


def test_a_task_whose_worker_dies_is_tried_once_more(tmp_path: Path) -> None:
    with WorkerPool(2) as executor:
        assert sorted(executor.run(dies_once, ((n, str(tmp_path)) for n in range(9)))) == list(range(9))
        assert sorted(executor.run(square, ((n,) for n in range(5)))) == [0, 1, 4, 9, 16], "the pool is complete again"
    assert len(list(tmp_path.iterdir())) == 3, "it happened"


def test_a_task_that_always_kills_is_known() -> None:
    with (
        WorkerPool(2) as executor,
        pytest.raises(WorkerDied, match=r"two worker processes died .*\(signal 9, killed") as caught,
    ):
        list(executor.run(dies, ((n,) for n in range(9))))
    assert caught.value.task == (2,)


def test_a_worker_that_cannot_start_says_so(tmp_path: Path) -> None:
    """A script without a main guard: every worker would start the script's worker pool again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from hairnet_data.core.workers.pool import WorkerPool\n"
        "with WorkerPool(2) as pool: print(list(pool.run(abs, [(1,)])))\n"
    )
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert (
        "BuildError: worker: a worker process could not start (exit status 1); a script that builds needs" in ran.stderr
    )


def test_a_worker_that_died_with_nothing_to_do_is_replaced() -> None:
    with WorkerPool(2) as executor:
        for pid, _ in list(executor.run(who, ((n,) for n in range(20)))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        assert sorted(executor.run(square, ((n,) for n in range(9)))) == [n * n for n in range(9)]


def test_dismissed_workers_end_while_the_caller_goes_on_and_others_take_their_place() -> None:
    with WorkerPool(2) as executor:
        first = {pid for pid, _ in executor.run(who, ((n,) for n in range(20)))}
        processes = [worker.process for worker in executor._workers]
        executor.dismiss()
        for process in processes:
            process.join(timeout=20)
        assert [process.exitcode for process in processes] == [0] * len(processes)
        assert not first & {pid for pid, _ in executor.run(who, ((n,) for n in range(20)))}


def test_what_cannot_be_sent_is_an_error_not_a_wait() -> None:
    with WorkerPool(2) as executor, pytest.raises(RuntimeError, match="cannot be sent"):
        list(executor.run(unsendable, [(1,)]))


def test_results_that_nobody_waits_for_are_never_mistaken() -> None:
    with WorkerPool(2) as executor:
        first = executor.run(square, ((n,) for n in range(100, 200)))
        next(first)
        assert sorted(executor.run(square, ((n,) for n in range(5)))) == [0, 1, 4, 9, 16]
        first.close()
        assert list(executor.run(square, [(3,)])) == [9]


def test_opencv_threads_of_the_caller_come_back() -> None:
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        with WorkerPool(1):
            assert cv2.getNumThreads() == 1
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)


def test_ctrl_c_waits_for_a_worker_to_start_and_is_not_lost() -> None:
    reached = []

    def interrupted() -> None:
        with _no_interrupt():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert reached == ["the end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


SCRIPT = """
import sys, time
from hairnet_data.core.workers.pool import WorkerPool
if __name__ == "__main__":
    with WorkerPool(2) as pool:
        for _ in pool.run(time.sleep, ((s,) for s in (0, 0, 60, 60))):
            print("begun", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_when_their_parent_is_gone(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.kill()
    process.wait()

    def left() -> list[str]:
        return [pid for pid in children if is_running(pid)]

    wait_until(lambda: not left(), 6)
    process.stdout.close()


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(what: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_ctrl_c_while_a_worker_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is interrupted while it starts would print a traceback."""
    real, blocked, started = SpawnProcess.start, [], []

    def start(self: Any) -> None:
        blocked.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        real(self)
        started.append(self)

    monkeypatch.setattr(SpawnProcess, "start", start)
    with pytest.raises(KeyboardInterrupt), WorkerPool(2) as executor:
        list(executor.run(square, ((n,) for n in range(9))))
    assert blocked == [True], "the worker inherits that Ctrl-C waits"
    assert len(started) == 1
    assert not started[0].is_alive()
