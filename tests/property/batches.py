"""Many random environments at once, so that a tool which is slow to start starts once."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings

from generator import workspace
from generator.generate import rendered
from tests.property.environments import WORKLOAD, Folder, folders, text_of, write
from tests.property.texts import ODD

if TYPE_CHECKING:
    from pathlib import Path

    from generator.pipeline import Tree
    from generator.workspace import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One folder of environment files, read and rendered."""

    number: int
    folder: Folder
    directory: Path
    loaded: tuple[Loaded, ...]
    trees: tuple[Tree, ...]

    @property
    def text(self) -> str:
        """What to write to see a failure again."""
        files = (f"# {name}\n{text_of(written)}" for name, written in self.folder.items())
        return "\n".join(files)


def drawn(count: int) -> list[Folder]:
    """Return `count` random folders, the same ones in every run.

    Hypothesis likes small examples; of three drawn, the largest is kept.
    """
    found: list[Folder] = []

    @settings(
        max_examples=3 * count,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(folders())
    def collect(folder: Folder) -> None:
        found.append(folder)

    collect()
    return sorted(found, key=lambda folder: len(str(folder)), reverse=True)[:count]


def everything_odd() -> Folder:
    """Return one table that carries every odd text, as attributes and in a document."""
    half = len(ODD) // 2
    table = {
        "partition_key": {"name": "id", "type": "S"},
        "global_indexes": {
            name: {
                "partition_key": {"name": "id"},
                "projection": {"type": "INCLUDE", "non_key_attributes": list(texts)},
            }
            for name, texts in {"first": ODD[:half], "second": ODD[half:]}.items()
        },
        "resource_policy": {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "dynamodb:GetItem",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": list(ODD)}},
            },
        },
    }
    workload = {
        "project": "shop",
        "environment": "odd",
        "account_id": "111111111111",
        "region": "eu-central-1",
        "principals": {"break_glass": [{"role": "BreakGlass"}]},
        "tables": {"odd": table},
    }
    return {WORKLOAD: workload}


def cases(count: int, directory: Path) -> list[Case]:
    """Write, read and render `count` folders below `directory`, all but one of them random."""
    found = []
    for number, folder in enumerate([everything_odd(), *drawn(count - 1)]):
        here = directory / f"f{number}"
        write(folder, here)
        loaded = workspace.load((), here)
        case = Case(
            number=number,
            folder=folder,
            directory=here,
            loaded=loaded,
            trees=rendered(loaded),
        )
        found.append(case)
    return found


def renamed(found: list[Case]) -> list[Any]:
    """Return all trees as lint's tools take them, each under a name of its own.

    The name leads back to the case: `f12-0` is the first environment of case 12.
    """
    return [
        SimpleNamespace(
            environment=SimpleNamespace(
                name=f"f{case.number}-{number}", region=tree.environment.region
            ),
            files=tree.files,
        )
        for case in found
        for number, tree in enumerate(case.trees)
    ]


def told(findings: list[Any], found: list[Case]) -> str:
    """Return findings followed by the environment files of the first."""
    if not findings:
        return ""
    number = int(findings[0].place.removeprefix("output/f").partition("-")[0])
    text = next(case.text for case in found if case.number == number)
    return "\n".join([*map(str, findings[:10]), "", text])
