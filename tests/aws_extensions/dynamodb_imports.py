"""DynamoDB: ImportTable, DescribeImport and ListImports.

As on AWS, the table of an import is not there at first, then CREATING, and ACTIVE when the import
ends; here each of DescribeTable and DescribeImport that looks is one step. An import that leaves
out an item ends as FAILED, with all other items in its table. moto's own knows one line format, and
no object that another account owns. Of CSV and ZSTD nothing is known here.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html
"""

from __future__ import annotations

import json
import re
import secrets
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from . import clock, dynamodb_import_files, dynamodb_moments
from .dynamodb_export_lines import DYNAMODB_JSON, ION
from .dynamodb_import_files import FailedError, Reader
from .dynamodb_items import refused
from .operations import SERVED, add_operations, state, unknown_members
from .sts import role_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moto.core.responses import ActionResult
    from moto.dynamodb.models.table import Table

    Request = dict[str, Any]

IN_PROGRESS, COMPLETED, FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
MOST_RUNNING = 50
LISTED, MOST_LISTED = 10, 25
TOKEN_SECONDS = 8 * 60 * 60  # for which a client token is remembered, once its import has ended
TOKEN_LENGTH = 112  # and no shorter, says the API
COMPRESSIONS = ("GZIP", "NONE")
ARN = re.compile(r"arn:[^:]+:dynamodb:[^:]+:\d{12}:table/[^/]+/import/.+")
SHORTLY = ("ImportArn", "ImportStatus", "TableArn", "S3BucketSource", "CloudWatchLogGroupArn")
SHORT = (*SHORTLY, "InputFormat", "StartTime", "EndTime")
NOT_ALL = (
    "Some of the items failed validation checks and were not imported. "
    "Please check CloudWatch error logs for more details."
)
HIDDEN, CREATING, ENDED = range(3)


@dataclass(kw_only=True)
class Import:
    """An import: what asked for it, how it is described, and how it ends."""

    request: Request
    described: dict[str, Any]
    end: dict[str, Any]
    table: Table | None  # None where the bucket cannot be read: then none is made
    step: int = HIDDEN

    @property
    def name(self) -> str:
        return str(self.request["TableCreationParameters"]["TableName"])

    def show(self) -> dict[str, Any]:
        return self.described | (self.end if self.step == ENDED else {})

    def look(self, backend: DynamoDBBackend) -> None:
        """Go one step on."""
        if self.step == HIDDEN and self.table is not None and self.name not in backend.tables:
            backend.tables[self.name] = self.table
            dynamodb_moments.begin(self.table, dynamodb_moments.CREATING)
            self.step = CREATING
            return
        if self.step == HIDDEN and self.table is not None:  # another import, or call, was faster
            message = f"Table already exists: {self.name}"
            self._ends(FAILED, FailureCode="TableAlreadyExists", FailureMessage=message)
        elif self.step == CREATING and self.table is not None:
            dynamodb_moments.end(self.table)
        self.step = ENDED

    def _ends(self, status: str, **more: str) -> None:
        self.end = {"ImportStatus": status, "EndTime": self.end["EndTime"], **NOTHING, **more}


NOTHING = dict.fromkeys(("ErrorCount", "ProcessedItemCount", "ImportedItemCount"), 0)


def import_table(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    _check(request)
    token = request.setdefault("ClientToken", str(uuid4()))
    imports: dict[str, Import] = state(backend, "imports")
    name = request["TableCreationParameters"]["TableName"]
    before = _of_token(imports.values(), token)
    if before is None or before.step == ENDED:
        _refuse_existing(backend, name)
    if before is not None:
        if before.request != request:
            message = "Import conflict: Duplicate request detected with conflicting parameters"
            raise JsonRESTError("ImportConflictException", message)
        return {"ImportTableDescription": before.show()}
    if sum(each.step != ENDED for each in imports.values()) >= MOST_RUNNING:
        message = f"There is a limit of {MOST_RUNNING} concurrent imports"
        raise JsonRESTError("LimitExceededException", message)
    table = _made(backend, request["TableCreationParameters"])
    begun = clock.now()
    arn = f"{table.table_arn}/import/{int(begun * 1000):014d}-{secrets.token_hex(4)}"
    described = _described(backend, table, request) | {"ImportArn": arn, "StartTime": begun}
    imports[arn] = _run(backend, table, dict(request), described)
    return {"ImportTableDescription": described}


def _check(request: Request) -> None:
    if request["InputFormat"] not in {DYNAMODB_JSON, ION}:
        raise refused(f"InputFormat {request['InputFormat']} is not known here")
    if "InputFormatOptions" in request:
        text = "Unsupported InputFormatOptions for the given input format"
        raise refused(f"Invalid Request: {text}: {request['InputFormat']}.")
    if request.get("InputCompressionType", "NONE") not in COMPRESSIONS:
        raise refused(f"InputCompressionType {request['InputCompressionType']} is not known here")
    # AWS ignores what it does not know; a table without what was asked for is worse than an error.
    shape = get_service_model("dynamodb").operation_model("ImportTable").input_shape
    sent = json.loads(SERVED.get().normalized_request.data)
    if unknown := unknown_members(shape, sent):
        raise refused(f"ImportTable has no parameter {', '.join(unknown)}")


def _of_token(imports: Any, token: str) -> Import | None:
    for each in imports:
        remembered = each.step != ENDED or each.end["EndTime"] + TOKEN_SECONDS > clock.now()
        if each.described["ClientToken"] == token and remembered:
            found: Import = each
            return found
    return None


def _refuse_existing(backend: DynamoDBBackend, name: str) -> None:
    """Names of tables that other imports are about to make are not taken yet."""
    if name in backend.tables:
        raise JsonRESTError("ResourceInUseException", f"Table already exists: {name}")


def _made(backend: DynamoDBBackend, parameters: Request) -> Table:
    """Return the table, made and checked as by CreateTable, that is not to be seen yet."""
    hidden = backend.tables.pop(parameters["TableName"], None)  # of another import
    try:
        SERVED.get().body = deepcopy(parameters)  # moto adds members to what it is given
        SERVED.get().create_table()
        return backend.tables.pop(parameters["TableName"])
    finally:
        if hidden is not None:
            backend.tables[parameters["TableName"]] = hidden


def _described(backend: DynamoDBBackend, table: Table, request: Request) -> dict[str, Any]:
    region, account_id = backend.region_name, backend.account_id
    group = f"arn:aws:logs:{region}:{account_id}:log-group:/aws-dynamodb/imports:*"
    return {
        "ImportStatus": IN_PROGRESS,
        "TableArn": table.table_arn,
        "TableId": table.describe()["TableDescription"]["TableId"],
        "ClientToken": request["ClientToken"],
        "S3BucketSource": {"S3BucketOwner": account_id} | request["S3BucketSource"],
        "CloudWatchLogGroupArn": group,
        "InputFormat": request["InputFormat"],
        "InputCompressionType": request.get("InputCompressionType", "NONE"),
        "TableCreationParameters": request["TableCreationParameters"],
        **NOTHING,  # AWS counts nothing before the end
    }


def _run(
    backend: DynamoDBBackend, table: Table, request: Request, described: dict[str, Any]
) -> Import:
    """Fill the table; return the import with how it ends."""
    reader = Reader(
        described=described,
        session=role_session(backend.account_id, SERVED.get().access_key),
        account_id=backend.account_id,
        region=backend.region_name,
    )
    made: Table | None = table
    try:
        counts = dynamodb_import_files.fill(reader, table)
    except FailedError as error:
        counts = {"FailureCode": error.code, "FailureMessage": error.message}
        made = None
    else:
        if counts["ErrorCount"]:
            counts |= {"FailureCode": "ItemValidationError", "FailureMessage": NOT_ALL}
    status = FAILED if "FailureCode" in counts else COMPLETED
    end = {"ImportStatus": status, "EndTime": clock.now(), **counts}
    return Import(request=request, described=described, end=end, table=made)


def describe_import(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    arn = request["ImportArn"]
    if not ARN.fullmatch(arn):
        raise refused("Invalid Import ARN")
    found: Import | None = state(backend, "imports").get(arn)
    if found is None:
        raise JsonRESTError("ImportNotFoundException", f"Import not found: {arn}")
    shown = found.show()
    found.look(backend)
    return {"ImportTableDescription": shown}


def list_imports(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    """List the newest first, whatever became of their tables."""
    wanted = request.get("TableArn")
    listed = [
        {name: shown[name] for name in SHORT if name in shown}
        for shown in _shown(state(backend, "imports"))
        if wanted in {None, shown["TableArn"]}
    ]
    start = int(request.get("NextToken", 0))
    end = start + min(request.get("PageSize", LISTED), MOST_LISTED)
    more = {"NextToken": f"{end:0{TOKEN_LENGTH}d}"} if end < len(listed) else {}
    return {"ImportSummaryList": listed[start:end], **more}


def _shown(imports: Mapping[str, Import]) -> Iterator[dict[str, Any]]:
    for each in reversed(list(imports.values())):
        yield each.show()


def _looking(describe_table: Any) -> Any:
    """Return DescribeTable so that imports of the table go a step on."""

    def look_too(self: DynamoHandler) -> ActionResult:
        named = self.body["TableName"]
        running = [
            each
            for each in state(self.dynamodb_backend, "imports").values()
            if each.step != ENDED and named in {each.name, each.described["TableArn"]}
        ]
        try:
            answer: ActionResult = describe_table(self)
            return answer
        finally:
            for each in running:
                each.look(self.dynamodb_backend)

    return look_too


def install() -> None:
    """Add the operations above to moto, and let DescribeTable look, once."""
    add_operations(DynamoHandler, dynamodb_backends, import_table, describe_import, list_imports)
    if DynamoHandler.describe_table.__name__ != "look_too":
        DynamoHandler.describe_table = _looking(DynamoHandler.describe_table)
