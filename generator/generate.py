"""`holdfast generate`: load, render, compare, and only then write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from generator import output, pipeline, workspace
from generator.departures import departures
from generator.errors import Mistake, Mistakes
from generator.guide import guide
from generator.limits import over_limits
from generator.recovery import files as recovery


def generate_all(
    names: Sequence[str],
    engines: Sequence[str],
    folder: Path,
    *,
    check: bool,
) -> bool:
    """Write the environments' output, or with `check` only show the diff; return what was stale.

    Raises `Mistakes` before anything is written.
    """
    changes = [
        output.compare(
            folder / tree.environment.name,
            tree.files,
            pipeline.folders(engines),
            tree.zips,
            left_alone=lambda name: recovery.engine_of(name) not in {None, *engines},
        )
        for tree in rendered(workspace.load(names), engines)
    ]
    for change in changes:
        for line in departures(change):
            click.echo(line, err=True)
        if check:
            for line in change.diff():
                click.echo(line)
        else:
            output.write(change)
        click.echo(summary(change, check=check))
    return any(changes)


def rendered(
    loaded: Iterable[workspace.Loaded], engines: Sequence[str] = pipeline.ENGINES
) -> tuple[pipeline.Tree, ...]:
    """Return the rendered environments with their guides; raises `Mistakes`."""
    trees = []
    mistakes: list[Mistake] = []
    for each in loaded:
        tree = pipeline.render(each.environment, engines)
        mistakes += over_limits(tree)
        files = {**tree.files, **recovery.files(tree), "README.md": guide(tree)}
        trees.append(pipeline.with_files(tree, files))
    if mistakes:
        raise Mistakes(mistakes)
    return tuple(trees)


def summary(change: output.Changes, *, check: bool) -> str:
    """Return in one line what happened to one environment's folder."""
    counts = (
        (len(change.added) + (0 if check else len(change.unbuilt)), "new"),
        (len(change.changed), "changed"),
        (len(change.removed), "removed"),
    )
    what = ", ".join(f"{count} {word}" for count, word in counts if count)
    folder, total = change.folder.as_posix(), len(change.files) + len(change.zips)
    if not what:
        return f"{folder}: {total} files, up to date"
    return f"{folder}: {total} files, {what}{' (stale)' if check else ''}"
