"""Several environments at once: no two may give one name to two things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.validation import blame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.environment import Document
    from generator.errors import Mistake, Path
    from generator.spec.resolved import Environment


def check_pairs(environments: Iterable[tuple[Environment, Document]]) -> Iterator[Mistake]:
    """Yield what two environments both claim, blamed on the later one."""
    first: dict[tuple[str, str], tuple[Document, Path]] = {}
    for environment, document in environments:
        for claimed, path, cause, fix in _claims(environment):
            before, its_path = first.setdefault(claimed, (document, path))
            if before is not document:
                place = before.mark(its_path)
                yield blame(document, path, cause.format(place=place), fix)
                break


def _claims(environment: Environment) -> Iterator[tuple[tuple[str, str], Path, str, str]]:
    """Yield what an environment claims, where it stands, and the words for who claims it too."""
    path: Path = ("environment",)
    yield (
        ("environment", environment.name),
        path,
        f"`{environment.name}` is the environment of {{place}} too, and both would be written to "
        f"output/{environment.name}",
        "give one of them another name",
    )
    prefix = f"{environment.project}-{environment.name}"
    yield (
        ("prefix", f"{environment.account_id}/{environment.region}/{prefix}"),
        path,
        f"names in account {environment.account_id} and Region {environment.region} would begin "
        f"with `{prefix}-`, as do those of {{place}}",
        "give one of them another project or environment name",
    )
    for table in environment.tables:
        yield (
            ("table", table.arn),
            ("tables", table.key),
            f"{table.arn} is the table of {{place}} too, and a table is protected by one "
            "environment",
            "remove one of the two entries",
        )
