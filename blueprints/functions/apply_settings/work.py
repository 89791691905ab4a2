"""Makes the calls that change a table, and tells apart what AWS refuses for good and for now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botocore.exceptions import ClientError, ParamValidationError

from blueprints.functions.apply_settings.changes import Change, Failure
from blueprints.functions.common.calls import action_of
from blueprints.functions.common.clients import Clients
from blueprints.functions.common.errors import code_of, fix_of, is_denied, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import is_idle

# Another change is under way, of this table or of too many: the next call tries again.
_HELD = frozenset(
    {
        "ConcurrentUpdateException",
        "ContinuousBackupsUnavailableException",
        "ResourceInUseException",
    }
)
# Of DynamoDB alone: elsewhere a limit is a quota, which no waiting mends.
_HELD_BY_DYNAMODB = _HELD | {"LimitExceededException"}
# The state machine calls again after these.
_RAISED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalFailure",
        "InternalServerError",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "UnrecognizedClientException",
    }
)
_SERVER_ERROR = 500
# After these the shape of the table moves, whatever its description says in that moment.
_ONE_BY_ONE = {"billing_mode", "global_indexes", "throughput"}
_HOURLY = (
    "time to live can be changed once an hour, and to another attribute only when it is off: start "
    "the restore again after an hour, it goes on with this table"
)


class Work:
    """What was done about one table in one call of the function."""

    def __init__(self, clients: Clients, idle: bool) -> None:  # noqa: FBT001 - of one caller
        self._clients = clients
        self._idle = idle
        self._tried: set[str] = set()
        # What was not registered to be scaled: no policy of it would be taken.
        self._unscaled: set[tuple[str, str]] = set()
        self.calls = 0
        self.applied: list[str] = []
        self.failed: list[Failure] = []
        # The settings that another call has to look at, unless they are equal by then.
        self.open: set[str] = set()

    def do(self, step: Change | Failure) -> None:
        """Make a change, or note why it cannot be made. Raises what is to be tried again."""
        if isinstance(step, Failure):
            self._fail(step)
        elif _scaled(step) in self._unscaled:
            log("waits until it is registered", setting=step.setting, what=step.what)
        elif step.operation == "update_table" and not self._idle:
            log("waits until the table is active", setting=step.setting, what=step.what)
            self.open.add(step.setting)
        else:
            self._call(step)

    def attempts(self, earlier: Mapping[str, int], differing: Iterable[str]) -> dict[str, int]:
        """Return how often each setting was tried that still differs."""
        tried = {each: earlier.get(each, 0) + (each in self._tried) for each in differing}
        return {setting: number for setting, number in tried.items() if number}

    def _call(self, change: Change) -> None:
        client = self._clients(change.service)
        self.calls += 1
        try:
            answer = getattr(client, change.operation)(**change.request)
        except ParamValidationError as error:
            self._fail(Failure(change.setting, f"{change.what}: {message_of(error)}", _fix(change)))
        except ClientError as error:
            self._refused(change, error, action_of(client, change.operation))
        else:
            log("applied", setting=change.setting, what=change.what)
            self.applied.append(change.what)
            self._tried.add(change.setting)
            self.open.add(change.setting)
            if change.operation == "update_table":
                settled = is_idle(answer["TableDescription"])
                self._idle = settled and change.setting not in _ONE_BY_ONE

    def _refused(self, change: Change, error: ClientError, action: str) -> None:
        code = code_of(error)
        if code in (_HELD_BY_DYNAMODB if change.service == "dynamodb" else _HELD):
            log("refused for now", setting=change.setting, what=change.what, code=code)
            self._tried.add(change.setting)
            self.open.add(change.setting)
            return
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _RAISED or status >= _SERVER_ERROR:
            raise error
        fix = fix_of(action, change.resource) if is_denied(error) else _fix(change)
        self._fail(Failure(change.setting, f"{change.what}: {message_of(error)}", fix))
        if change.operation == "register_scalable_target":
            self._unscaled.add(_scaled(change))

    def _fail(self, failure: Failure) -> None:
        log("cannot be set", **failure._asdict())
        self.failed.append(failure)


def _scaled(change: Change) -> tuple[str, str]:
    request = change.request
    return request.get("ResourceId", ""), request.get("ScalableDimension", "")


def _fix(change: Change) -> str:
    if change.setting == "time_to_live":
        return _HOURLY
    command = f"aws {change.service} {change.operation.replace('_', '-')}"
    return (
        f"mend what AWS says, or set it by hand ({command}); then start the restore again, it goes "
        "on with this table"
    )
