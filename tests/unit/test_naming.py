from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from generator.naming import (
    bucket_name,
    hashed_parts,
    iam_name,
    label,
    physical,
    shortened,
    vault_name,
)


@dataclass(frozen=True)
class Home:
    project: str = "shop"
    name: str = "prod"
    account_id: str = "111111111111"
    region: str = "eu-central-1"
    partition: str = "aws"


LONGEST = Home(project="a" * 20, name="b" * 20, region="ap-southeast-1", account_id="222222222222")
KEY = st.from_regex(r"[a-z][a-z0-9_-]{0,39}", fullmatch=True)
TABLE_KEY = st.from_regex(r"[A-Za-z0-9_.-]{1,60}", fullmatch=True)


def test_labels_are_frozen() -> None:
    assert label("table", "order_transaction").logical_id == "TableOrderTransaction"
    assert label("table", "order_transaction").terraform == "table_order_transaction"
    assert label("plan", "standard", "main").logical_id == "PlanStandardMain"
    assert label("table", "order-items").logical_id == "TableOrderItems8945"
    assert label("table", "order-items").terraform == "table_order_items_8945"


def test_physical_names_are_frozen() -> None:
    assert physical(Home(), "alerts") == "shop-prod-alerts"
    assert vault_name(Home(), "main") == "shop-prod-main"
    assert iam_name(Home(), "backup") == "shop-prod-backup-eu-central-1"
    assert bucket_name(Home(), "artifacts") == "shop-prod-artifacts-111111111111-eu-central-1"
    assert physical(Home(), "standard", "main", length=50) == "shop-prod-standard.main"


def test_a_long_name_keeps_its_beginning_and_gets_the_hash_of_the_whole() -> None:
    assert shortened("a" * 30, 20) == "a" * 11 + "-" + "3a54fc0c"
    assert shortened("a" * 20, 20) == "a" * 20


@given(st.lists(TABLE_KEY, min_size=2, max_size=40, unique=True))
def test_no_two_keys_share_a_label(keys: list[str]) -> None:
    labels = [label("table", key) for key in keys]
    assert len({each.logical_id for each in labels}) == len(keys)
    assert len({each.terraform for each in labels}) == len(keys)


@given(st.sets(st.tuples(KEY, KEY), min_size=2, max_size=30))
def test_no_two_pairs_of_keys_share_a_label_or_a_physical_name(pairs: set[tuple[str, str]]) -> None:
    for one, other in combinations(pairs, 2):
        assert label("plan", *one) != label("plan", *other)
        assert physical(Home(), *one) != physical(Home(), *other)


@given(TABLE_KEY)
def test_labels_fit_both_engines(key: str) -> None:
    made = label("table", key)
    assert re.fullmatch(r"[A-Za-z0-9]{1,255}", made.logical_id)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", made.terraform)


@given(KEY)
def test_names_fit_their_limits(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{2,50}", vault_name(LONGEST, key))
    assert re.fullmatch(r"[\w+=,.@-]{1,64}", iam_name(LONGEST, key))
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,50}", physical(LONGEST, key, key, key, length=50))


@given(KEY, KEY)
def test_shortened_names_stay_apart(one: str, other: str) -> None:
    stem = "x" * 60
    if one != other:
        assert shortened(stem + one, 50) != shortened(stem + other, 50)


@given(st.lists(TABLE_KEY, max_size=60, unique=True), st.integers(1, 20))
def test_parts_hold_every_key_once_and_stay_small(keys: list[str], limit: int) -> None:
    parts = hashed_parts(keys, limit)
    assert sorted(key for part in parts.values() for key in part) == sorted(keys)
    assert all(len(part) <= limit for part in parts.values())


def test_a_new_key_moves_no_other_while_the_parts_stay() -> None:
    keys = [f"table_{number}" for number in range(700)]
    before = hashed_parts(keys, 500)
    after = hashed_parts(["a_new_one", *keys], 500)
    assert list(before) == list(after) == ["1of2", "2of2"]
    home = {key: part for part, members in before.items() for key in members}
    assert {key: part for part, members in after.items() for key in members}.items() >= home.items()


def test_a_logical_id_is_shortened_to_what_cloudformation_takes() -> None:
    one, other = "x" * 250 + "a", "x" * 250 + "b"
    made = [label("index_of_table", one, "orders"), label("index_of_table", other, "orders")]
    assert [len(each.logical_id) for each in made] == [255, 255]
    assert made[0].logical_id != made[1].logical_id
