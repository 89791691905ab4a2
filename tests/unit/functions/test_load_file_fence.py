"""load_file writes and notes nothing where another execution goes on with the refill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blueprints.functions.common.errors import RefusedError
from tests.unit.functions import loading
from tests.unit.functions.loading import CATALOGUE, FENCE, PROGRESS, World, change, item, packed
from tests.unit.functions.loading_table import Request

OTHER = loading.EXECUTION.replace("run-1", "run-2")
SAYS = f"{OTHER} goes on with this refill, by s3://{CATALOGUE}/{FENCE}"


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with loading.world() as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    made = shared.emptied()
    for number in (1, 2):
        made.put(packed([change("a", item("a", str(number)))]), kind="incremental")
    return made


def noted(world: World) -> list[str]:
    return [
        each["Key"]
        for each in world.s3.list_objects_v2(Bucket=CATALOGUE)["Contents"]
        if each["Key"] == PROGRESS
    ]


def test_a_call_that_begins_behind_another_execution_writes_nothing(world: World) -> None:
    world.fence(OTHER)
    with pytest.raises(RefusedError, match=SAYS) as raised:
        world.call()
    # By this name the state machine knows that a repetition mends nothing.
    assert type(raised.value) is RefusedError
    assert (world.table.log, noted(world)) == ([], [])


def test_a_call_that_is_overtaken_ends_with_its_file(world: World) -> None:
    """A value of an early window would be put over that of a later one."""

    def overtaken(_number: int, _requests: list[Request]) -> None:
        world.fence(OTHER)

    world.table.fault = overtaken
    with pytest.raises(RefusedError, match=SAYS):
        world.call()
    assert world.values() == {"a": "1"}
    assert noted(world) == [], "what the other one notes would be written over"


def test_without_a_fence_nobody_goes_on(world: World) -> None:
    world.s3.delete_object(Bucket=CATALOGUE, Key=FENCE)
    with pytest.raises(RefusedError, match="nobody goes on with this refill"):
        world.call()
    assert world.table.log == []
