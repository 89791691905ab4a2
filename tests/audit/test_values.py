"""Three-valued answers, held against every way to fill the holes."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from generator.audit.values import (
    NO,
    YES,
    Hole,
    Text,
    Verdict,
    all_of,
    any_of,
    equal,
    fields,
    like,
    misplaced_wildcard,
    negated,
    selected_by,
    text,
    unknown,
)

FILLINGS = ("", "a", "b", "ab", "ba", "aab", "x-a")
ACCOUNT = Hole("account", "the account is not given")
NAME = Hole("name", "the name is made up")
UNKNOWN = unknown("nobody knows")


def texts(count: int) -> list[Text]:
    """Return texts of literals and two holes, the same ones in every run."""
    random = Random(20)  # not for secrets: the same texts every time
    pieces = ("a", "b", "ab", "-", ACCOUNT, NAME)
    return [text(*random.choices(pieces, k=random.randint(0, 4))) for _ in range(count)]


def filled(value: Text, filling: dict[str, str]) -> str:
    return "".join(part if isinstance(part, str) else filling[part.key] for part in value.parts)


def fillings() -> list[dict[str, str]]:
    return [{"account": one, "name": other} for one, other in product(FILLINGS, repeat=2)]


def test_equality_is_right_whatever_the_holes_hold() -> None:
    decided = 0
    for left, right in product(texts(60), repeat=2):
        truth = equal(left, right).truth
        answers = {filled(left, each) == filled(right, each) for each in fillings()}
        if truth is not None:
            decided += 1
            assert answers == {truth}, f"{left} and {right}"
    assert decided > 1000


def test_a_prefix_is_right_whatever_the_holes_hold() -> None:
    decided = {True: 0, False: 0}
    for arn, prefix in product(texts(60), repeat=2):
        truth = selected_by(arn, text(prefix, "*")).truth
        answers = {filled(arn, each).startswith(filled(prefix, each)) for each in fillings()}
        if truth is not None:
            decided[truth] += 1
            assert answers == {truth}, f"{arn} by {prefix}*"
    assert min(decided.values()) > 100


def test_what_is_partly_known_is_decided_where_it_can_be() -> None:
    arn = text("arn:aws:dynamodb:eu-central-1:", ACCOUNT, ":table/orders")
    assert equal(arn, arn) == YES
    assert equal(arn, text("arn:aws:dynamodb:eu-central-1:", ACCOUNT, ":table/users")) == NO
    other = text("arn:aws:dynamodb:eu-central-1:111111111111:table/orders")
    assert equal(arn, other) == unknown("the account is not given")
    made_up = text(NAME, "-Orders-", ACCOUNT)
    assert equal(made_up, text("users")).truth is False
    assert equal(made_up, text("shop-Orders-1ABC")).truth is None


def test_a_hole_is_not_what_it_is_known_not_to_be() -> None:
    stage = text(Hole("stage", "no default", frozenset({"prod"})))
    assert equal(stage, text("prod")) == NO
    assert equal(stage, text("dev")).truth is None


@pytest.mark.parametrize(
    ("pattern", "truth"),
    [
        ("*", True),
        ("arn:aws:dynamodb:*", True),
        ("arn:aws:dynamodb:*:*:table/*", True),
        ("arn:aws:dynamodb:*:*:table/ord*", True),
        ("arn:aws:dynamodb:eu-central-1:111111111111:table/orders", True),
        ("arn:aws:dynamodb:eu-central-1:111111111111:table/order", False),
        ("arn:aws:dynamodb:eu-west-1:*:table/*", False),
        ("arn:aws:dynamodb:*:*:table/*ders", False),
        ("arn:aws:dynamodb:eu-*:111111111111:table/orders", False),
        ("arn:aws:rds:*:*:db:*", False),
        ("orders", False),
    ],
)
def test_wildcards_of_selections(pattern: str, truth: bool) -> None:  # noqa: FBT001
    arn = text("arn:aws:dynamodb:eu-central-1:111111111111:table/orders")
    assert selected_by(arn, text(pattern)).truth is truth


def test_only_wildcards_that_select_nothing_are_misplaced() -> None:
    assert misplaced_wildcard(text("arn:aws:dynamodb:*:*:table/*-orders"))
    assert misplaced_wildcard(text("arn:aws:dynamodb:eu-*:1:table/x"))
    assert not misplaced_wildcard(text("arn:aws:dynamodb:*:*:table/", NAME, "*"))


def test_verdicts_are_joined_by_the_worst_and_the_best() -> None:
    assert all_of(()) == YES
    assert any_of(()) == NO
    for verdicts in product((YES, NO, UNKNOWN), repeat=2):
        truths = {verdict.truth for verdict in verdicts}
        both = False if False in truths else None if None in truths else True
        either = True if True in truths else None if None in truths else False
        assert all_of(verdicts).truth is both
        assert any_of(verdicts).truth is either
    assert negated(UNKNOWN) is UNKNOWN
    assert negated(YES) == NO


def test_a_verdict_says_what_it_rests_on() -> None:
    assert str(YES) == "yes"
    assert str(UNKNOWN) == "unknown: nobody knows"
    assumed = Verdict(truth=True, assumed=frozenset({"by default of parameter Stage"}))
    assert str(all_of((YES, assumed))) == "yes (by default of parameter Stage)"
    assert any_of((assumed, YES)) == YES


def test_tag_values_match_by_wildcards_anywhere() -> None:
    assert like(text("production"), text("*rod*")).truth is True
    assert like(text("production"), text("prod")).truth is False
    assert like(text(NAME), text("*")).truth is True
    assert like(text(NAME), text("p*")).truth is None


def test_fields_keep_the_colons_of_the_last() -> None:
    arn = text("arn:aws:backup:", NAME, ":", ACCOUNT, ":backup-vault:main")
    assert [str(each) for each in fields(arn)] == [
        "arn",
        "aws",
        "backup",
        "<name>",
        "<account>",
        "backup-vault:main",
    ]
