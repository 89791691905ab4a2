"""The key of an entry: what the name pattern gives back, else the name itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.adopt.entries import Choices, Setting, keys_of
from generator.spec import EnvironmentSpec
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve
from tests.unit.adopt.rendering import entries
from tests.unit.adopt.samples import ENVIRONMENT, backups, table, tags

PATTERN = "{project}-{environment}-{table}"
NAMES = st.lists(
    st.from_regex(r"(shop-prod-)?[A-Za-z0-9_.-]{3,9}", fullmatch=True), min_size=1, unique=True
)


def environment(**more: Any) -> Environment:
    return resolve(EnvironmentSpec.model_validate({**ENVIRONMENT, **BUILT_IN, **more}), "prod.yaml")


def test_a_name_is_its_own_key() -> None:
    names = ["order_transaction", "Order-Items", "a.b"]
    assert keys_of(names, environment()) == {name: name for name in names}


def test_a_pattern_is_taken_off() -> None:
    found = keys_of(["shop-prod-orders", "legacy"], environment(table_name_pattern=PATTERN))
    assert found == {"shop-prod-orders": "orders", "legacy": "legacy"}


def test_keys_that_clash_get_a_hash_of_the_name() -> None:
    names = ["shop-prod-orders", "orders"]
    found = keys_of(names, environment(table_name_pattern=PATTERN))
    assert found == {"shop-prod-orders": "orders", "orders": "orders-1c168adb"}
    assert keys_of(reversed(names), environment(table_name_pattern=PATTERN)) == found


def test_keys_of_the_environment_are_taken() -> None:
    here = environment(tables={"orders": {"existing": True, "name": "purchases"}})
    assert keys_of(["orders"], here) == {"orders": "orders-1c168adb"}


def test_a_pattern_with_two_places_gives_nothing_back() -> None:
    here = environment(table_name_pattern="{table}-{table}")
    assert keys_of(["orders-orders"], here) == {"orders-orders": "orders-orders"}


@settings(max_examples=200, deadline=None)
@given(names=NAMES, taken=NAMES, pattern=st.sampled_from(["{table}", PATTERN, "shop-{table}"]))
def test_keys_are_unique_and_lead_back_to_the_name(
    names: list[str], taken: list[str], pattern: str
) -> None:
    others = {key: {"existing": True, "name": f"other-{key}"} for key in taken}
    here = environment(table_name_pattern=pattern, tables=others)
    found = entries(
        *(table(name) for name in names),
        choices=Choices(define=False, stack=None, protection=None),
        setting=Setting(environment=here, assumed=False),
    )
    written = {entry.key: dict(entry.written) for entry in found}
    assert len(written) == len(names)
    assert not written.keys() & others.keys()
    merged = environment(table_name_pattern=pattern, tables=others | written)
    assert {each.name for each in merged.tables} == {*names} | {f"other-{key}" for key in taken}


def test_an_environment_gives_what_needs_not_be_written() -> None:
    here = environment(
        table_name_pattern=PATTERN,
        defaults={
            "protection": "critical",
            "billing": {"mode": "provisioned", "read_capacity_units": 1, "write_capacity_units": 1},
        },
    )
    setting = Setting(environment=here, assumed=False)
    own = tags(owner="payments", project="webshop", team="checkout")
    (entry,) = entries(
        table("shop-prod-orders", DeletionProtectionEnabled=True), backups(35), own, setting=setting
    )
    assert entry.key == "orders"
    assert entry.written == {
        "partition_key": {"name": "id", "type": "S"},
        "billing": {"mode": "on_demand"},
        "tags": {"project": "webshop", "team": "checkout"},
    }


def test_choices_that_equal_a_default_are_left_out() -> None:
    setting = Setting(environment=environment(), assumed=False)
    choices = Choices(define=False, stack="tables", protection="standard")
    (entry,) = entries(table(), choices=choices, setting=setting)
    assert entry.written == {"existing": True}
    choices = Choices(define=False, stack="orders", protection="critical")
    (entry,) = entries(table(), choices=choices, setting=setting)
    assert entry.written == {"existing": True, "stack": "orders", "protection": "critical"}
