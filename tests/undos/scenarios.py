"""What is written to tables that ought not to be, and how it is undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.exports.shop import export_arns, until
from tests.undos.shop import CUSTOMERS, DRAFTS, ORDERS, Undo, number, text

if TYPE_CHECKING:
    from tests.undos.shop import Shop

    Items = dict[str, dict[str, Any]]

DELETED = tuple(f"d{each}" for each in range(12))
MARKED = tuple(f"m{each}" for each in range(12))
SOLD = tuple(f"s{each}" for each in range(6))
# What the script changes and the application does not.
STATUS = {"attributes": ["status"]}
LOST, PAID = text("LOST"), text("PAID")


@dataclass(kw_only=True)
class Cleaned:
    """What a script left of a table, and each undo with what it left."""

    then: Items
    spoiled: Items
    undos: dict[str, Undo] = field(default_factory=dict)
    held: dict[str, Items] = field(default_factory=dict)
    writes: dict[str, list[str]] = field(default_factory=dict)


def clean_up(shop: Shop) -> Cleaned:
    """A script deletes and changes the wrong orders, an application writes all the time."""
    shop.put(ORDERS, **{each: _order(each) for each in (*DELETED, *MARKED, *SOLD)})
    since = shop.moment(minutes=30)
    found = Cleaned(then=shop.held(ORDERS), spoiled={})
    with shop.writing(lambda each: shop.set(ORDERS, SOLD[0], "views", number(each))):
        shop.set(ORDERS, MARKED[0], "note", text("called"))
        for each in MARKED:
            shop.set(ORDERS, each, "status", LOST)
        shop.delete(ORDERS, *DELETED)
        shop.put(ORDERS, n0=_order("n0"))
    end = shop.moment(minutes=20)
    _go_on(shop)
    found.spoiled = shop.held(ORDERS)

    def undo(name: str, also: str = SOLD[1], **more: Any) -> None:
        """Undo while the application counts views, and sends another order again and again."""

        def write(each: int) -> None:
            shop.set(ORDERS, SOLD[0], "views", number(each))
            shop.set(ORDERS, also, "status", text(f"SENT-{each}"))

        before = len(shop.writes("undo-keys"))
        with shop.writing(write):
            undone = shop.undo(ORDERS, since, **{"until": end, "only": STATUS, **more})
        found.undos[name], found.held[name] = undone, shop.held(ORDERS)
        found.writes[name] = shop.writes("undo-keys")[before:]

    undo("dry run", dry_run=True)
    undo("undo", also=MARKED[-1])
    undo("again")
    undo("overwritten", overwrite_conflicts=True)
    return found


def _go_on(shop: Shop) -> None:
    """What the application writes after the script, also to what the script got at."""
    shop.set(ORDERS, SOLD[1], "total", number(9))
    shop.set(ORDERS, MARKED[1], "status", text("SENT"))
    shop.set(ORDERS, MARKED[2], "note", text("hi"))
    shop.delete(ORDERS, MARKED[3])
    shop.put(ORDERS, **{DELETED[0]: {"status": text("NEW")}})


def _order(name: str) -> dict[str, Any]:
    return {
        "status": PAID,
        "total": number(len(name)),
        "names": {"SS": ["a", name]},
        "raw": {"B": b"\x00" + name.encode()},
        "nested": {"M": {"list": {"L": [number(1), {"BOOL": True}, {"NULL": True}]}}},
    }


@dataclass(kw_only=True)
class Created:
    """What was there since a time, and what each way to treat it left."""

    undos: dict[str, Undo] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)


def created_since(shop: Shop) -> Created:
    """Customers come whom nobody wants, one of them is changed afterwards, and one goes."""
    since = shop.moment(minutes=30)
    shop.put(CUSTOMERS, junk_1={"x": number(1)}, junk_2={"x": number(1)}, gone={"x": number(1)})
    shop.delete(CUSTOMERS, "gone")
    end = shop.moment(minutes=20)
    shop.set(CUSTOMERS, "junk_2", "note", text("a real one"))
    found = Created()
    for how in ("keep", "report", "delete"):
        found.undos[how] = shop.undo(CUSTOMERS, since, until=end, created_since=how)
        found.held[how] = shop.held(CUSTOMERS).keys() & {"junk_1", "junk_2", "gone"}
    return found


@dataclass(kw_only=True)
class Undone:
    """What a table held at the time asked for, the undo, and what it holds after it."""

    then: Items
    undo: Undo
    held: Items
    more: dict[str, Any] = field(default_factory=dict)


def undone(shop: Shop, key: str, since: str, then: Items, **more: Any) -> Undone:
    undo = shop.undo(key, since, **more)
    return Undone(then=then, undo=undo, held=shop.held(key))


def ends_in_the_middle(shop: Shop) -> Undone:
    """Minutes after the script somebody writes what is right: an export has no shorter window."""
    shop.put(CUSTOMERS, mid_1={"x": number(1)}, mid_2={"x": number(1)}, mid_3={"x": number(1)})
    since, then = shop.moment(minutes=30), shop.held(CUSTOMERS)
    for each in ("mid_1", "mid_2"):
        shop.set(CUSTOMERS, each, "x", number(2))
    end = shop.moment(minutes=3)
    for each in ("mid_2", "mid_3"):
        shop.set(CUSTOMERS, each, "x", number(3))
    shop.moment(minutes=20)
    return undone(shop, CUSTOMERS, since, then, until=end)


def several_days(shop: Shop) -> Undone:
    """For more than two days keys are changed, some of them on each day."""
    shop.put(CUSTOMERS, **{f"day_{each}": {"x": number(0)} for each in range(4)})
    since, then = shop.moment(minutes=30), shop.held(CUSTOMERS)
    for day in range(3):
        for each in range(day + 1):
            shop.set(CUSTOMERS, f"day_{each}", "x", number(10 * day + 1))
        if day == 0:
            shop.delete(CUSTOMERS, "day_3")
            shop.put(CUSTOMERS, passing={"x": number(1)})
        if day == 1:
            shop.put(CUSTOMERS, day_3={"x": number(7)})
            shop.delete(CUSTOMERS, "passing")
        shop.later(hours=16.5)
    return undone(shop, CUSTOMERS, since, then, until=shop.moment(minutes=20))


def too_recent(shop: Shop) -> Undone:
    """It is undone a minute after it began: what cannot be exported yet is waited for."""
    shop.put(CUSTOMERS, soon={"x": number(1)})
    since, then = shop.moment(minutes=30), shop.held(CUSTOMERS)
    shop.set(CUSTOMERS, "soon", "x", number(2))
    execution = shop.begin(CUSTOMERS, since, until=shop.moment(minutes=1))
    waited = shop.is_waiting(execution)
    before = len(exports_of(shop, CUSTOMERS, execution))
    shop.later(minutes=15)
    undo = shop.came_of(execution)
    more = {"waited": waited, "exports before": before}
    return Undone(then=then, undo=undo, held=shop.held(CUSTOMERS), more=more)


def state_in_full(shop: Shop) -> Undone:
    """What was there at the time is taken from a full export."""
    shop.put(ORDERS, f1=_order("f1"), f2=_order("f2"))
    since, then = shop.moment(minutes=30), shop.held(ORDERS)
    shop.delete(ORDERS, "f1")
    shop.set(ORDERS, "f2", "status", LOST)
    end = shop.moment(minutes=20)
    return undone(shop, ORDERS, since, then, until=end, old_images="full_export")


def recovery_is_off(shop: Shop) -> Undone:
    """Of a table without point-in-time recovery nothing is recorded."""
    shop.put(DRAFTS, one={"x": number(1)})
    since, then = shop.moment(minutes=30), shop.held(DRAFTS)
    switched(shop, on=False)
    found = undone(shop, DRAFTS, since, then, until=shop.moment(minutes=20))
    switched(shop, on=True)
    return found


def switched(shop: Shop, *, on: bool) -> None:
    shop.prod.client("dynamodb").update_continuous_backups(
        TableName=shop.prod.table(DRAFTS).name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on},
    )


# Something fails


def spoiled(shop: Shop, *names: str) -> tuple[str, Items, str]:
    """Change some customers; return from when until when, and what was held before."""
    shop.put(CUSTOMERS, **{each: {"x": number(1)} for each in names})
    since, then = shop.moment(minutes=30), shop.held(CUSTOMERS)
    for each in names:
        shop.set(CUSTOMERS, each, "x", number(2))
    return since, then, shop.moment(minutes=20)


def throttled(shop: Shop) -> Undone:
    """The table takes few writes a second, and other calls are throttled as well."""
    since, then, end = spoiled(shop, *(f"busy_{each}" for each in range(40)))
    role = shop.role("undo-keys")
    for operation, code, status, times in (
        ("BatchGetItem", "ProvisionedThroughputExceededException", 400, 2),
        ("UpdateItem", "ThrottlingException", 400, 2),
        ("PutObject", "SlowDown", 503, 1),
    ):
        how = {"code": code, "status": status, "times": times}
        shop.fail(operation, role_arn=role, message="slower", **how)
    shop.throttle(units_per_second=20, table=shop.prod.table(CUSTOMERS).name)
    try:
        return undone(shop, CUSTOMERS, since, then, until=end)
    finally:
        shop.throttle()
        shop.fail_no_more()


def denied(shop: Shop) -> tuple[Undone, Undone]:
    """The function may not write; then it may, and the same is asked for again."""
    since, then, end = spoiled(shop, "denied")
    shop.fail("UpdateItem", role_arn=shop.role("undo-keys"), times=None)
    first = undone(shop, CUSTOMERS, since, then, until=end)
    shop.fail_no_more()
    return first, undone(shop, CUSTOMERS, since, then, until=end)


def export_fails(shop: Shop) -> Undone:
    """DynamoDB gives the export up."""
    since, then, end = spoiled(shop, "failed")
    shop.fail_export(shop.prod.table(CUSTOMERS).name, "S3AccessDenied", message="Access Denied")
    return undone(shop, CUSTOMERS, since, then, until=end)


def killed(shop: Shop) -> Undone:
    """The function's time ends in the middle of its work; the machine calls it again."""
    since, then, end = spoiled(shop, *(f"killed_{each}" for each in range(60)))
    shop.throttle(units_per_second=20, table=shop.prod.table(CUSTOMERS).name)
    try:
        execution = shop.begin(CUSTOMERS, since, until=end)
        begun = until(lambda: _back(shop, "killed_"), 60)
        assert shop.time_out("shop-prod-undo-keys") == 1
    finally:
        shop.throttle()
    undo = shop.came_of(execution)
    return Undone(then=then, undo=undo, held=shop.held(CUSTOMERS), more={"put back before": begun})


def _back(shop: Shop, names: str) -> int:
    """Return how many customers are back."""
    held = shop.held(CUSTOMERS).items()
    return sum(name.startswith(names) and each["x"] == number(1) for name, each in held)


def exports_of(shop: Shop, key: str, execution: str) -> list[dict[str, Any]]:
    """Return the exports that an undo made."""
    api, found = shop.prod.client("dynamodb"), []
    for arn in export_arns(shop.prod, key):
        shown = api.describe_export(ExportArn=arn)["ExportDescription"]
        if f"work/undos/{execution.rpartition(':')[2]}/" in shown["S3Prefix"]:
            found.append(shown)
    return found
