"""The full definition of a table from what AWS says of it; what it cannot hold is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.adopt.described import (
    BACKUPS,
    INSIGHTS,
    KEY,
    KINESIS,
    POLICY,
    SCHEDULED,
    STREAM_POLICY,
    TAGS,
    TARGETS,
    TIME_TO_LIVE,
    Note,
    by_name,
    plain,
)
from generator.adopt.losses import beyond
from generator.adopt.scaling import OPERATIONS, scaling
from generator.spec import Billing, Encryption
from generator.spec.resolved import DEFAULT_RECOVERY_PERIOD_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generator.adopt.described import Described, Kind, Members
    from generator.spec import Protection
    from generator.spec.environment import Defaults

    Written = dict[str, Any]

_KINESIS_ON = {"ACTIVE", "ENABLING", "UPDATING"}
_ON = {"ENABLED", "ENABLING"}
OWNER_STACK_TAG = "aws:cloudformation:stack-name"


class Definition:
    """A table's entry in the making: what it says, and the notes on what it does not."""

    def __init__(
        self,
        described: Described,
        defaults: Defaults,
        protection: Protection | None,
        shared_tags: Mapping[str, str],
    ) -> None:
        """Take what is known of the table, and what an entry gets where it says nothing.

        `protection` is None where the class is not known, so that nothing can be left out.
        """
        self.notes: list[Note] = []
        self._described = described
        self._table = described.table
        self._defaults = defaults
        self._protection = protection
        self._shared_tags = shared_tags
        self._types = {
            each["AttributeName"]: each["AttributeType"]
            for each in self._table["AttributeDefinitions"]
        }

    def write(self) -> Written:
        """Return the entry, without what equals a default; the notes are complete afterwards."""
        parts: tuple[Callable[[], Written], ...] = (
            self._keys,
            self._billing,
            self._global_indexes,
            self._local_indexes,
            self._encryption,
            self._recovery,
            self._deletion_protection,
            self._time_to_live,
            self._streams,
            self._insights,
            self._table_class,
            self._policy,
            self._tags,
        )
        written: Written = {}
        for part in parts:
            written |= part()
        self.notes += beyond(self._described)
        self._unknown()
        return written

    def _note(self, kind: Kind, text: str) -> None:
        self.notes.append(Note(kind, text))

    def _keys(self) -> Written:
        used = {
            element["AttributeName"]
            for owner in (
                self._table,
                *self._table.get("GlobalSecondaryIndexes", ()),
                *self._table.get("LocalSecondaryIndexes", ()),
            )
            for element in owner["KeySchema"]
        }
        unused = sorted(plain(name) for name in self._types.keys() - used)
        if unused:
            self._note("lost", f"attribute definitions that no key uses: {', '.join(unused)}")
        return self._key_schema(self._table, "the table")

    def _key_schema(self, owner: Members, what: str) -> Written:
        written: Written = {}
        for kind, name in (("HASH", "partition_key"), ("RANGE", "sort_key")):
            names = [
                each["AttributeName"] for each in owner["KeySchema"] if each["KeyType"] == kind
            ]
            if len(names) > 1:
                self._note("existing", f"the {name} of {what} has several attributes")
            if names:
                written[name] = {"name": names[0], "type": self._types.get(names[0])}
                if names[0] not in self._types:
                    self._note("existing", f"AWS gives no type of the key {plain(names[0])}")
        return written

    def _billing(self) -> Written:
        written = {"mode": "on_demand" if self._described.on_demand else "provisioned"}
        written |= self._throughput(self._table, None)
        if _same(Billing, written, self._defaults.billing):
            return {}
        return {"billing": written}

    def _throughput(self, owner: Members, index: str | None) -> Written:
        ranges: Written = {}
        for operation in OPERATIONS:
            limits, notes = scaling(self._described, index, operation)
            self.notes += notes
            if limits is not None:
                ranges[operation.lower()] = limits
        written: Written = {}
        for operation in OPERATIONS:
            if self._described.on_demand:
                units = owner.get("OnDemandThroughput", {}).get(f"Max{operation}RequestUnits", -1)
                if units != -1:  # without a cap AWS says -1
                    written[f"max_{operation.lower()}_request_units"] = units
                continue
            units = owner.get("ProvisionedThroughput", {}).get(f"{operation}CapacityUnits")
            limits = ranges.get(operation.lower())
            if units is not None and self._starts_within(units, limits, operation, index):
                written[f"{operation.lower()}_capacity_units"] = units
        return written | ({"auto_scaling": ranges} if ranges else {})

    def _starts_within(
        self, units: int, limits: Written | None, operation: str, index: str | None
    ) -> bool:
        if limits is None:
            return True
        low, high = limits["min_capacity_units"], limits["max_capacity_units"]
        if low <= units <= high:
            return True
        where = f" of index {index}" if index else ""
        self._note(
            "lost", f"{units} {operation.lower()} units{where}, outside auto scaling's {low}-{high}"
        )
        return False

    def _global_indexes(self) -> Written:
        written: Written = {}
        for index in self._described.indexes:
            name = index["IndexName"]
            if index.get("IndexStatus") == "DELETING":
                self._note("lost", f"index {name} is being deleted")
                continue
            written[name] = {
                **self._key_schema(index, f"index {name}"),
                **_projection(index),
                **self._throughput(index, name),
                **self._insight(name),
            }
        return {"global_indexes": written} if written else {}

    def _local_indexes(self) -> Written:
        written = {}
        for index in by_name(self._table.get("LocalSecondaryIndexes", ())):
            name = index["IndexName"]
            keys = self._key_schema(index, f"index {name}")
            keys.pop("partition_key", None)  # it is the table's
            written[name] = {**keys, **_projection(index)}
        return {"local_indexes": written} if written else {}

    def _encryption(self) -> Written:
        arn = self._described.key_arn
        if arn is None:
            written: Written = {"key": "aws_owned"}
        elif self._described.answers.get(KEY) == "AWS":
            written = {"key": "aws_managed"}
        else:
            written = {"key": "customer_managed", "kms_key_arn": arn}
            if not self._described.knows(KEY):
                reason = self._described.unread.get(KEY, "not given")
                self._note(
                    "unknown",
                    f"whether AWS manages the key ({KEY}: {reason}); taken as a key of yours",
                )
        if _same(Encryption, written, self._defaults.encryption):
            return {}
        return {"encryption": written}

    def _recovery(self) -> Written:
        if not self._described.knows(BACKUPS):
            days = class_recovery_days(self._protection)
            if days is not None:
                self._note(
                    "unknown",
                    f"point-in-time recovery ({BACKUPS}); taken as the {days} days of the class: "
                    "if it is off, a CloudFormation import leaves it off and believes it on",
                )
            return {}
        own = recovery_days(self._described)
        written = own_recovery(own, self._protection)
        if own is None and written:
            self._note("note", "point-in-time recovery is off today: remove that line to have it")
        return {"point_in_time_recovery": written} if written else {}

    def _deletion_protection(self) -> Written:
        own = bool(self._table.get("DeletionProtectionEnabled", False))
        if self._protection is not None and self._protection.deletion_protection == own:
            return {}
        return {"deletion_protection": own}

    def _time_to_live(self) -> Written:
        described = self._described.answers.get(TIME_TO_LIVE, {})
        attribute = described.get("AttributeName")
        if attribute is None:
            return {}
        off = {} if described.get("TimeToLiveStatus") in _ON else {"enabled": False}
        return {"time_to_live": {"attribute_name": attribute, **off}}

    def _streams(self) -> Written:
        written: Written = {}
        stream = self._table.get("StreamSpecification", {})
        if stream.get("StreamEnabled"):
            written["stream"] = {"view_type": stream.get("StreamViewType")}
        destinations = sorted(
            (
                each
                for each in self._described.answers.get(KINESIS, ())
                if each["DestinationStatus"] in _KINESIS_ON
            ),
            key=lambda each: str(each["StreamArn"]),
        )
        for destination in destinations[1:]:
            self._note("lost", f"a further Kinesis stream: {plain(destination['StreamArn'])}")
        if destinations:
            precision = destinations[0].get("ApproximateCreationDateTimePrecision", "MILLISECOND")
            written["kinesis_destination"] = {"stream_arn": destinations[0]["StreamArn"]} | (
                {} if precision == "MILLISECOND" else {"timestamp_precision": precision}
            )
        return written

    def _insights(self) -> Written:
        return self._insight(None)

    def _insight(self, index: str | None) -> Written:
        summary = self._described.answers.get(INSIGHTS, {}).get(index, {})
        where = f" of index {index}" if index else ""
        if summary.get("ContributorInsightsStatus") == "FAILED":
            self._note("lost", f"contributor insights{where} failed to start")
        if summary.get("ContributorInsightsStatus") not in _ON:
            return {}
        mode = summary.get("ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS")
        if mode != "ACCESSED_AND_THROTTLED_KEYS":
            self._note("lost", f"the mode of contributor insights{where}, {plain(mode)}")
        return {"contributor_insights": True}

    def _table_class(self) -> Written:
        own = self._table.get("TableClassSummary", {}).get("TableClass", "STANDARD")
        return {} if own == "STANDARD" else {"table_class": own}

    def _policy(self) -> Written:
        if self._described.knows(STREAM_POLICY):
            self._note("lost", "the resource policy of its stream")
        policy = self._described.answers.get(POLICY)
        return {} if policy is None else {"resource_policy": policy}

    def _tags(self) -> Written:
        tags = self._described.answers.get(TAGS, {})
        owner = tags.get(OWNER_STACK_TAG)
        if owner is not None:
            self._note(
                "note", f"the CloudFormation stack {plain(owner)} owns it: release it there first"
            )
        own = {
            key: value
            for key, value in sorted(tags.items())
            if not key.startswith("aws:") and self._shared_tags.get(key) != value
        }
        return {"tags": own} if own else {}

    def _unknown(self) -> None:
        """Note the aspects that an entry rests on and nobody told."""
        expected = tuple(self._expected())
        for aspect in (*expected, POLICY, STREAM_POLICY):
            if aspect in self._described.unread:
                reason = self._described.unread[aspect]
                self._note("unknown", f"{aspect} ({reason}); taken as absent")
        missing = [
            aspect
            for aspect in expected
            if not self._described.knows(aspect) and aspect not in self._described.unread
        ]
        if self._described.knows(INSIGHTS):
            answered = self._described.answers[INSIGHTS]
            names = (None, *(index["IndexName"] for index in self._described.indexes))
            missing += [
                f"{INSIGHTS} of {f'index {name}' if name else 'the table'}"
                for name in names
                if name not in answered
            ]
        if missing:
            self._note("unknown", f"{', '.join(missing)} not given; taken as absent")

    def _expected(self) -> Iterator[str]:
        yield from (BACKUPS, TIME_TO_LIVE, TAGS, KINESIS, INSIGHTS)
        if not self._described.on_demand:
            yield TARGETS
        if self._described.answers.get(TARGETS):
            yield SCHEDULED


def recovery_days(described: Described) -> int | None:
    """Return how far back point-in-time recovery reaches, None where it is off."""
    recovery = described.answers[BACKUPS].get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    return int(recovery.get("RecoveryPeriodInDays", DEFAULT_RECOVERY_PERIOD_DAYS))


def class_recovery_days(protection: Protection | None) -> int | None:
    """Return what a class of protection gives, in the same terms."""
    recovery = protection.point_in_time_recovery if protection else None
    if recovery is None or not recovery.enabled:
        return None
    return recovery.recovery_period_days or DEFAULT_RECOVERY_PERIOD_DAYS


def own_recovery(days: int | None, protection: Protection | None) -> Written:
    """Return what an entry says to have `days`, whatever its class; nothing if the class does."""
    if protection is not None and days == class_recovery_days(protection):
        return {}
    if days is None:
        return {"enabled": False}
    given = protection.point_in_time_recovery if protection else None
    on = protection is not None and (given is None or given.enabled)
    return {**({} if on else {"enabled": True}), "recovery_period_days": days}


def _projection(index: Members) -> Written:
    projection = index["Projection"]
    kind = projection["ProjectionType"]
    if kind == "ALL":
        return {}
    attributes = sorted(projection.get("NonKeyAttributes", ()))
    return {
        "projection": {"type": kind} | ({"non_key_attributes": attributes} if attributes else {})
    }


def _same(
    model: type[Billing | Encryption], written: Written, default: Billing | Encryption
) -> bool:
    """Whether an entry may leave it out; what does not even fit the model is judged later."""
    try:
        return model.model_validate(written) == default
    except ValueError:
        return False
