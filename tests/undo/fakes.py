"""The shop's undos: what is asked, and reports as the function that writes them makes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from blueprints.functions.report_undo.gathering import Sums
from blueprints.functions.report_undo.report import report_of
from blueprints.functions.report_undo.text import text
from blueprints.names import catalogue_bucket_name
from blueprints.recovery.place import undo_place
from generator.points.access import Access
from generator.undo.asked import Asked, Options, asked
from tests.restore.fakes import START, Catalogue, Execution, error
from tests.restore.shop import prod
from tests.unit.command import holdfast

NAME = "order_transaction"
MACHINE = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-undo"
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{NAME}-20261125T030000Z"
CATALOGUE = catalogue_bucket_name(prod())
REPORT = f"undos/{NAME}/{NAME}-20261125T030000Z"
SINCE, UNTIL = "2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z"
CONFLICT = {
    "key": {"order_id": "o-1"},
    "text": "order_id=o-1",
    "reason": "changed_later",
    "meaning": "what the window changed was changed again later",
    "attributes": [{"name": "status", "then": '"PAID"', "left": '"LOST"', "now": '"\x1b[2J"'}],
    "more_attributes": 0,
}


def what(**options: Any) -> Asked:
    """Return what is asked of the shop's order_transaction."""
    given = {"environment": "prod", "table": NAME} | options
    if not given.get("follow"):
        given.setdefault("since", SINCE)
    return asked(Options(**given), prod(), START)


def a_report(**more: Any) -> tuple[dict[str, Any], str]:
    """Return the report of an undo that put 198 of 200 keys back, and its text."""
    options = {name: more.pop(name) for name in ("dry_run",) if name in more}
    conflicts = [CONFLICT] * more.pop("conflicts", 0)
    state = {
        "request": what(until=UNTIL, **options).request,
        "plan": {
            "action": "undo",
            "table_id": "t",
            "since": SINCE,
            "until": UNTIL,
            "end": UNTIL,
        },
        **more,
    }
    sums = Sums(
        counts=Counter(restored=150, recreated=48, conflict=len(conflicts)),
        reasons=Counter(changed_later=len(conflicts)),
        attributes=Counter(status=150),
        total=198 + len(conflicts),
        conflicts=list(conflicts),
        samples=[
            {
                "text": f"order_id=o-{number}",
                "kind": "restored",
                "attributes": [{"name": "status", "now": '"LOST"', "back_to": '"PAID"'}],
                "more_attributes": 0,
            }
            for number in range(25)
        ],
    )
    execution = {"arn": EXECUTION, "name": "one", "started_at": START.isoformat()}
    ended = START + timedelta(minutes=25)
    document = report_of(state, undo_place(prod()), execution, ended, sums)
    places = {"text": f"s3://{CATALOGUE}/{REPORT}.txt", "report": f"s3://{CATALOGUE}/{REPORT}.json"}
    places |= {"conflicts": "s3://b/c.jsonl"} if conflicts else {}
    listed = {"samples": sums.samples, "conflicts": sums.conflicts, "created": []}
    return {**document, **listed, "places": places}, text(document, sums, places)


@dataclass(slots=True, kw_only=True)
class Objects:
    """A bucket with some objects."""

    bodies: Mapping[str, Any] = field(default_factory=dict)

    def get_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:  # noqa: N803 - of AWS
        assert Bucket == CATALOGUE
        missing = error("NoSuchKey", "GetObject", 404)
        return Catalogue(body=self.bodies.get(Key, missing)).get_object(Bucket, Key)


def run(monkeypatch: Any, execution: Execution, bodies: Mapping[str, Any], *arguments: str) -> Any:
    """Run a command of the shop's prod with what answers in place of AWS."""
    services = {"stepfunctions": execution, "s3": Objects(bodies=bodies)}
    clients: Callable[[str], Any] = services.__getitem__
    monkeypatch.setattr(Access, "clients", lambda _self, _place, _role: clients)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return holdfast("undo", "prod", NAME, *arguments)
