"""Plans a restore from a chain of exports: the new table, the import, and what is written after it.

A full export is imported, which makes the table. An import takes no local index and nothing of an
incremental export, and no more than so many files: then the table is created, and the machine that
refills writes all of it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blueprints.functions.common import catalogue
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.export_chains import records_until
from blueprints.functions.common.exports_store import Listed
from blueprints.functions.common.restores import chain_token
from blueprints.functions.common.settings import UNITS, bounds, complete
from blueprints.functions.plan_restore import windows as windows_of
from blueprints.functions.plan_restore.chains import Chain
from blueprints.functions.plan_restore.choice import Candidate
from blueprints.functions.plan_restore.facts import Encryption, Source
from blueprints.functions.plan_restore.parameters import iso, sse

Document = Mapping[str, Any]
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Validation.html
_MOST_FILES = 50_000
_LOADS = ("import", "refill")
_SUMMARY = "manifest-summary.json"


class NewTable(NamedTuple):
    """What the restored table is called, and how it is made."""

    name: str
    arn: str
    settings: Document
    encryption: Encryption


class Planned(NamedTuple):
    """The parameters, the source with its changes, and what is to be said of the way back."""

    parameters: dict[str, Any]
    source: Source
    remark: str


def planned(s3: Any, event: Document, chosen: Candidate, target: NewTable) -> Planned:
    """Return what a restore to the chosen moment does. Raises RefusedError."""
    request, place = event["request"], event["place"]
    chain: Chain = chosen.known
    full, windows = records_until(_listed(chain), chain.segment.first.key, chosen.time)
    why_not = _why_no_import(request.get("load") or "import", chain.document, target.settings)
    changes = windows_of.changes(s3, place, chain, windows, imported=not why_not)
    refill, settings = None, complete(target.settings)
    if why_not or windows:
        refill = _refill(request, full.key, chosen, target, imported=not why_not)
        settings = _unbounded(settings)
    parameters = {
        "create": {"TableName": target.name, **_creation(settings, target.encryption)},
        "import": None if why_not else _import(chain),
        "files": None if why_not else _files(chain),
        "refill": refill,
        "refill_machine_arn": place["refill_machine_arn"],
        "token": chain_token(chosen.id, iso(chosen.time), target.name),
        "catalogue_bucket": place["catalogue_bucket"],
        "full_record": full.key,
    }
    document = chain.document
    return Planned(
        parameters,
        Source(None, document["items"], document.get("billed_bytes"), changes),
        _remark(why_not, len(windows), changes)
        + _remark_of_mode(target.settings, is_refilled=refill is not None),
    )


def _listed(chain: Chain) -> Sequence[Listed]:
    return [chain.segment.first, *chain.segment.incrementals]


def _why_no_import(load: str, document: Document, settings: Document) -> str:
    """Return why the full export is not imported, nothing where it is."""
    if load not in _LOADS:
        raise RefusedError(f"`load` is {' or '.join(_LOADS)}, and this is none: {load}")
    if load == "refill":
        return "the request asks for it"
    if settings.get("local_indexes"):
        return "an import makes no local index"
    if document["files"] > _MOST_FILES:
        return f"an import takes no more than {_MOST_FILES:,} files"
    return "" if document["items"] else "the full export has no item"


def _remark(why_not: str, windows: int, changes: int) -> str:
    after = f"{windows} incremental export{'' if windows == 1 else 's'} of {changes:,} items"
    if why_not:
        also = f" and {after}" if windows else ""
        return f" The table is created, and the full export{also} written into it: {why_not}."
    return f" The full export is imported{f', and {after} written after it' if windows else ''}."


def _remark_of_mode(settings: Document, *, is_refilled: bool) -> str:
    if not is_refilled:
        return ""
    full = complete(settings)
    owners = (full, *full["global_indexes"].values())
    if full["billing_mode"] == "PROVISIONED":
        what = "the units of every day would slow that down; billing mode and units"
    elif any(each.get("on_demand_throughput") for each in owners):
        what = "its maxima would slow that down; they"
    else:
        return ""
    how = "Until all is written the table is on demand without a maximum"
    return f" {how}, for {what} are set afterwards."


def _files(chain: Chain) -> dict[str, Any]:
    """Return where the data files of the full export may be; keys of a replica are the same."""
    folder = chain.document["manifest_key"].removesuffix(_SUMMARY)
    return {
        "buckets": [dict(each) for each in chain.buckets],
        "prefix": f"{folder}data/",
        "count": chain.document["files"],
    }


def _import(chain: Chain) -> dict[str, Any]:
    """Return the members of ImportTable, with the nearest bucket."""
    nearest = chain.buckets[0]
    return {
        "S3BucketSource": {
            "S3Bucket": nearest["name"],
            "S3BucketOwner": nearest["account_id"],
            "S3KeyPrefix": _files(chain)["prefix"],
        },
        "InputFormat": chain.document["format"],
        "InputCompressionType": "GZIP",
    }


def _refill(
    request: Document, full_key: str, chosen: Candidate, target: NewTable, *, imported: bool
) -> dict[str, Any]:
    """Return the input of the machine that refills."""
    table = {"name": target.name, "arn": target.arn}
    if request["table"].get("key"):
        table["key"] = request["table"]["key"]
    return {
        "table": table,
        "source": {
            "kind": "chain",
            "table_arn": request["table"]["arn"],
            "full": full_key,
            "until": catalogue.iso(chosen.time),
            "skip_full": imported,
        },
        "write_units": None,
        "most_children": None,
        "resume": None,
        "quiet": True,
        "poll_seconds": request.get("poll_seconds") or 30,
    }


def _unbounded(settings: Document) -> dict[str, Any]:
    """Return settings of a table that is refilled: on demand, whatever it is every day.

    apply_settings sets mode, units and maxima of the table and its indexes afterwards.
    """
    nothing = {"throughput": None, "on_demand_throughput": None}
    indexes = {name: {**each, **nothing} for name, each in settings["global_indexes"].items()}
    mode = {"billing_mode": "PAY_PER_REQUEST", "global_indexes": indexes}
    return {**settings, **nothing, **mode}


def _creation(full: Document, encryption: Encryption) -> dict[str, Any]:
    """Return the members of CreateTable but the name; ImportTable takes all without local indexes.

    Settings that only CreateTable takes are left to apply_settings, as after every other restore.
    """
    indexes = {"GlobalSecondaryIndexes": full["global_indexes"]}
    indexes["LocalSecondaryIndexes"] = full["local_indexes"]
    schemas = [each["KeySchema"] for some in indexes.values() for each in some.values()]
    used = {part["AttributeName"] for schema in (full["key_schema"], *schemas) for part in schema}
    return {
        # No other attribute may be defined.
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in sorted(full["attributes"].items())
            if name in used
        ],
        "KeySchema": list(full["key_schema"]),
        "BillingMode": full["billing_mode"],
        **_throughput(full, None, full),
        "SSESpecification": sse(encryption),
        **{
            member: [
                {
                    "IndexName": name,
                    "KeySchema": list(each["KeySchema"]),
                    "Projection": dict(each["Projection"]),
                    **(_throughput(full, name, each) if member.startswith("Global") else {}),
                }
                for name, each in some.items()
            ]
            for member, some in indexes.items()
            if some
        },
    }


def _throughput(settings: Document, index: str | None, owner: Document) -> dict[str, Any]:
    """Return the units of the table, or of an index, which are never left to AWS."""
    if settings["billing_mode"] != "PROVISIONED":
        most = owner.get("on_demand_throughput")
        return {"OnDemandThroughput": dict(most)} if most else {}
    given = owner.get("throughput") or settings["throughput"] or {}
    return {
        "ProvisionedThroughput": {
            unit: given.get(unit) or (bounds(settings, index, unit) or (1,))[0] for unit in UNITS
        }
    }
