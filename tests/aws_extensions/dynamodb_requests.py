"""DynamoDB: requests that are refused before any table is looked at.

What is no JSON, or not of the shapes of the operation; more than 16 MB; expressions that are too
long or have too many operators. moto fails on some of them, and serves the others.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape
    from moto.core.request import Request

LARGEST_BYTES = 16 * 1024 * 1024
LONGEST_EXPRESSION_BYTES = 4096
MOST_OPERATORS = 300
SERIALIZATION = "com.amazon.coral.service#SerializationException"
VALIDATION = "com.amazon.coral.validate#ValidationException"
TOO_LARGE = "com.amazon.coral.service#RequestEntityTooLargeException"
EXPRESSIONS = (
    *("ConditionExpression", "FilterExpression", "KeyConditionExpression"),
    *("ProjectionExpression", "UpdateExpression"),
)
# What JSON has, as AWS names it, and what each shape takes of it.
_KINDS = {dict: "START_OBJECT", list: "START_ARRAY", str: "STRING_VALUE", bool: "BOOLEAN"}
_TAKEN = {
    "structure": (dict, "a structure"),
    "map": (dict, "a map"),
    "list": (list, "a list"),
    "string": (str, "String"),
    "blob": (str, "Blob"),
    "boolean": (bool, "Boolean"),
}
# A name of an expression, with its own # or :, is none of the words that follow.
_TOKENS = re.compile(r"[#:]?[A-Za-z0-9_]+|<>|<=|>=|[=<>+\-]")
_SIGNS = frozenset({"<>", "<=", ">=", "=", "<", ">"})
_WORDS = frozenset({"and", "or", "not", "in", "between"})
_FUNCTIONS = frozenset(
    {
        *("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with"),
        *("contains", "size", "if_not_exists", "list_append"),
    }
)


class RefusedError(Exception):
    """A request that is not looked at any further."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


def _setup_class(self: DynamoHandler, request: Request, *args: Any, **kwargs: Any) -> None:
    try:
        _check(request, self.get_endpoint_name(request.headers))
    except RefusedError as error:
        body = json.dumps({"__type": error.kind, "message": str(error)})
        headers = {"x-amzn-ErrorType": error.kind.rpartition("#")[2]}
        answer = Response(body, error.status, headers, content_type="application/x-amz-json-1.0")
        raise HTTPException(response=answer) from None
    BaseResponse.setup_class(self, request, *args, **kwargs)


def _check(request: Request, operation: str | None) -> None:
    if len(request.data) > LARGEST_BYTES:
        raise RefusedError(TOO_LARGE, "Request size exceeded 16777216 bytes", 413)
    try:
        body = json.loads(request.data or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(SERIALIZATION, "The request is no JSON") from None
    model = get_service_model("dynamodb")
    if operation not in model.operation_names:
        return
    shape = model.operation_model(operation).input_shape
    if shape is not None:
        _check_shape(shape, body)
    for name, expression in _expressions(body):
        _check_expression(name, expression)


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity, which Python reads and JSON does not have


def _check_shape(shape: Shape, value: Any) -> None:
    if value is None:
        return
    taken, called = _TAKEN.get(shape.type_name, ((int, float), "a number"))
    if not isinstance(value, taken) or (isinstance(value, bool) and taken is not bool):
        kind = _KINDS.get(type(value), "NUMBER_VALUE")
        raise RefusedError(SERIALIZATION, f"{kind} cannot be converted to {called}")
    members: list[tuple[Any, Any]] = []
    if shape.type_name == "structure":
        known = shape.members
        members = [(known[name], each) for name, each in value.items() if name in known]
    elif shape.type_name == "map":
        members = [(shape.value, each) for each in value.values()]
    elif shape.type_name == "list":
        members = [(shape.member, each) for each in value]
    elif shape.type_name == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise RefusedError(SERIALIZATION, "Invalid base64 string") from None
    for member, each in members:
        _check_shape(member, each)


def _expressions(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the expressions of a request, those of a transaction included."""
    parts = [body]
    for each in body.get("TransactItems") or []:
        parts += each.values()
    for part in parts:
        for name in EXPRESSIONS:
            if part.get(name):
                yield name, part[name]


def _check_expression(name: str, expression: str) -> None:
    if (size := len(expression.encode())) > LONGEST_EXPRESSION_BYTES:
        text = f"Expression size has exceeded the maximum allowed size; expression size: {size}"
        raise RefusedError(VALIDATION, f"Invalid {name}: {text}")
    if operators(name, expression) > MOST_OPERATORS:
        # AWS stops to count there.
        count = f"operator count: {MOST_OPERATORS + 1}"
        text = f"The expression contains too many operators; {count}"
        raise RefusedError(VALIDATION, f"Invalid {name}: {text}")


def operators(name: str, expression: str) -> int:
    """Return how many operators and functions an expression has, which parentheses are not."""
    tokens = [token.lower() for token in _TOKENS.findall(expression)]
    if name == "UpdateExpression":  # whose = is an assignment
        return sum(token in {"+", "-"} or token in _FUNCTIONS for token in tokens)
    counted = sum(token in _SIGNS or token in _WORDS or token in _FUNCTIONS for token in tokens)
    return counted - tokens.count("between")  # whose AND belongs to it


def install() -> None:
    """Refuse them from now on, before what other extensions do with a request."""
    DynamoHandler.setup_class = _setup_class
