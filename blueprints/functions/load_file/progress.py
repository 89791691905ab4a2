"""How far the files of one entry of a refill's list are: in this call, and noted in S3."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of
from blueprints.functions.load_file.failing import BadDataError

Event = Mapping[str, Any]
Status = Literal["DONE", "GOING", "FAILED"]


@dataclass(kw_only=True)
class Position:
    """The file that is read, how many of its lines are done, and what all of it came to so far."""

    file: int = 0
    line: int = 0
    etag: str | None = None  # of that file, as it was when its first lines were read
    written: int = 0
    deleted: int = 0
    units: float = 0.0
    seconds: float = 0.0
    calls_without_progress: int = 0  # in a row, because the table was busy

    def is_behind(self, other: Position) -> bool:
        """Return whether the other is further."""
        return (self.file, self.line) < (other.file, other.line)


class Note(NamedTuple):
    """Where in the catalogue bucket it is noted, and of which files."""

    s3: Any
    bucket: str
    key: str
    number: int
    files: Sequence[str]

    @property
    def _where(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def begun(self, previous: Event) -> Position:
        """Return where to go on: what the call before returned, or what is noted if that is more.

        A call that failed has returned nothing, and neither has one of an execution before this.
        """
        told, noted = _position(previous), self._noted()
        return noted if told.is_behind(noted) else told

    def _noted(self) -> Position:
        try:
            answer = call(self.s3, "get_object", self._where, Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return Position()
            raise
        document = json.loads(answer["Body"].read())
        return _position(document) if document["files"] == list(self.files) else Position()

    def write(self, status: Status, position: Position, error: BaseException | None = None) -> None:
        """Note how far it is; only one call at a time works on these files."""
        document = {
            "status": status,
            "index": self.number,
            **asdict(position),
            "files": list(self.files),
            "error": None if error is None else _told(error),
        }
        call(
            self.s3,
            "put_object",
            self._where,
            Bucket=self.bucket,
            Key=self.key,
            Body=json.dumps(document).encode(),
            ContentType="application/json",
        )


def note_of(s3: Any, event: Event) -> Note:
    """Return the note of the entry that a call is about."""
    load, item = event["load"], event["item"]
    return Note(
        s3=s3,
        bucket=load["bucket"],
        key=f"{load['folder']}{item['index']:06}.json",
        number=item["index"],
        files=[file["key"] for file in item["files"]],
    )


def _position(told: Event) -> Position:
    names = Position.__dataclass_fields__
    return Position(**{name: told[name] for name in names if name in told})


def _told(error: BaseException) -> dict[str, Any]:
    data = error if isinstance(error, BadDataError) else None
    return {
        "type": type(error).__name__,
        "message": " ".join(str(error).split()),
        "file": data and data.file,
        "line": data and data.line,
    }
