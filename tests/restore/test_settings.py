"""What a request says of a table is what is read of it once its template is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common import settings_reading
from blueprints.functions.common.settings_comparing import differences
from generator.recovery.requests import requests

if TYPE_CHECKING:
    from tests.restore.conftest import Shop

pytestmark = pytest.mark.e2e


def test_a_deployed_table_has_the_settings_of_its_request(shop: Shop) -> None:
    def clients(service: str) -> Any:
        return shop.client(service, shop.prod)

    seen = 0
    for request in requests(shop.prod).values():
        wanted = request["settings"]
        if wanted is None:
            continue
        table = settings_reading.described(clients, wanted["table_name"])
        present = settings_reading.settings_of(clients, table, alarms=())
        assert differences(wanted, present) == {}
        assert wanted.keys() == present.keys()
        seen += 1
    assert seen == 3
