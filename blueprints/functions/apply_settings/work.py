"""Makes the calls that change a table, and tells apart what AWS refuses for good and for now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from botocore.exceptions import ClientError, ParamValidationError

from blueprints.functions.apply_settings.changes import Change
from blueprints.functions.common.calls import action_of
from blueprints.functions.common.clients import Clients
from blueprints.functions.common.errors import code_of, fix_of, is_denied, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import is_idle

# Another change is under way, of this table or of too many: the next call tries again.
_FOR_NOW = ("ConcurrentUpdate", "ContinuousBackupsUnavailable", "ResourceInUse")
# How the codes begin that no repetition mends. All others are raised: the state machine repeats.
_FOR_GOOD = (
    *("FailedResourceAccess", "InvalidParameter", "LimitExceeded", "ObjectNotFound"),
    *("PolicyNotFound", "ResourceNotFound", "Validation"),
)
# After these the shape of the table moves, whatever its description says in that moment.
_ONE_BY_ONE = {"billing_mode", "global_indexes", "throughput"}
_AGAIN = "then start the restore again, it goes on with this table"


class Failure(NamedTuple):
    """What cannot be set, why, and what a person can do."""

    setting: str
    reason: str
    fix: str


class Work:
    """What was done about one table in one call of the function."""

    def __init__(self, clients: Clients, *, idle: bool) -> None:
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

    def do(self, change: Change) -> None:
        """Make a change, or note why it cannot be made. Raises what is to be tried again."""
        if change.operation == "update_table" and not self._idle:
            log("waits until the table is active", what=change.what)
            self.open.add(change.setting)
        elif _scaled(change) not in self._unscaled:
            self._call(change)

    def attempts(self, earlier: Mapping[str, int], differing: Iterable[str]) -> dict[str, int]:
        """Return how often each setting was tried that still differs."""
        return {each: earlier.get(each, 0) + (each in self._tried) for each in differing}

    def _call(self, change: Change) -> None:
        client = self._clients(change.service)
        self.calls += 1
        try:
            answer = getattr(client, change.operation)(**change.request)
        except (ClientError, ParamValidationError) as error:
            self._refused(change, error, action_of(client, change.operation))
            return
        log("applied", setting=change.setting, what=change.what)
        self.applied.append(change.what)
        self._try_again(change)
        if change.operation == "update_table":
            settled = is_idle(answer["TableDescription"])
            self._idle = settled and change.setting not in _ONE_BY_ONE

    def _refused(self, change: Change, error: Exception, action: str) -> None:
        code = code_of(error)
        # Elsewhere a limit is a quota, which no waiting mends.
        limited = change.service == "dynamodb" and code == "LimitExceededException"
        if limited or code.startswith(_FOR_NOW):
            log("refused for now", setting=change.setting, what=change.what, code=code)
            self._try_again(change)
            return
        denied = is_denied(error)
        if not denied and not code.startswith(_FOR_GOOD) and isinstance(error, ClientError):
            raise error
        fix = fix_of(action, change.resource) if denied else _fix(change)
        failure = Failure(change.setting, f"{change.what}: {message_of(error)}", fix)
        log("cannot be set", **failure._asdict())
        self.failed.append(failure)
        if change.operation == "register_scalable_target":
            self._unscaled.add(_scaled(change))

    def _try_again(self, change: Change) -> None:
        self._tried.add(change.setting)
        self.open.add(change.setting)


def _scaled(change: Change) -> tuple[str, str]:
    request = change.request
    return request.get("ResourceId", ""), request.get("ScalableDimension", "")


def _fix(change: Change) -> str:
    if change.setting == "time_to_live":
        return f"it can be changed once an hour, and by what only when it is off: wait, {_AGAIN}"
    command = f"aws {change.service} {change.operation.replace('_', '-')}"
    return f"mend what AWS says, or set it by hand ({command}); {_AGAIN}"
