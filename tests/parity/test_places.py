"""A template of another Region uses its provider in every resource, and no other template does."""

from __future__ import annotations

import re

import pytest

from generator import pipeline
from tests.parity.rendering import all_names, loaded

PROVIDER = re.compile(r"^  provider\s*= (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("name", all_names())
def test_every_resource_has_the_provider_of_its_place(name: str) -> None:
    for part in pipeline.render(loaded(name).environment, ("terraform",)).parts:
        if part.terraform is None:
            continue
        used = PROVIDER.findall(part.terraform.text)
        if part.elsewhere is None or part.elsewhere.provider is None:
            assert used == []
        else:
            resources = part.terraform.text.count('\nresource "')
            assert used == [part.elsewhere.provider] * resources
            assert resources > 0
