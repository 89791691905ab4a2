"""The plan of a refill, made once and kept in its folder; each later call reads it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from blueprints.functions.common.catalogue import iso, moment_of, read
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.refill_rounds import Round, checked, rounds_of
from blueprints.functions.common.refills import exists, write
from blueprints.functions.plan_refill import lists
from blueprints.functions.plan_refill.case import Case
from blueprints.functions.plan_refill.source import Source
from blueprints.functions.plan_refill.target import Target

if TYPE_CHECKING:
    from blueprints.functions.common.thawing import Thawing

_VERSION = 1
# The folder's files expire after 60 days: so none does while a refill that is resumed by then runs,
# which takes 14 days at most. A test compares them.
RESUMED_WITHIN = timedelta(days=30)


class Work(NamedTuple):
    """What is loaded: parts in order, and the rounds that they are loaded in."""

    parts: Sequence[Mapping[str, Any]]
    rounds: Sequence[Round]
    told: str
    table_arn: str | None

    @property
    def written_in(self) -> str | None:
        """The formats of the parts, None where nothing is to be loaded."""
        return ", ".join(sorted({each["format"] for each in self.parts})) or None


def work_of(case: Case, target: Target, *, is_begin: bool) -> Work | Thawing:
    """Return the plan of the folder; where the files that it is made from still thaw, how many.

    Raises RefusedError where the folder is another refill's, has none to resume, or is too old for
    an execution that begins.
    """
    bucket, key = case.folder.bucket, case.folder.plan_key
    if exists(case.s3, bucket, key):
        document = read(case.s3, bucket, key)
        if is_begin:
            _check_age(case, document)
        return _kept(case, target, document)
    if case.request.get("resume"):
        raise RefusedError(
            f"there is no refill to resume in s3://{bucket}/{case.folder.prefix}: it got no "
            "further than its plan, is older than 30 days, or has another name. Start without "
            "resume; to write an item again that is there does no harm"
        )
    source = _source(case)
    if not isinstance(source, Source):
        return source
    rounds = checked(rounds_of(source.parts), source.parts, source.newest_full)
    if source.files is not None:
        lists.write_files(case, source.files)
    document = {
        "version": _VERSION,
        "planned_at": iso(case.now),
        **_identity(case, target),
        "told": source.told,
        "table_arn": source.table_arn,
        "parts": source.parts,
        "rounds": rounds,
    }
    write(case.s3, bucket, key, document)
    log("planned", source=source.told, parts=len(source.parts), rounds=len(rounds))
    return Work(source.parts, rounds, source.told, source.table_arn)


def _check_age(case: Case, document: Mapping[str, Any]) -> None:
    planned_at = moment_of(document["planned_at"])
    if case.now - planned_at > RESUMED_WITHIN:
        raise RefusedError(
            f"the refill in s3://{case.folder.bucket}/{case.folder.prefix} was planned at "
            f"{iso(planned_at)}, more than {RESUMED_WITHIN.days} days ago: its notes could expire "
            "before it ends. Start without resume; to write an item again that is there does no "
            "harm"
        )


def renew(case: Case) -> None:
    """Let the list of a dump that is resumed have its files as they are now.

    What could not be loaded was mended, and is loaded from its first line on; that of an export has
    to be what its manifest says.
    """
    from blueprints.functions.plan_refill import dump

    with lists.opened(case, (), (), 0) as file:
        files = list(lists.files_in(file))
    lists.write_files(case, dump.as_now(case, files))


def _identity(case: Case, target: Target) -> dict[str, Any]:
    """Return what a refill that is resumed has to have in common with the one before."""
    table, source = case.request["table"], case.request["source"]
    return {
        "table": {"name": table["name"], "arn": table["arn"], "id": target.id},
        "source": {name: value for name, value in source.items() if value is not None},
    }


def _kept(case: Case, target: Target, document: Mapping[str, Any]) -> Work:
    where = f"s3://{case.folder.bucket}/{case.folder.plan_key}"
    for name, value in _identity(case, target).items():
        if document[name] == value:
            continue
        if name == "table" and {**document[name], "id": target.id} == value:
            raise RefusedError(
                f"table {value['name']} was deleted and created anew since {where} was written: "
                "what was loaded into the former one is not in this one. Start without resume"
            )
        raise RefusedError(
            f"{where} is the plan of another {name}: {document[name]}, not {value}. Resume it with "
            f"that one, or start without resume"
        )
    return Work(
        document["parts"],
        [Round(*each) for each in document["rounds"]],
        document["told"],
        document["table_arn"],
    )


def _source(case: Case) -> Source | Thawing:
    # What the others do without is imported where it is used: a cold start is shorter.
    kind = case.request["source"]["kind"]
    if kind == "chain":
        from blueprints.functions.plan_refill import chain

        return chain.read(case)
    if kind == "export":
        from blueprints.functions.plan_refill import export

        return export.read(case)
    from blueprints.functions.common.thawing import thaw
    from blueprints.functions.plan_refill import dump

    files = dump.listed(case)
    # The format is told by what is in them.
    thawing = thaw(case.s3_in, files, case.now, case.has_time)
    if thawing.waiting or not thawing.is_whole:
        return thawing
    return dump.read(case, files)
