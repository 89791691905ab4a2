"""What a line of a file says in each format that can be refilled from, as a request of a batch.

`dynamodb_json` and `ion` are DynamoDB's own exports (`common/export_lines.py`), full and
incremental; `pipeline_json` and `pipeline_text` are older dumps (`older.py`), which are full.
A request is an element of BatchWriteItem's list for a table.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from blueprints.functions.common.line_text import bytes_of, text_of

Transform = Callable[[dict[str, Any]], dict[str, Any] | None]
Read = Callable[[bytes], bytes | None]


def reader(
    file_format: str, kind: str, keys: Sequence[str], transform: Transform | None = None
) -> Read:
    """Return a function from a line, without its end, to a request in JSON, or None for none.

    It gives None for a blank line and for an item that `transform` leaves out, and raises
    ValueError that says what is wrong with a line. What it does not look at, because that takes
    longer than writing, `check` does.

    In incremental exports a key that `transform` leaves out is deleted, because an earlier window
    may have written it; deletions do not pass through it, and it may not change keys.
    """
    if file_format == "dynamodb_json" and kind == "full" and transform is None:
        return _copied
    # What most files do without is imported where it is used: a cold start is shorter.
    from blueprints.functions.load_file.formats import parsed

    return parsed.reader(file_format, kind, keys, transform)


def _copied(line: bytes) -> bytes | None:
    """Return the request of a line of a full export, mostly without parsing it.

    Writing takes a fraction of a millisecond for an item, and parsing would take as long again.
    """
    if (
        line.startswith(b'{"Item":{"')
        and line.endswith(b"}}}")
        and line.count(b"{") == line.count(b"}")
    ):
        if not line.isascii():
            text_of(line)
        return b'{"PutRequest":' + line + b"}"
    if not line.strip():
        return None
    from blueprints.functions.common.export_lines import item_of

    return bytes_of({"PutRequest": {"Item": item_of(line, "dynamodb_json")}})
