"""Protection classes, vaults and who is told, as a person may write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.property.exports import exports
from tests.property.tables import periods
from tests.property.texts import Written, keys, maps, some, tag_values, tags

MAXIMUM_DAYS = 36_500
COLD_MINIMUM = 90
SCHEDULES = (
    "cron(0 3 * * ? *)",
    "cron(0 * * * ? *)",
    "cron(0 0/6 * * ? *)",
    "cron(15 3 ? * MON-FRI *)",
    "cron(0 4 1 * ? *)",
    "cron(30 4 L * ? *)",
    "cron(0 4 15W * ? *)",
    "cron(0 5 ? * 6#1 *)",
    "cron(0 5 ? * 6L *)",
    "cron(59 23 31 12 ? 2030)",
    "cron(0 1,13 ? JAN,JUL SUN *)",
)
TIME_ZONES = ("Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata")
EVENTS = (
    "BACKUP_JOB_STARTED",
    "BACKUP_JOB_COMPLETED",
    "COPY_JOB_STARTED",
    "COPY_JOB_SUCCESSFUL",
    "COPY_JOB_FAILED",
    "RESTORE_JOB_STARTED",
    "RESTORE_JOB_COMPLETED",
    "RECOVERY_POINT_MODIFIED",
)
# Vaults that exist because a built-in class sends backups there.
IMPLICIT = ("main", "critical")
# Nothing else carries this tag, so no class selects a table twice.
SELECTED = "selected-by"

# --- vaults ---------------------------------------------------------------------------------------


@st.composite
def _locks(draw: st.DrawFn, *, wide: bool) -> Written:
    """Draw a lock; `wide` ones take whatever the built-in classes keep."""
    low = draw(st.integers(1, 31 if wide else 400))
    written: Written = {"min_retention_days": low}
    if draw(st.booleans()):
        written["max_retention_days"] = max(low, draw(st.integers(366, MAXIMUM_DAYS)))
    if draw(st.booleans()):
        written["mode"] = draw(st.sampled_from(["governance", "compliance"]))
    if written.get("mode") == "compliance":
        written["cooling_off_days"] = draw(st.sampled_from([3, 30, MAXIMUM_DAYS]))
        written["i_understand_this_cannot_be_undone"] = True
    return written


def _vault(place: Written, *, wide: bool) -> st.SearchStrategy[Written]:
    where = f"{place['region']}:{place['account_id']}"
    key = f"arn:{place['partition']}:kms:{where}:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    topic = f"arn:{place['partition']}:sns:{where}:vault-events"
    events = st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3, unique=True)
    return some(
        kms_key_arn=st.just(key),
        lock=_locks(wide=wide),
        notifications=events.map(lambda names: {"sns_topic_arn": topic, "events": names}),
        tags=tags(2),
    )


@st.composite
def vault_maps(draw: st.DrawFn, place: Written, least: int = 0) -> dict[str, Written]:
    """Draw vaults; those of the built-in classes take what these send there."""
    names = keys.filter(lambda key: key not in IMPLICIT)
    vaults: dict[str, Written] = draw(maps(names, _vault(place, wide=False), (0, 1, 2)))
    for name in IMPLICIT:
        if len(vaults) < least or draw(st.booleans()):
            vaults = {name: draw(_vault(place, wide=True)), **vaults}
    return vaults


# --- classes --------------------------------------------------------------------------------------


def _bounds(vault: Written | None) -> tuple[int, int]:
    lock = {"min_retention_days": 7} if vault is None else vault.get("lock", {})
    return lock.get("min_retention_days", 1), lock.get("max_retention_days", MAXIMUM_DAYS)


@st.composite
def _lifecycles(draw: st.DrawFn, vault: Written | None) -> Written:
    low, high = _bounds(vault)
    days = draw(st.one_of(st.integers(low, min(high, low + 800)), st.just(high)))
    cold = days - COLD_MINIMUM
    if cold < 1 or draw(st.booleans()):
        return {"delete_after_days": days}
    return {"delete_after_days": days, "cold_storage_after_days": draw(st.integers(1, cold))}


@st.composite
def _copies(draw: st.DrawFn, destinations: list[Written], partition: str) -> dict[str, Written]:
    """Draw copies to distinct vaults: those of destinations, and one that is not rendered."""
    targets: list[tuple[Written, Written | None]] = [
        ({"to": there["environment"], "vault": key}, vault)
        for there in destinations
        for key, vault in there["vaults"].items()
    ]
    stranger = (
        f"arn:{partition}:backup:{_A_REGION[partition]}:987654321098:backup-vault:Their_vault"
    )
    targets.insert(0, ({"vault_arn": stranger}, {}))
    chosen = draw(
        st.lists(st.sampled_from(range(len(targets))), min_size=1, max_size=2, unique=True)
    )
    written = {}
    for number, name in zip(chosen, draw(_distinct(len(chosen))), strict=True):
        target, vault = targets[number]
        only = next((t for t in destinations if t["environment"] == target.get("to")), None)
        if only is not None and len(only["vaults"]) == 1 and draw(st.booleans()):
            target = {"to": target["to"]}
        written[name] = {**target, **draw(_lifecycles(vault))}
    return written


_A_REGION = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def _distinct(count: int) -> st.SearchStrategy[list[str]]:
    names = maps(keys, st.none(), (count,))
    return names.map(list)


@st.composite
def _backup(draw: st.DrawFn, vaults: dict[str, Written], copies: st.SearchStrategy[Any]) -> Written:
    vault = draw(st.sampled_from(list(dict.fromkeys([*IMPLICIT, *vaults]))))
    written = {
        "schedule": draw(st.sampled_from(SCHEDULES)),
        **draw(_lifecycles(vaults.get(vault))),
        **draw(
            some(
                schedule_timezone=st.sampled_from(TIME_ZONES),
                recovery_point_tags=tags(2),
                copies=copies,
            )
        ),
    }
    if vault != "main" or draw(st.booleans()):
        written["vault"] = vault
    if draw(st.booleans()):
        start = draw(st.sampled_from([60, 480, 10_080]))
        written["start_window_minutes"] = start
        written["completion_window_minutes"] = draw(st.sampled_from([start + 60, 43_200]))
    return written


def snapshots() -> st.SearchStrategy[Written]:
    """Return native backups by schedule."""
    return st.fixed_dictionaries(
        {
            "schedule": st.sampled_from((*SCHEDULES, "rate(1 hour)", "rate(7 days)")),
            "keep_days": st.sampled_from([1, 35, MAXIMUM_DAYS]),
        },
        optional={
            "schedule_timezone": st.sampled_from(TIME_ZONES),
            "keep_last": st.sampled_from([1, 1_000]),
        },
    )


@st.composite
def class_maps(
    draw: st.DrawFn, vaults: dict[str, Written], destinations: list[Written], partition: str
) -> dict[str, Written]:
    """Draw protection classes, built-in ones among them."""
    copies = _copies(destinations, partition)
    protection = some(
        deletion_protection=st.booleans(),
        point_in_time_recovery=some(enabled=st.booleans(), recovery_period_days=periods),
        backups=maps(keys, _backup(vaults, copies), (1, 2, 0)),
        snapshots=snapshots(),
        exports=exports(),
    )
    names = st.one_of(keys, st.sampled_from(["standard", "critical"]))
    classes: dict[str, Written] = draw(maps(names, protection, (1, 2, 0)))
    for written in classes.values():
        if written.get("backups") and draw(st.booleans()):
            value = draw(tag_values)
            written["select_by_tag"] = {"key": SELECTED, "value": value}
    return classes


@st.composite
def recoveries(draw: st.DrawFn, place: Written) -> Written:
    """Draw what is said of the way back."""
    settings = some(
        schedule=st.sampled_from((*SCHEDULES, "rate(12 hours)")),
        schedule_timezone=st.sampled_from(TIME_ZONES),
    )
    written = draw(some(enabled=st.booleans(), settings_snapshots=settings))
    if written.get("enabled", True) and draw(st.booleans()):
        names = [f"dumps.{number}-of-years" for number in range(draw(st.integers(1, 3)))]
        written["refill_sources"] = {
            f"source-{number}": {"bucket": name, **draw(_refill_source(place))}
            for number, name in enumerate(names)
        }
    return written


def _refill_source(place: Written) -> st.SearchStrategy[Written]:
    where = f"{place['partition']}:kms:{place['region']}:000000000009"
    return some(
        prefix=st.sampled_from(["", "dumps/", "a b/", "é+=:/%{d}/"]),
        account_id=st.just("000000000009"),
        region=st.just(place["region"]),
        kms_key_arn=st.just(f"arn:{where}:key/12345678-90ab-cdef-1234-567890abcdef"),
    )


# --- people ---------------------------------------------------------------------------------------


def principals(place: Written) -> st.SearchStrategy[Written]:
    """Return who may destroy and who may change."""
    partition, account = place["partition"], place["account_id"]
    roles = [
        "Deploy",
        "team/Deployer",
        "x+=,.@-_1",
        "R" * 64,
        f"arn:{partition}:iam::{account}:role/FromArn",
        f"arn:{partition}:iam::999999999999:role/elsewhere/FromArn",
        "a/b+=,.@_-/Role",
    ]
    everyone = [
        *({"role": role} for role in roles),
        *({"permission_set": name} for name in ("EmergencyAdmin", "a+=,.@-", "P" * 32)),
    ]
    chosen = st.lists(st.sampled_from(range(len(everyone))), min_size=1, max_size=4, unique=True)

    @st.composite
    def split(draw: st.DrawFn) -> Written:
        members = [everyone[number] for number in draw(chosen)]
        first = draw(st.integers(1, len(members)))
        written: Written = {"break_glass": members[:first]}
        return {**written, "deploy": members[first:]} if members[first:] else written

    return split()


def _receivers(place: Written) -> dict[str, tuple[str, ...]]:
    here = f"{place['region']}:{place['account_id']}"
    partition = place["partition"]
    return {
        "email": ("oncall@shop.test", "o'neil+pager@shop.test", '"${x}"@shop.test', "ü@shop.test"),
        "https": ("https://hooks.shop.test/a?b=${c}&d=%{e}", 'https://[::1]:8443/"'),
        "sms": ("+491701234567", "+15550100"),
        "lambda_arn": (
            f"arn:{partition}:lambda:{here}:function:pager",
            f"arn:{partition}:lambda:{here}:function:{'f' * 64}",
            f"arn:{partition}:lambda:{_A_REGION[partition]}:999999999999:function:theirs",
        ),
        "sqs_arn": (f"arn:{partition}:sqs:{here}:alerts", f"arn:{partition}:sqs:{here}:a_b-C"),
    }


def _subscriptions(place: Written, least: int) -> st.SearchStrategy[Written]:
    everyone = [
        {kind: address} for kind, addresses in _receivers(place).items() for address in addresses
    ]
    chosen = st.lists(
        st.sampled_from(range(len(everyone))), min_size=least, max_size=4, unique=True
    )

    @st.composite
    def named(draw: st.DrawFn) -> Written:
        members = [everyone[number] for number in draw(chosen)]
        return dict(zip(draw(_distinct(len(members))), members, strict=True))

    return named()


def alerts(place: Written) -> st.SearchStrategy[Written]:
    """Return who is told."""
    return st.fixed_dictionaries(
        {"subscriptions": _subscriptions(place, 1)},
        optional={
            "watchdog_subscriptions": _subscriptions(place, 0),
            "freshness_alarms": st.booleans(),
            "tripwires": st.fixed_dictionaries(
                {},
                optional={
                    "enabled": st.booleans(),
                    "change_subscriptions": _subscriptions(place, 0),
                },
            ),
        },
    )
