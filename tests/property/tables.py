"""Tables as a person may write them: every field of the specification, everything it allows."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.texts import (
    Written,
    index_names,
    label_of,
    maps,
    odd_texts,
    some,
    stack_keys,
    table_keys,
    tags,
)

MODES = ("on_demand", "provisioned")
units = st.one_of(st.integers(1, 40), st.just(1_000_000))
periods = st.one_of(st.integers(1, 35), st.sampled_from([1, 35]))


@st.composite
def _ranges(draw: st.DrawFn) -> Written:
    low, high = sorted((draw(units), draw(units)))
    return {
        "min_capacity_units": low,
        "max_capacity_units": high,
        **draw(
            some(
                target_utilization_percent=st.integers(20, 90),
                scale_in_cooldown_seconds=st.sampled_from([0, 60, 86_400]),
                scale_out_cooldown_seconds=st.sampled_from([0, 60, 86_400]),
            )
        ),
    }


@st.composite
def throughputs(draw: st.DrawFn, mode: str) -> Written:
    """Draw capacity of a table or index: units, scaled units, or on-demand caps."""
    if mode == "on_demand":
        return draw(some(max_read_request_units=units, max_write_request_units=units))
    written: Written = {}
    scaling = draw(st.one_of(st.just({}), some(read=_ranges(), write=_ranges())))
    for kind in ("read", "write"):
        limits = scaling.get(kind)
        if limits is None:
            written[f"{kind}_capacity_units"] = draw(units)
        elif draw(st.booleans()):
            bounds = st.integers(limits["min_capacity_units"], limits["max_capacity_units"])
            written[f"{kind}_capacity_units"] = draw(bounds)
    return {**written, "auto_scaling": scaling} if scaling else written


@st.composite
def billings(draw: st.DrawFn) -> Written:
    """Draw how a table is paid for."""
    mode = draw(st.sampled_from(MODES))
    written = draw(throughputs(mode))
    explicit = mode == "provisioned" or draw(st.booleans())
    return {"mode": mode, **written} if explicit else written


def encryptions(region: str, partition: str) -> st.SearchStrategy[Written]:
    """Return encryption at rest; a key of another account is allowed, of another Region not."""
    arn = f"arn:{partition}:kms:{region}:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    return st.one_of(
        st.sampled_from(["aws_owned", "aws_managed", "customer_managed"]).map(
            lambda key: {"key": key}
        ),
        st.just({"key": "customer_managed", "kms_key_arn": arn}),
        st.just({}),
    )


@st.composite
def _projections(draw: st.DrawFn, taken: set[str]) -> Written:
    kind = draw(st.sampled_from(["ALL", "KEYS_ONLY", "INCLUDE"]))
    if kind != "INCLUDE":
        return {"type": kind}
    names = st.lists(odd_texts, min_size=1, max_size=4, unique=True)
    names = names.map(lambda found: [name for name in found if name not in taken])
    return {"type": kind, "non_key_attributes": draw(names.filter(bool))}


class _Keys:
    """The key attributes of one table: where each may get its type, and which are used."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        names = draw(st.lists(odd_texts, min_size=2, max_size=4, unique=True))
        self.types = {name: draw(st.sampled_from("SNB")) for name in names}
        self.listed = {name for name in names if draw(st.integers(0, 3)) == 0}
        self.used: set[str] = set()

    def key(self, *, other_than: str | None = None) -> Written:
        name = self.draw(st.sampled_from([name for name in self.types if name != other_than]))
        self.used.add(name)
        if name in self.listed and self.draw(st.booleans()):
            return {"name": name}
        return {"name": name, "type": self.types[name]}

    def attributes(self) -> Written:
        return {name: self.types[name] for name in sorted(self.listed & self.used)}


@st.composite
def _global_index(draw: st.DrawFn, keys: _Keys, mode: str) -> Written:
    partition_key = keys.key()
    written: Written = {"partition_key": partition_key, **draw(throughputs(mode))}
    if draw(st.booleans()):
        written["sort_key"] = keys.key(other_than=partition_key["name"])
    projections = _projections(set(keys.types))
    more = some(projection=projections, contributor_insights=st.booleans())
    return {**written, **draw(more)}


@st.composite
def _indexes(draw: st.DrawFn, keys: _Keys, mode: str, written: Written) -> Written:
    names = st.lists(index_names, max_size=3, unique_by=label_of)
    found: Written = {"global_indexes": {}, "local_indexes": {}}
    for name in draw(names):
        if "sort_key" not in written or draw(st.booleans()):
            found["global_indexes"][name] = draw(_global_index(keys, mode))
            continue
        index = {"sort_key": keys.key(other_than=written["partition_key"]["name"])}
        projections = some(projection=_projections(set(keys.types)))
        found["local_indexes"][name] = {**index, **draw(projections)}
    return {kind: indexes for kind, indexes in found.items() if indexes}


def _policies(partition: str) -> st.SearchStrategy[Written]:
    statements = st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Principal": st.sampled_from(
                ["*", {"AWS": "111111111111"}, {"AWS": [f"arn:{partition}:iam::111111111111:root"]}]
            ),
            "Action": st.sampled_from(["dynamodb:GetItem", ["dynamodb:Query", "dynamodb:Scan"]]),
            "Resource": st.just("*"),
        },
        optional={
            "Sid": st.sampled_from(["Readers", "A1"]),
            "Condition": odd_texts.map(
                lambda text: {"StringLike": {"aws:PrincipalTag/team": [text, "x*"]}}
            ),
        },
    )
    return st.fixed_dictionaries(
        {
            "Version": st.just("2012-10-17"),
            "Statement": st.lists(statements, min_size=1, max_size=2),
        },
        optional={"Id": st.just("policy")},
    )


def _streams(place: Written) -> st.SearchStrategy[Written]:
    where = f"arn:{place['partition']}:kinesis:{place['region']}:{place['account_id']}"
    return st.fixed_dictionaries(
        {"stream_arn": st.sampled_from([f"{where}:stream/orders", f"{where}:stream/a.b_c-D"])},
        optional={"timestamp_precision": st.sampled_from(["MILLISECOND", "MICROSECOND"])},
    )


def _recoveries() -> st.SearchStrategy[Written]:
    return some(enabled=st.booleans(), recovery_period_days=periods)


def alarms() -> st.SearchStrategy[Written]:
    """Return the alarms of a table."""
    return some(throttling=st.booleans(), system_errors=st.booleans())


def _protected(classes: list[str], *, alerted: bool) -> dict[str, st.SearchStrategy[object]]:
    """Return what created and existing tables alike may say."""
    return {
        "name": st.sampled_from(["legacy-orders", "X.y_z-1", "n" * 255, "000", "Shop.Prod.Users"]),
        "stack": stack_keys,
        "pointer": st.sampled_from([{}, {"parameter_name": "/shop/live_a.B-1"}]),
        "protection": st.sampled_from(classes),
        **({"alarms": alarms()} if alerted else {}),
    }


@st.composite
def _created(
    draw: st.DrawFn, place: Written, classes: list[str], default: Written, *, alerted: bool
) -> Written:
    keys = _Keys(draw)
    written: Written = {"partition_key": keys.key()}
    if draw(st.booleans()):
        written["sort_key"] = keys.key(other_than=written["partition_key"]["name"])
    if draw(st.booleans()):
        written["billing"] = draw(billings())
    mode = written.get("billing", default).get("mode", "on_demand")
    written |= draw(_indexes(keys, mode, written))
    written |= draw(
        some(
            **_protected(classes, alerted=alerted),
            existing=st.just(value=False),
            encryption=encryptions(place["region"], place["partition"]),
            point_in_time_recovery=_recoveries(),
            deletion_protection=st.booleans(),
            time_to_live=_ttl(keys),
            stream=st.sampled_from(
                ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]
            ).map(lambda view: {"view_type": view}),
            kinesis_destination=_streams(place),
            contributor_insights=st.booleans(),
            table_class=st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]),
            resource_policy=_policies(place["partition"]),
            tags=tags(),
        )
    )
    if attributes := keys.attributes():
        written["attributes"] = attributes
    return written


def _ttl(keys: _Keys) -> st.SearchStrategy[Written]:
    names = odd_texts.filter(lambda name: keys.types.get(name, "N") == "N")
    optional = {"enabled": st.booleans()}
    return st.fixed_dictionaries({"attribute_name": names}, optional=optional)


def _existing(classes: list[str], *, alerted: bool) -> st.SearchStrategy[Written]:
    recoveries = some(enabled=st.booleans(), recovery_period_days=periods, managed=st.booleans())
    optional = {**_protected(classes, alerted=alerted), "point_in_time_recovery": recoveries}
    return st.fixed_dictionaries({"existing": st.just(value=True)}, optional=optional)


def table_maps(
    place: Written, classes: list[str], default: Written, *, alerted: bool, least: int = 0
) -> st.SearchStrategy[dict[str, Written]]:
    """Return the tables of an environment that has `classes` and, if `alerted`, alerts."""
    table = st.one_of(
        _created(place, classes, default, alerted=alerted),
        _created(place, classes, default, alerted=alerted),
        _existing(classes, alerted=alerted),
    )
    return maps(table_keys, table, tuple(range(least, 5))).map(_named_apart)


def _named_apart(written: dict[str, Written]) -> dict[str, Written]:
    """Take away names, and parameters, that another table has."""
    taken = set(written)
    pointers: set[str] = set()
    for table in written.values():
        pointer = table.get("pointer", {})
        if pointer.get("parameter_name") in pointers:
            table["pointer"] = {}
        pointers |= set(pointer.values())
        if table.get("name") in taken:
            del table["name"]
        taken.add(table.get("name", ""))
    return written
