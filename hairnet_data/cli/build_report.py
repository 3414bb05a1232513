"""What `hairnet-data build` says of a build, before it renders and when it has ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hairnet_data.building.pipeline import BuildResult


def print_findings(result: BuildResult) -> None:
    """Says on standard error what the source holds, and what looks wrong."""
    from hairnet_data.building.label_check import check_lines
    from hairnet_data.building.plan import fault_lines
    from hairnet_data.building.source_summary import summary_lines
    from hairnet_data.core.ledger import restriction

    skipped = (f"left out: {line}" for line in fault_lines(result.skipped))
    restricted = filter(None, [restriction(result.plan.ledger)])
    for line in (*skipped, *summary_lines(result.summary), *restricted, *check_lines(result.label_check)):
        print(line, file=sys.stderr)


def print_result(result: BuildResult, workers: int | None, dry_run: bool) -> None:
    """Says how a build ended, or what a dry run decided."""
    from hairnet_data.core.progress import bytes_text

    for other in result.others:
        print(f"left alone: {other.path}, {bytes_text(other.size)} of an unfinished build with other settings")
    if result.skipped:
        print(f"left out {len(result.skipped)} faulty (--skip-bad)")
    if result.snapped:
        print(f"{result.snapped:,} mask pixels took the nearest class colour")
    if dry_run and result.seconds:
        print_findings(result)
        print(f"would make {estimate_text(result, workers)}")
    else:
        size = f"{result.examples:,} examples, {bytes_text(result.size)}"
        print(f"{'made' if result.made else 'already there:'} {size}")


def estimate_text(estimated: BuildResult, workers: int | None) -> str:
    """How large the examples that are missing will be, and how long rendering them takes.

    Args:
        estimated: the build.
        workers: processes that render; None where Beam decides how many there are.
    """
    from hairnet_data.core.progress import bytes_text, seconds_text

    missing = 1 - estimated.resumed / estimated.examples
    size = f"{estimated.examples - estimated.resumed:,} examples, about {bytes_text(estimated.size * missing)}"
    pool = "of one core" if workers is None else "with 1 worker" if workers == 1 else f"with {workers} workers"
    text = f"{size}, in about {seconds_text(estimated.seconds / (workers or 1))} {pool}"
    if estimated.drawing_seconds:
        drawing = seconds_text(estimated.drawing_seconds / (workers or 1))
        text += f", after about {drawing} of drawing, once for all builds"
    return text
