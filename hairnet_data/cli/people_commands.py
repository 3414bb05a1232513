"""The command that says where a person is shown."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.cli import options


def who(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The name, as the source has it.")],
    datasets: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", parser=options.parse_dataset, help="Prepared datasets: folders or names."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists every record that shows a person, alone or in a group; exit status 1 if there is none."""
    from hairnet_data.inspection.people import find_person

    found = find_person(person, datasets)
    if as_json:
        listed = [
            {"dataset": str(dataset), "records": [asdict(record) for record in records]}
            for dataset, records in found.items()
        ]
        print(json.dumps({"person": person, "datasets": listed}, indent=2, ensure_ascii=False))
        return
    for dataset, records in found.items():
        for record in records:
            print(f"{dataset} {record.split} {record.index} {record.kind} {record.role}")
    for dataset, records in found.items():
        companions = sum(record.role == "companion" for record in records)
        print(f"{dataset}: {len(records):,} records, in {companions:,} of them as a companion", file=sys.stderr)
