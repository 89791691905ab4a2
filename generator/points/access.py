"""Clients for an account and Region, and why they, or their calls, are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own, the base of what says that nobody answers
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.points.model import Place, Unreadable

FAILURES = (ClientError, BotoCoreError)
Clients = Callable[[str], Any]

# ListBackups takes five calls a second: https://docs.aws.amazon.com/amazondynamodb/latest/
# APIReference/API_ListBackups.html. Short timeouts, for a Region that is down must not hold up
# the reading of those that are not.
_CONFIG = {
    "retries": {"mode": "standard", "total_max_attempts": 5},
    "connect_timeout": 5,
    "read_timeout": 20,
}
_LONGEST = 400  # characters of a message: a proxy may answer with a whole page
_SESSION_NAME = "holdfast-points"
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")
_THROTTLED = (
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
)
NOT_SIGNED_IN = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
_ABSENT = ("NoSuchBucket", "ResourceNotFoundException")
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, SSOError, TokenRetrievalError)
NO_ANSWER = (ConnectionError, HTTPClientError)


class WrongAccountError(Exception):
    """The credentials belong to another account, and no role leads to the one asked for."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"your credentials are of account {account_id}")
        self.account_id = account_id


class RoleRefusedError(Exception):
    """The role that would lead to another account cannot be assumed."""

    def __init__(self, role_arn: str, error: Exception) -> None:
        super().__init__(f"{role_arn} cannot be assumed: {said(error)}")
        self.error = error


class NoAwsError(Exception):
    """What answers is not AWS: an address that is none, a proxy's or a portal's page."""

    def __init__(self, region: str, error: Exception) -> None:
        super().__init__(f"no answer of AWS in {region}: {error}")


REFUSALS = (*FAILURES, WrongAccountError, RoleRefusedError, NoAwsError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The user's credentials, as the AWS CLI would find them."""

    session: Session

    def clients(self, place: Place, role_arn: str | None) -> Clients:
        """Return what makes clients in a place, with the own credentials or through the role.

        Asks the STS of that Region, so that a Region that is down hides no other. Raises one of
        REFUSALS.
        """
        try:
            sts = self._client("sts", place.region)
            account_id = sts.get_caller_identity()["Account"]
        except (KeyError, ValueError, ResponseParserError) as error:
            raise NoAwsError(place.region, error) from error
        if account_id == place.account_id:
            return lambda service: self._client(service, place.region)
        if role_arn is None:
            raise WrongAccountError(account_id)
        try:
            given = sts.assume_role(RoleArn=role_arn, RoleSessionName=_SESSION_NAME)["Credentials"]
        except FAILURES as error:
            raise RoleRefusedError(role_arn, error) from error
        # Of the same session, so that endpoints of the profile hold here too.
        return lambda service: self._client(
            service,
            place.region,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def _client(self, service: str, region: str, **credentials: str) -> Any:
        config = Config(**_CONFIG)  # type: ignore[no-untyped-call]
        client: Any = self.session.client  # untyped
        return client(service, region_name=region, config=config, **credentials)


def access_of(profile: str | None) -> Access:
    """Return the access of a profile, or of the usual chain; raises `Mistakes` without it."""
    try:
        session = Session(profile_name=profile)  # type: ignore[no-untyped-call]
        # Where AWS_DATA_PATH is set, boto3 notices a missing profile at the first call only.
        if profile is not None and profile not in session.available_profiles:
            raise ProfileNotFound(profile=profile)  # type: ignore[no-untyped-call]
        return Access(session=session)
    except BotoCoreError as error:
        fix = "`aws configure list-profiles` shows the profiles there are"
        raise Mistakes([Mistake(said(error), fix)]) from None


def code_of(error: Exception) -> str:
    """Return AWS's code of an error, or the name of botocore's."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Error"))
    return type(error).__name__


def said(error: Exception) -> str:
    """Return what AWS or botocore say of an error, on one line."""
    if not isinstance(error, ClientError):
        return _short(str(error))
    message = str(error.response.get("Error", {}).get("Message", ""))
    told = f"{code_of(error)} on {error.operation_name}"
    return _short(f"{told}: {message}" if message else told)


def _short(text: str) -> str:
    line = plain(" ".join(text.split())).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def unreadable(
    source: str, place: Place, error: Exception, *, allow: str, absent: str
) -> Unreadable:
    """Return a source as unreadable.

    `allow` is the action that reads it, and `absent` what to do where it may not exist.
    """
    fix = fix_of(place, error, allow=allow, absent=absent)
    return Unreadable(source=source, place=place, reason=said(error), fix=fix)


def fix_of(place: Place, error: Exception, *, allow: str, absent: str = "") -> str:
    """Return what to do about one of REFUSALS; see `unreadable`."""
    if isinstance(error, WrongAccountError):
        return f"sign in to account {place.account_id}, or give --profile"
    refused = isinstance(error, RoleRefusedError)
    cause = error.error if isinstance(error, RoleRefusedError) else error
    code = code_of(cause)
    if isinstance(cause, NO_CREDENTIALS) or code in NOT_SIGNED_IN:
        fix = "sign in again (`aws sso login`), or give --profile"
    elif isinstance(cause, (*NO_ANSWER, NoAwsError)):
        fix = f"check your connection, AWS_ENDPOINT_URL and the health of {place.region}"
    elif code in _THROTTLED:
        fix = "wait a minute and run it again"
    elif absent and (refused or code in _ABSENT):
        fix = absent
    elif code in DENIED:
        fix = f"allow {allow}" + (f"; {absent}" if absent else "")
    else:
        fix = f"run it again; it needs {allow}; `aws sts get-caller-identity` shows who you are"
    return fix
