"""Restores from a chain of exports: thaw, import or create, note it, have the rest written.

What was made is noted in the catalogue's bucket, so that another execution goes on with it. A table
that this made is told from any other, whatever answers were lost: an import by its token, a created
one by a tag, which is taken off again before anybody could see it as a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common import settings_store
from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import Connect, Table, chain_mark, described, token
from blueprints.functions.restore_table.chain_refill import check_time, proof, refilled
from blueprints.functions.restore_table.chain_source import HasTime, located, thawed

Plan = Mapping[str, Any]
State = dict[str, Any]
TAG = "holdfast:restores-chain"
_THERE = ("ResourceInUseException", "TableAlreadyExistsException", "TableInUseException")
# 50 imports, or 500 changes of tables, at once: their end is waited for. A conflict is with another
# call of this, by its token.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ImportTable.html
_LATER = ("ImportConflictException", "LimitExceededException")
_REFUSED = ("IdempotentParameterMismatchException", "ValidationException")
_COMPLETED, _IN_PROGRESS = "COMPLETED", ("CANCELLING", "IN_PROGRESS")
# So long the note of a table may take that another call has made.
_PATIENCE = timedelta(minutes=15)
_REFILL_INSTEAD = 'start again with "load": "refill" in the request, which needs no import'


class _Made(NamedTuple):
    """The table's id, the import that fills it, and whether another execution began it."""

    table_id: str
    import_arn: str | None
    adopted: bool = False


class _Case:
    """One call of the function: what it knows from earlier ones is in `chain`."""

    def __init__(self, connect: Connect, plan: Plan, previous: Plan, now: datetime) -> None:
        self.connect, self.plan, self.now = connect, plan, now
        self.chain: State = dict(previous.get("chain") or {})
        self.adopted = bool(previous.get("adopted"))
        self.dynamodb: Any = connect("dynamodb")
        self.name: str = plan["target"]["name"]
        self.table: Table | None = None

    def state(self, **more: Any) -> State:
        """Return what the next call has to know."""
        table_id = self.chain.get("table_id")
        return {"adopted": self.adopted, "chain": self.chain, "table_id": table_id, **more}


def followed(
    connect: Connect, plan: Plan, previous: Plan, now: datetime, has_time: HasTime
) -> tuple[Table | None, State]:
    """Return the restored table once all data is in it, None before, and how far it is.

    Raises RefusedError where something failed for good, or another table is in its way.
    """
    case = _Case(connect, plan, previous, now)
    for step in (partial(_thaw, has_time), _make, _fill, _settle, _refill):
        if note := step(case):
            return None, case.state(note=note)
    return case.table, case.state()


def _thaw(has_time: HasTime, case: _Case) -> str:
    """Have S3 thaw what is imported; return what is waited for, as all steps do."""
    chain = case.chain
    if "bucket" not in chain:
        chain["bucket"] = located(case.connect, case.plan)
    if chain["bucket"] is not None and not chain.get("thawed"):
        chain["thaw"] = thawed(case, chain["bucket"], chain.get("thaw") or {}, has_time)
        chain["thawed"] = chain["thaw"] is None
        return "" if chain["thawed"] else "waiting until S3 has thawed the full export"
    return ""


def _make(case: _Case) -> str:
    if case.chain.get("table_id") is None:
        made = _made(case)
        if made is None:
            return f"waiting until table {case.name} can be made"
        case.chain |= {"table_id": made.table_id, "import_arn": made.import_arn}
        case.adopted = made.adopted
    return ""


def _fill(case: _Case) -> str:
    arn = case.chain["import_arn"]
    if arn and not case.chain.get("imported"):
        case.chain["imported"] = _is_imported(case, arn)
        return "" if case.chain["imported"] else f"waiting for the import {arn}"
    return ""


def _settle(case: _Case) -> str:
    case.table = described(case.dynamodb, case.name)
    if case.table is None or case.table.get("TableId") != case.chain["table_id"]:
        raise RefusedError(
            f"table {case.name} was deleted while it was restored: see who did so in CloudTrail "
            "(DeleteTable), and start again"
        )
    if case.table["TableStatus"] in {"CREATING", "UPDATING"}:
        return f"waiting until table {case.name} is active"
    if not case.chain["import_arn"] and not case.chain.get("untagged"):
        arn = case.plan["target"]["arn"]
        call(case.dynamodb, "untag_resource", arn, ResourceArn=arn, TagKeys=[TAG])
        case.chain["untagged"] = True
    return ""


def _refill(case: _Case) -> str:
    chain = case.chain
    if chain.get("refilled"):
        return ""
    table_id, begun = str(chain["table_id"]), chain.get("refill_arn")
    found = refilled(case.connect, case.plan, table_id, begun)
    chain |= {"refill_arn": found.execution_arn, "refilled": found.has_ended}
    if found.has_ended:
        chain["proof"] = proof(case.plan, chain.get("imported_items"), found)
        return ""
    check_time(case.plan, case.now, str(found.execution_arn))
    return f"waiting for the refill {found.execution_arn}"


def _made(case: _Case) -> _Made | None:
    """Return the table that was made for this moment of the chain, or that is made now.

    None where that has to wait.
    """
    plan, s3 = case.plan, case.connect("s3")
    table = described(case.dynamodb, case.name)
    bucket, key = _mark(plan)
    noted = settings_store.read(s3, bucket, key)
    if noted is not None and _is_of(case.dynamodb, noted, table):
        log("noted before", table=case.name, note=key)
        _check_way(case, noted)
        adopted = noted["restore_id"] != plan["restore_id"]
        return _Made(noted["table_id"], noted["import_arn"], adopted)
    if table is not None and table["TableStatus"] == "DELETING":
        return None
    made = _begin(case, table)
    if made is None:
        _refuse_another(described(case.dynamodb, case.name), plan, case.now)
        return None
    _note(s3, plan, made)
    return made


def _is_of(dynamodb: Any, noted: Mapping[str, Any], table: Table | None) -> bool:
    """Return whether a note is of this table, or of one that an import is about to show."""
    if table is not None:
        return bool(noted["table_id"] == table.get("TableId"))
    arn = noted["import_arn"]
    return arn is not None and _import_of(dynamodb, arn)["ImportStatus"] in _IN_PROGRESS


def _check_way(case: _Case, noted: Mapping[str, Any]) -> None:
    """Raise RefusedError where the noted table was made the other way than the plan makes it.

    Only a refill of a created table writes the full export too: gone on with the other way, a table
    whose refill or import failed would be taken for whole.
    """
    parameters, arn = case.plan["parameters"], noted["import_arn"]
    if (parameters["import"] is None) == (arn is None):
        return
    way, goes_on = "created, for a refill to write all of it", '"load": "refill"'
    if arn is not None:
        way, told = f"made by the import {arn}", _import_of(case.dynamodb, arn)
        failed = told.get("ErrorCount") or told["ImportStatus"] not in {*_IN_PROGRESS, _COMPLETED}
        # Nothing goes on with what failed, nor adds a local index.
        lost = failed or "LocalSecondaryIndexes" in parameters["create"]
        goes_on = "" if lost else '"load": "import"'
    instead = f"start again with {goes_on}, which goes on with it; or " if goes_on else ""
    raise RefusedError(
        f"table {case.name} was {way}, by an earlier restore of this point, and this restore makes "
        f"it the other way: {instead}delete it first ({_delete(case)}), and start again as now, "
        "which makes it anew"
    )


def _delete(case: _Case) -> str:
    region = case.plan["region"]
    return f"aws dynamodb delete-table --table-name {case.name} --region {region}"


def _begin(case: _Case, table: Table | None) -> _Made | None:
    """Import or create the table; return None where another is in its way, or it must wait."""
    dynamodb, plan = case.dynamodb, case.plan
    if plan["parameters"]["import"] is not None:
        return _import(dynamodb, plan, case.chain["bucket"])
    if table is None:
        table = _create(dynamodb, plan) or described(dynamodb, plan["target"]["name"])
    if table is None or not _is_tagged(dynamodb, plan, table):
        return None
    return _Made(table["TableId"], None)


def _import(dynamodb: Any, plan: Plan, bucket: Mapping[str, str]) -> _Made | None:
    parameters = plan["parameters"]
    there = {"S3Bucket": bucket["name"], "S3BucketOwner": bucket["account_id"]}
    request = {
        **parameters["import"],
        "S3BucketSource": {**parameters["import"]["S3BucketSource"], **there},
        "ClientToken": _token(plan),
        "TableCreationParameters": parameters["create"],
    }
    answer = _asked(dynamodb, "import_table", plan, request)
    if answer is None:
        # One that has ended already is not told again where its table is in the way.
        told = _ended_before(dynamodb, plan)
        return None if told is None else _Made(told["TableId"], told["ImportArn"])
    told = answer["ImportTableDescription"]
    log("import started", arn=told["ImportArn"], table=plan["target"]["name"])
    # Without the id it cannot be noted yet; the next call is told of the same import.
    return _Made(told["TableId"], told["ImportArn"]) if told.get("TableId") else None


def _ended_before(dynamodb: Any, plan: Plan) -> Mapping[str, Any] | None:
    """Return the import that another call of this execution has begun, if any."""
    mine = (each for each in _imports(dynamodb, plan) if each.get("ClientToken") == _token(plan))
    return next(mine, None)


def _faster(case: _Case) -> Mapping[str, Any] | None:
    """Return the import by which another execution, begun at the same time, has made the table."""
    table = described(case.dynamodb, case.name)
    if table is None or table.get("TableId") == case.chain["table_id"]:
        return None
    prefix = case.plan["parameters"]["files"]["prefix"]
    for each in _imports(case.dynamodb, case.plan):
        is_same = each["S3BucketSource"].get("S3KeyPrefix") == prefix
        if is_same and each.get("TableId") == table.get("TableId"):
            return each
    return None


def _imports(dynamodb: Any, plan: Plan) -> Iterator[Mapping[str, Any]]:
    """Yield what is known of imports that made, or were to make, the table; the newest first."""
    arn = plan["target"]["arn"]
    listed = call(dynamodb, "list_imports", arn, TableArn=arn)
    for each in listed.get("ImportSummaryList", ()):
        yield _import_of(dynamodb, each["ImportArn"])


def _import_of(dynamodb: Any, arn: str) -> Mapping[str, Any]:
    answer = call(dynamodb, "describe_import", arn, ImportArn=arn)
    description: Mapping[str, Any] = answer["ImportTableDescription"]
    return description


def _token(plan: Plan) -> str:
    """Return what this execution alone makes a table with.

    By another's, AWS would tell an import again that failed.
    """
    return token(plan["parameters"]["token"], plan["restore_id"])


def _create(dynamodb: Any, plan: Plan) -> Table | None:
    request = {**plan["parameters"]["create"], "Tags": [_tag(plan)]}
    answer = _asked(dynamodb, "create_table", plan, request)
    if answer is None:
        return None
    log("created", table=plan["target"]["name"])
    # Tags may be seen a moment later only; the answer is enough.
    table: Table = {**answer["TableDescription"], "Tags": request["Tags"]}
    return table


def _asked(dynamodb: Any, operation: str, plan: Plan, request: Mapping[str, Any]) -> Any:
    """Return the answer of what makes the table; None where that is not taken now."""
    arn = plan["target"]["arn"]
    try:
        return call(dynamodb, operation, arn, **request)
    except ClientError as error:
        code = code_of(error)
        # Whether there is a table of that name is seen by whoever looks next.
        if code in {*_THERE, *_LATER}:
            log("not made", reason=message_of(error))
            return None
        if code not in _REFUSED:
            raise
        imports = operation == "import_table"
        fix = _REFILL_INSTEAD if imports else "mend the settings in the request, and start again"
        what = "import" if imports else "create"
        raise RefusedError(
            f"DynamoDB refuses to {what} {arn} ({message_of(error)}): {fix}"
        ) from error


def _tag(plan: Plan) -> dict[str, str]:
    return {"Key": TAG, "Value": _token(plan)}


def _is_tagged(dynamodb: Any, plan: Plan, table: Table) -> bool:
    arn = plan["target"]["arn"]
    tags = table.get("Tags")
    if tags is None:
        answer = call(dynamodb, "list_tags_of_resource", arn, ResourceArn=arn)
        tags = answer.get("Tags", ())
    return _tag(plan) in tags


def _refuse_another(table: Table | None, plan: Plan, now: datetime) -> None:
    """Raise RefusedError for a table of the name that nobody is about to note as made by this."""
    if table is None or table["TableStatus"] == "DELETING":
        return
    if now - table["CreationDateTime"] > _PATIENCE:
        raise RefusedError(
            f"a table {plan['target']['name']} exists that was not restored from "
            f"{plan['source']['id']}: start again with another name"
        )


def _mark(plan: Plan) -> tuple[str, str]:
    parameters = plan["parameters"]
    key = chain_mark(plan["target"]["name"], parameters["token"])
    return parameters["catalogue_bucket"], key


def _note(s3: Any, plan: Plan, made: _Made) -> None:
    """Note which table was made; the note of one that was deleted is overwritten."""
    bucket, key = _mark(plan)
    document = {
        "table_id": made.table_id,
        "import_arn": made.import_arn,
        "restore_id": plan["restore_id"],
        "source": plan["source"],
    }
    body, where = json.dumps(document, indent=1).encode(), f"s3://{bucket}/{key}"
    content = "application/json"
    call(s3, "put_object", where, Bucket=bucket, Key=key, Body=body, ContentType=content)


def _is_imported(case: _Case, arn: str) -> bool:
    """Return whether the import has ended; raises RefusedError where it is not whole."""
    told = _import_of(case.dynamodb, arn)
    status, errors = told["ImportStatus"], told.get("ErrorCount") or 0
    if status in _IN_PROGRESS:
        return False
    if status == _COMPLETED and not errors:
        case.chain["imported_items"] = told.get("ImportedItemCount")
        log("imported", items=case.chain["imported_items"], table=case.name)
        return True
    if (faster := _faster(case)) is not None:
        log("another execution imports the same", arn=faster["ImportArn"], table=case.name)
        case.chain |= {"table_id": faster["TableId"], "import_arn": faster["ImportArn"]}
        case.adopted = True
        return False
    said = ": ".join(filter(None, (told.get("FailureCode"), told.get("FailureMessage"))))
    left_out = f"; it left out {errors:,} items" if errors else ""
    if group := told.get("CloudWatchLogGroupArn"):
        left_out += f", and the log group {group} says why"
    table = described(case.dynamodb, case.name)
    delete = ""
    if table is not None and table.get("TableId") == case.chain["table_id"]:
        delete = (
            f"Table {case.name} is left with a part of the items: delete it first "
            f"({_delete(case)}). Then "
        )
    raise RefusedError(
        f"the import {arn} ended as {status} ({said or 'AWS does not say why'}){left_out}. "
        f"{delete}{_REFILL_INSTEAD}; that names the first line that is not right"
    )
