"""What people read: every message as a file, and valid JSON whatever the record holds or lacks."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tripwires.bus import Rule, delivered, rules, told
from tests.tripwires.calls import HERE, Call
from tests.tripwires.records import ACTORS, OF_ANOTHER_ACCOUNT, SIGNED_IN, first_call, record
from tests.tripwires.test_calls import EVERY, NAMELESS, REFUSED, Event, expected

GOLDEN = Path(__file__).parent / "golden"
ON_CALL = ("a single sign-on session", "who deploys")
RULES_WITH_WORDS = [rule for rule in rules() if rule.region == HERE]


def shown(rule: Rule, event: Event) -> str:
    """Return the message as text, without the record that ends it."""
    message = json.loads(told(rule, event))
    assert list(message)[-1] == "record"
    del message["record"]
    return "\n".join(f"{line}: {text}" for line, text in message.items())


def messages(wire: str) -> Iterator[str]:
    """Yield every message of one wire under a title: each call, and the first by everybody."""
    seen = False
    for call in (each for each in EVERY if each.wire == wire):
        for who, actor in ACTORS.items():
            if who in ON_CALL or not seen:
                yield _message(f"{call.event} in {call.region} by {who}", record(call, actor))
        if wire.startswith("break-glass"):
            for actor in (SIGNED_IN, OF_ANOTHER_ACCOUNT):
                title = f"{call.event} in {call.region} by {actor.identity['type']}"
                yield _message(title, record(call, actor))
        seen = True
    if wire == "break-glass-session":
        yield _message("ConsoleLogin", first_call("signin.amazonaws.com", "ConsoleLogin", HERE))
        yield _message(
            "GetCallerIdentity", first_call("sts.amazonaws.com", "GetCallerIdentity", HERE)
        )
    if wire == "refused-attempt":
        for call in NAMELESS:
            yield _message(
                f"{call.event} without parameters", record(call, REFUSED[0], requestParameters=None)
            )


def _message(title: str, event: Event) -> str:
    (rule,) = delivered(event)
    return f"## {title}, to {rule.target['Id']}\n\n{shown(rule, event)}\n"


WIRES = sorted({call.wire for call in EVERY} | {"break-glass-session", "refused-attempt"})


@pytest.mark.parametrize("wire", WIRES)
def test_messages_are_as_reviewed(wire: str) -> None:
    text = "\n".join(messages(wire))
    path = GOLDEN / f"{wire}.txt"
    if os.environ.get("HOLDFAST_UPDATE_GOLDEN") and os.environ.get("CI") != "true":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "HOLDFAST_UPDATE_GOLDEN=1 writes it again"


def test_every_golden_file_belongs_to_a_wire() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == WIRES
    tripped = {re.sub(r"^shop-prod-(tripwire|change|forward)-", "", each.name) for each in rules()}
    assert tripped == set(WIRES)


@pytest.mark.parametrize("call", EVERY, ids=lambda call: f"{call.region}-{call.event}")
def test_a_message_says_who_what_from_where_and_whether_it_was_refused(call: Call) -> None:
    for actor in ACTORS.values():
        event = record(call, actor)
        (rule,) = delivered(event)
        message = json.loads(told(rule, event))
        loud = rule.target["Id"] == "alerts"
        start = "TRIPWIRE" if loud else "Change"
        assert next(iter(message)) == "alert"
        assert message["alert"].startswith(f"{start} shop-prod: {call.event} ")
        assert str(actor.identity.get("arn", "config.amazonaws.com")) in message["who"]
        assert actor.address in message["from"]
        assert message["when"] == f"2026-11-20T03:00:00Z in {call.region}"
        assert (f"[{actor.error}]" if actor.error else "[]") in message["result"]
        assert message["risk"]
        assert message["next"].startswith("aws ")
        assert "<" not in json.dumps({**message, "record": None})
        if call.event not in {"AssumeRoleWithSAML", "AssumeRole"}:
            assert message["record"]["userAgent"] == event["detail"]["userAgent"]


@pytest.mark.parametrize("rule", RULES_WITH_WORDS, ids=lambda rule: rule.name)
def test_a_message_is_valid_whatever_the_record_lacks(rule: Rule) -> None:
    bare: dict[str, Any] = {"detail": {"userIdentity": {}, "requestParameters": None}}
    message = json.loads(told(rule, bare))
    assert message["alert"].startswith(("TRIPWIRE", "Change"))
    text = rule.target["InputTransformer"]
    assert set(re.findall(r"<(\w+)>", text["InputTemplate"])) == set(text["InputPathsMap"])
    assert len(text["InputTemplate"]) <= 8192
    assert len(text["InputPathsMap"]) <= 100


@pytest.mark.parametrize("event", ["AssumeRole", "AssumeRoleWithSAML"])
def test_no_message_carries_credentials(event: str) -> None:
    call = next(each for each in EVERY if each.event == event)
    answer = {"credentials": {"accessKeyId": "ASIAEXAMPLE", "sessionToken": "very-secret"}}
    given = record(call, SIGNED_IN, responseElements=answer)
    (rule,) = delivered(given)
    text = told(rule, given)
    assert "very-secret" not in text
    assert "ASIAEXAMPLE" not in text
    assert expected(call, SIGNED_IN) == [("alerts", rule.name)]
