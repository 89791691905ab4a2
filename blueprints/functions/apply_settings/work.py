"""Makes the calls that change a table, and tells apart what AWS refuses for good and for now."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import ClientError, ParamValidationError

from blueprints.functions.apply_settings.changes import BY_HAND, FIXES, Change
from blueprints.functions.common.calls import action_of
from blueprints.functions.common.clients import Clients
from blueprints.functions.common.errors import code_of, fix_of, is_denied, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import is_idle

Failure = dict[str, str]
# So often a setting may still differ after AWS took it, or be refused for now.
MOST_ATTEMPTS = 20
# Another change is under way, of this table or of too many: the next call tries again.
_FOR_NOW = ("ConcurrentUpdate", "ContinuousBackupsUnavailable", "ResourceInUse")
# How codes begin that no repetition mends. Others are raised: the state machine repeats.
_FOR_GOOD = (
    *("FailedResourceAccess", "InvalidParameter", "LimitExceeded", "ObjectNotFound"),
    *("PolicyNotFound", "ResourceNotFound", "Validation"),
)
# After these the table changes, whatever its description says in that moment.
_ONE_BY_ONE = {"billing_mode", "global_indexes", "throughput"}
_AGAIN = "then start the restore again, it goes on with this table"


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
        self._failed: list[Failure] = []
        # The settings that another call has to look at, unless they are equal by then.
        self._open: set[str] = set()

    def do(self, change: Change) -> None:
        """Make a change, or note why it cannot be made. Raises what is to be tried again."""
        if self._has_to_wait(change):
            log("waits until the table is active", what=change.what)
            self._open.add(change.setting)
        elif _scaled(change) not in self._unscaled:
            self._call(change)

    def _has_to_wait(self, change: Change) -> bool:
        if change.setting == "scaling":
            # A table on demand has no units that scale.
            return "billing_mode" in self._open
        return change.operation == "update_table" and not self._idle

    def judged(
        self, differing: Mapping[str, list[str]], earlier: Mapping[str, int]
    ) -> tuple[list[Failure], list[str], dict[str, int]]:
        """Return what of it failed for good and what waits, and how often each was tried.

        `earlier` is how often in all calls before this.
        """
        attempts = {each: earlier.get(each, 0) + (each in self._tried) for each in differing}
        failed = [each for each in self._failed if each["setting"] in differing]
        waiting = [
            each for each in differing if each in self._open and attempts[each] <= MOST_ATTEMPTS
        ]
        # What no call changes, or no number of calls did.
        known = {each["setting"] for each in failed}
        for setting in [] if waiting else sorted(differing.keys() - known):
            tried = f" ({attempts[setting]} calls did not help)" if attempts[setting] else ""
            reason, fix = "; ".join(differing[setting]), FIXES.get(setting, BY_HAND)
            failed.append({"setting": setting, "reason": reason + tried, "fix": fix})
        return failed, waiting, attempts

    def _call(self, change: Change) -> None:
        client = self._clients(change.service)
        self.calls += 1
        try:
            answer = getattr(client, change.operation)(**change.request)
        except (ClientError, ParamValidationError) as error:
            self._refused(change, error, action_of(client, change.operation))
            return
        log("applied", what=change.what)
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
            log("refused for now", what=change.what, code=code)
            self._try_again(change)
            return
        denied = is_denied(error)
        if not denied and not code.startswith(_FOR_GOOD) and isinstance(error, ClientError):
            raise error
        fix = fix_of(action, change.resource) if denied else _fix(change)
        reason = f"{change.what}: {message_of(error)}"
        log("cannot be set", setting=change.setting, reason=reason, fix=fix)
        self._failed.append({"setting": change.setting, "reason": reason, "fix": fix})
        if change.operation == "register_scalable_target":
            self._unscaled.add(_scaled(change))

    def _try_again(self, change: Change) -> None:
        self._tried.add(change.setting)
        self._open.add(change.setting)


def _scaled(change: Change) -> tuple[str, str]:
    request = change.request
    return request.get("ResourceId", ""), request.get("ScalableDimension", "")


def _fix(change: Change) -> str:
    if change.setting == "time_to_live":
        return f"it can be changed once an hour, and by what only when it is off: wait, {_AGAIN}"
    command = f"aws {change.service} {change.operation.replace('_', '-')}"
    return f"mend what AWS says, or set it by hand ({command}); {_AGAIN}"
