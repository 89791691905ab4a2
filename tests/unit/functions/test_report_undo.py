"""The report of an undo: conflicts first, all of them somewhere, and nothing that was not done."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.report_undo import gathering
from blueprints.functions.report_undo.handler import report
from blueprints.functions.report_undo.text import subject
from blueprints.functions.undo_keys import work
from tests.unit.functions import undoing
from tests.unit.functions.undoing import BUCKET, FOLDER, NAME, Model, exported, item, line

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
RUN = {
    "arn": "arn:aws:states:eu-central-1:123456789012:execution:shop-prod-undo:run-1",
    "name": "run-1",
    "started_at": "2026-11-20T12:00:00.000Z",
    "entered_at": "2026-11-20T12:30:00.500Z",
}
PLACE = {
    "project": "shop",
    "environment": "prod",
    "region": "eu-central-1",
    "catalogue_bucket": BUCKET,
}
KEY = f"undos/{NAME}/run-1"
ASKED = "holdfast undo prod orders --since 2026-11-20T10:00:00Z --until 2026-11-20T11:00:00+00:00"


def state(shares: int = 1, **more: Any) -> dict[str, Any]:
    request = {
        "table": {"key": "orders", "name": NAME, "arn": "arn:table"},
        "since": "2026-11-20T10:00:00Z",
        "until": "2026-11-20T11:00:00Z",
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": False,
        "old_images": "incremental",
        "write_units": None,
        **more,
    }
    plan = {
        "action": "undo",
        "folder": FOLDER,
        "shares": shares,
        "table_id": "id-1",
        "since": "2026-11-20T10:00:00Z",
        "until": "2026-11-20T11:00:00+00:00",
        "end": "2026-11-20T11:00:00Z",
    }
    return {"request": request, "plan": plan}


def reported(model: Model, found: Any, place: Any = PLACE) -> dict[str, Any]:
    event = {"state": found, "place": place, "execution": RUN}
    answer = report(model.client, event, NOW)
    before = dict(model.objects)
    assert report(model.client, event, NOW) == answer
    assert model.objects == before
    assert json.loads(json.dumps(answer)) == answer
    return answer


def texts(model: Model) -> str:
    return model.objects[f"{KEY}.txt"].decode()


def world(of: int = 1, **more: Any) -> Model:
    """Three keys that go back, one conflict, two that were created."""
    model = Model(
        items={
            each["pk"]["S"]: each
            for each in (
                item("a", status="LOST"),
                item("b", status="LOST", n=2),
                item("d", status="SENT"),
                item("e", x=1),
                item("f", x=1),
            )
        }
    )
    exported(
        model,
        [
            [
                line("a", item("a", status="PAID"), item("a", status="LOST")),
                line("b", item("b", status="PAID", n=1), item("b", status="LOST", n=2)),
                line("c", item("c", status="PAID"), None),
                line("d", item("d", status="PAID"), item("d", status="LOST")),
                line("e", None, item("e", x=1)),
                line("f", None, item("f", x=1)),
            ]
        ],
    )
    undoing.undone(model, of, **more)
    return model


@pytest.mark.parametrize("of", [1, 3])
def test_conflicts_are_told_first_and_are_no_failure(of: int) -> None:
    model = world(of)
    answer = reported(model, state(of))
    document = model.document(f"{KEY}.json")
    assert (answer["status"], answer["key"], answer["text_key"]) == (
        *("SUCCEEDED", f"{KEY}.json"),
        f"{KEY}.txt",
    )
    counts = {name: count for name, count in document["counts"].items() if count}
    assert counts == {"conflict": 1, "restored": 2, "recreated": 1, "created": 2}
    assert document["counts"]["not_selected"] == 0
    assert document["attributes"] == {"status": 2, "n": 1}
    assert document["conflicts_by_reason"] == {"changed_later": 1}
    assert document["keys"] == 6
    assert document["seconds"] == 1800
    assert "conflicts" not in answer["report"]
    lines = texts(model).splitlines()
    said = "What was written to table orders in the window was undone, but for conflicts."
    assert lines[0] == said
    assert lines[1] == "Conflicts, which were left alone: 1."
    assert "         2  put back, attribute by attribute" in lines
    assert "         2  status" in lines
    assert '  pk="d": what the window changed was changed again later' in lines
    assert '    status: "PAID" | "LOST" | "SENT"' in lines
    assert '  pk="b" (restored)' in lines
    assert "    n: 2 -> 1" in lines
    assert '  pk="e"' in lines
    conflicts = model.objects[f"{KEY}.conflicts.jsonl"].decode().splitlines()
    assert [json.loads(each)["key"] for each in conflicts] == [{"pk": {"S": "d"}}]
    created = model.objects[f"{KEY}.created.jsonl"].decode().splitlines()
    assert len(created) == 2
    assert any("--overwrite-conflicts" in each for each in document["next"])
    assert any("--created-since delete" in each for each in document["next"])


def test_a_dry_run_is_said_to_be_one_and_how_to_do_it() -> None:
    model = world(dry_run=True)
    reported(model, state(dry_run=True))
    assert texts(model).startswith("DRY RUN: nothing was written to table orders.")
    assert "Samples, now -> back to:" in texts(model)
    document = model.document(f"{KEY}.json")
    assert document["dry_run"] is True
    assert ASKED in document["next"]


def test_a_dry_run_that_failed_wrote_nothing_either() -> None:
    found = {**state(dry_run=True), "plan": {}, "error": {"Error": "No", "Cause": "no"}}
    reported(model := Model(), found)
    said = "DRY RUN: nothing was written to table orders. It did not end right."
    assert texts(model).startswith(said)


def test_what_comes_next_asks_for_the_same_but_for_what_it_says() -> None:
    where = [{"image": "old", "attribute": "status", "equals": "PAID OFF"}]
    asked = {
        "only": {"change": ["deleted", "updated"], "attributes": ["status"], "where": where},
        "old_images": "full_export",
        "write_units": 40,
        "dry_run": True,
    }
    model = world(dry_run=True)
    reported(model, state(**asked))
    same = (
        f"{ASKED} --only change=deleted --only change=updated --only attribute=status "
        "--only 'old.status=PAID OFF'"
    )
    slow = "--old-images full-export --write-units 40"
    assert model.document(f"{KEY}.json")["next"] == [
        "# to do it",
        f"{same} {slow}",
        "# to put conflicts back as well, over what was written later; look at them first",
        f"{same} {slow} --overwrite-conflicts --dry-run",
        "# to delete what was not there at that time; look at the list first",
        f"{same} --created-since delete {slow} --dry-run",
    ]
    assert "Keys:        --only change=deleted --only change=updated" in texts(model)


def test_a_later_end_takes_what_was_written_after_the_end() -> None:
    model = Model(items={"a": item("a", x=3)})
    lines = [line("a", item("a", x=1), item("a", x=3), undoing.UNTIL)]
    exported(model, [lines])
    undoing.undone(model)
    found = state()
    found["plan"]["end"] = "2026-11-20T11:10:00Z"
    reported(model, found)
    assert model.document(f"{KEY}.json")["next"] == [
        "# to put back as well what was written at --until or later; look at it first",
        "holdfast undo prod orders --since 2026-11-20T10:00:00Z --until 2026-11-20T11:10:00Z "
        "--dry-run",
    ]
    assert "         1  it was written at --until or later, in the same export" in texts(model)


def test_each_way_of_putting_back_has_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_SAMPLES", 7)
    names = [f"{number:02}" for number in range(40)]
    model = Model(items={name: item(name, x=2) for name in names[30:]})
    deleted = [line(name, item(name, x=1), None) for name in names[:30]]
    changed = [line(name, item(name, x=1), item(name, x=2)) for name in names[30:]]
    exported(model, [[*deleted, *changed]])
    undoing.undone(model, of=2)
    reported(model, state(2))
    kinds = [each["kind"] for each in model.document(f"{KEY}.json")["samples"]]
    assert (kinds.count("recreated"), kinds.count("restored")) == (7, 7)
    shown = texts(model)
    assert shown.rindex("(restored)") < shown.index("(recreated)")


def test_what_a_deletion_cannot_see_is_said_where_keys_are_deleted() -> None:
    model = world(created_since="delete")
    reported(model, state(created_since="delete"))
    assert "added between reading and deleting is not seen" in texts(model)
    assert '  pk="e" (deleted)' in texts(model)
    reported(other := world(), state())
    assert "is not seen" not in texts(other)


def test_a_share_that_failed_or_was_not_begun_is_a_failure() -> None:
    model = world(3)
    progress = model.document(f"{FOLDER}progress/000001.json")
    error = {"type": "RefusedError", "message": "line 7 of s3://x is no line"}
    progress |= {"status": "FAILED", "error": error}
    model.objects[f"{FOLDER}progress/000001.json"] = json.dumps(progress).encode()
    del model.objects[f"{FOLDER}progress/000002.json"]
    answer = reported(model, state(3))
    assert answer["status"] == "FAILED"
    assert answer["report"]["not_right"] == [
        "share 2 of 3 failed: RefusedError: line 7 of s3://x is no line",
        "1 of 3 shares were not begun: nothing of them is written",
    ]
    assert texts(model).startswith("The undo of table orders did not end right.")


def test_a_share_that_was_stopped_without_a_word_is_a_failure() -> None:
    model = world()
    progress = model.document(f"{FOLDER}progress/000000.json") | {"status": "GOING"}
    model.objects[f"{FOLDER}progress/000000.json"] = json.dumps(progress).encode()
    (said,) = reported(model, state())["report"]["not_right"]
    assert said.startswith("share 1 of 1 stopped, and could not say why: what is counted of it is")
    assert "put back at least, and some 2,000 keys more may be" in said
    assert gathering.KEYS_OF_A_PART == work.KEYS_OF_A_PART


def test_a_share_that_was_killed_before_its_first_part_may_have_written() -> None:
    model = world()
    undoing.forget(model)

    def step(operation: str, _request: Any) -> None:
        if operation == "batch_get_item":
            raise undoing.KilledError

    model.step = step
    with pytest.raises(undoing.KilledError):
        undoing.call(model)
    model.step = lambda *_: None
    (said,) = reported(model, state())["report"]["not_right"]
    assert "at least" in said


def test_parts_that_no_share_counts_are_left_out() -> None:
    model = world()
    model.objects[f"{FOLDER}results/000000-00007.json"] = b"{"
    assert reported(model, state())["report"]["keys"] == 6


def test_an_error_before_there_was_a_plan_is_the_report() -> None:
    found = {**state(), "plan": {}}
    cause = {"errorType": "RefusedError", "errorMessage": "point-in-time recovery is off"}
    found["error"] = {"Error": "RefusedError", "Cause": json.dumps(cause)}
    model = Model()
    answer = reported(model, found)
    assert answer["status"] == "FAILED"
    assert answer["report"]["not_right"] == ["RefusedError: point-in-time recovery is off"]
    assert model.objects.keys() == {f"{KEY}.json", f"{KEY}.txt"}
    lines = texts(model).splitlines()
    assert lines[0] == "The undo of table orders did not begin. Nothing was put back."
    assert "Back to:     2026-11-20T10:00:00Z" in lines
    assert not any("Keys written" in line for line in lines)
    again = f"{ASKED.removesuffix('+00:00')}Z"
    following = model.document(f"{KEY}.json")["next"]
    assert following == ["# mend what it says, and ask for the same again", again]


def test_without_a_plan_and_without_an_error_it_is_not_right() -> None:
    answer = reported(Model(), {"request": {}, "plan": {}})
    assert answer["report"]["not_right"] == [
        "the window was not exported, so that nothing was compared or put back"
    ]
    assert answer["key"] == "undos/unknown/run-1.json"


def test_a_long_list_has_its_beginning_in_the_text_and_all_in_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "MOST_LISTED", 3)
    names = [f"k{number}" for number in range(20)]
    model = Model(items={name: item(name, x=3) for name in names})
    exported(model, [[line(name, item(name, x=1), item(name, x=2)) for name in names]])
    undoing.undone(model)
    reported(model, state())
    assert f"  and 17 more, all of them in s3://{BUCKET}/{KEY}.conflicts.jsonl" in texts(model)
    assert model.objects[f"{KEY}.conflicts.jsonl"].count(b"\n") == 20


class _Topic:
    def __init__(self, model: Model) -> None:
        self.model, self.sent = model, []  # type: ignore[var-annotated]

    def __call__(self, service: str) -> Any:
        if service != "sns":
            return self.model.client(service)
        client = self.model.client(service)
        client.meta.method_to_api_mapping["publish"] = "Publish"
        client.publish = lambda **message: self.sent.append(message)
        return client


def test_what_the_execution_is_told_stays_small_whatever_the_keys_hold() -> None:
    names = [f"{number:04}{'n' * 250}" for number in range(1_001)]
    model = Model(items={name: item(name, **{name: 2}) for name in names})
    lines = [line(name, item(name, **{name: 1}), item(name, **{name: 2})) for name in names]
    exported(model, [lines])
    undoing.undone(model, 2)
    for share in range(2):
        key = f"{FOLDER}progress/{share:06}.json"
        error = {"type": "RefusedError", "message": "x" * 30_000}
        progress = model.document(key) | {"status": "FAILED", "error": error}
        model.objects[key] = json.dumps(progress).encode()
    where = [{"image": "old", "attribute": "x", "equals": "y" * 9_000}] * 10
    answer = reported(model, state(2, only={"where": where}))
    assert len(json.dumps(answer)) < 64 * 1024
    document = model.document(f"{KEY}.json")
    assert (len(document["attributes"]), document["attributes"]["(others)"]) == (1_001, 1)
    assert len(document["not_right"][0]) > 30_000
    assert answer["report"].keys() < document.keys()


def test_the_budget_is_told_and_whose_it_is() -> None:
    found = state()
    found["plan"]["budget"] = {"write_units": 2.5, "from": "table"}
    reported(model := world(), found)
    assert "Budget:      2.5 write units a second, half of what the table has" in texts(model)
    found["plan"]["budget"] = {"write_units": 40, "from": "asked"}
    reported(model, found)
    assert "Budget:      40 write units a second\n" in texts(model)


def test_people_are_told() -> None:
    clients = _Topic(world())
    place = {**PLACE, "topic_arn": "arn:topic"}
    report(clients, {"state": state(), "place": place, "execution": RUN}, NOW)
    (message,) = clients.sent
    assert message["Subject"] == "Holdfast: orders undone, conflicts: 1, in prod"
    assert "Conflicts, which were left alone: 1." in message["Message"]
    assert f"The report: s3://{BUCKET}/{KEY}.json" in message["Message"]


def test_people_are_told_where_the_report_cannot_be_written() -> None:
    model = world()
    clients = _Topic(model)
    place = {**PLACE, "topic_arn": "arn:topic"}

    def step(operation: str, _request: Any) -> None:
        if operation == "put_object":
            raise undoing.error("AccessDenied", "PutObject")

    model.step = step
    with pytest.raises(RefusedError, match="s3:PutObject"):
        report(clients, {"state": state(), "place": place, "execution": RUN}, NOW)
    (message,) = clients.sent
    assert "The report: nowhere, because s3:PutObject" in message["Message"]


def test_what_the_shares_wrote_down_and_nobody_may_read_is_said() -> None:
    model = world()

    def step(operation: str, _request: Any) -> None:
        if operation == "get_object":
            raise undoing.error("AccessDenied", "GetObject")

    model.step = step
    answer = reported(model, state())
    assert answer["status"] == "FAILED"
    assert "could not be read: s3:GetObject" in answer["report"]["not_right"][0]


@pytest.mark.parametrize("name", ["orders", "x" * 255, "ü"])
def test_a_subject_is_short_and_plain(name: str) -> None:
    counts = {"conflict": 10**9}
    document = {"status": "SUCCEEDED", "dry_run": True, "counts": counts, "environment": "prod"}
    found = subject({**document, "table": {"name": name}})
    assert len(found) <= 100
    assert found.isascii()
