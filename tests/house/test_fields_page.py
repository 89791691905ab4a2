from __future__ import annotations

from pathlib import Path

from tools.fields_page import page

PAGE = Path(__file__).parent.parent.parent / "docs" / "environment-fields.md"


def test_the_page_of_fields_is_current() -> None:
    command = "python tools/fields_page.py > docs/environment-fields.md"
    assert PAGE.read_text(encoding="utf-8") == page(), f"run `{command}`"
