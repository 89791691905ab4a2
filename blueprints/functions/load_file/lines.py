"""Splits the bytes of a file into lines, in constant memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from blueprints.functions.load_file.failing import BrokenFileError

# Of a gzip member: its header and its sums are read and checked.
_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"
_MOST_AT_ONCE = 1024 * 1024
# Two images of 400 KB each, whose every character is written as an escape of six, and some more.
MOST_LINE_BYTES = 8 * 1024 * 1024


def lines(pieces: Iterable[bytes], compression: str) -> Iterator[list[bytes]]:
    r"""Yield the lines of a file without their ends, some at a time; a last one may have no end.

    A file is unpacked where it is said to be GZIP, and where it begins like one. Raises
    BrokenFileError where it ends too early, is damaged, or has no lines.
    """
    rest = b""
    for text in _texts(pieces, compression):
        found = (rest + text).split(b"\n")
        rest = found.pop()
        if len(rest) > MOST_LINE_BYTES:
            raise BrokenFileError(
                f"it goes on for more than {MOST_LINE_BYTES:,} bytes, which no item does"
            )
        yield found
    if rest:
        yield [rest]


def _texts(pieces: Iterable[bytes], compression: str) -> Iterator[bytes]:
    packed, inflate = None, zlib.decompressobj(_GZIP)
    for piece in pieces:
        if packed is None:
            packed = compression == "GZIP" or piece.startswith(_MAGIC)
        if not packed:
            yield piece
            continue
        data = piece
        while data:
            if inflate.eof:
                data = data.lstrip(b"\0")  # which may fill up what follows a member
                if not data:
                    break
                inflate = zlib.decompressobj(_GZIP)
            yield _inflated(inflate, data)
            data = inflate.unconsumed_tail or inflate.unused_data
    if packed and not inflate.eof:
        raise BrokenFileError("the file ends within its compressed data: it is cut off")


def _inflated(inflate: zlib._Decompress, data: bytes) -> bytes:
    try:
        return inflate.decompress(data, _MOST_AT_ONCE)
    except zlib.error as error:
        raise BrokenFileError(f"the file is not gzip, or no longer ({error})") from error
