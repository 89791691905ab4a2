"""Errors that no repetition mends, told apart from those that the state machine tries again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

_DENIED = (
    *("403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "NotAuthorized"),
    *("AuthorizationErrorException", "KMSAccessDeniedException", "UnauthorizedOperation"),
)


class RefusedError(Exception):
    """What was asked is refused, and would be again: the message says why and what to do.

    The state machine knows it by this name and does not call again.
    """


def code_of(error: BaseException) -> str:
    """Return AWS's code of an error, or the name of any other."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Error"))
    return type(error).__name__


def message_of(error: BaseException) -> str:
    """Return what AWS says of an error on one line, its code first."""
    if not isinstance(error, ClientError):
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    said = str(error.response.get("Error", {}).get("Message", ""))
    return f"{code_of(error)}: {' '.join(said.split())}".removesuffix(": ")


def is_denied(error: BaseException) -> bool:
    """Return whether AWS refused because a permission is missing or denied."""
    return isinstance(error, ClientError) and code_of(error) in _DENIED


def fix_of(action: str, resource: str) -> str:
    """Return what mends a missing permission."""
    return (
        f"allow {action} on {resource} to the role of this function, and see that no policy of the "
        "organization, resource, key or vault denies it"
    )


@contextmanager
def needs(action: str, resource: str, fix: str = "") -> Iterator[None]:
    """Turn an access that is denied within into RefusedError; other errors pass unchanged.

    `with needs("dynamodb:DescribeTable", arn): ...`; `fix` replaces the general advice.
    """
    try:
        yield
    except ClientError as error:
        if not is_denied(error):
            raise
        advice = fix or fix_of(action, resource)
        message = f"{action} on {resource} is refused ({message_of(error)}): {advice}"
        raise RefusedError(message) from error
