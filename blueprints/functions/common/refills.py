"""The folder in which a refill works: its plan, the lists of its rounds, and how far each child is.

- `work/refills/FOLDER/plan.json`: what is refilled from what, in which rounds; written once
- `fence.json`: the execution that goes on with it; a resumed refill takes it over,
  and no call writes behind another's
- `ROUND/list.json`: what the children of a round load, a line each; `ROUND/progress/INDEX.json`
- `done/ROUND.json`: what a round has written, once all of its children are done
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blueprints.functions.common import at_once
from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.catalogue import read
from blueprints.functions.common.refill_folder import WORK, Folder

Document = Mapping[str, Any]
DONE = "DONE"
COUNTED = ("items", "files", "written", "deleted", "units")


def folder_of(request: Document, place: Document, execution: Document) -> Folder:
    """Return the folder of a refill: that of the one it resumes, else one of its own."""
    name = request.get("resume") or execution["name"]
    return Folder(bucket=place["catalogue_bucket"], prefix=f"{WORK}{name}/")


def exists(s3: Any, bucket: str, key: str) -> bool:
    """Return whether an object is there; asked for it, S3 may say that it is forbidden."""
    return any(each["Key"] == key for each in _listed(s3, bucket, key))


def write(s3: Any, bucket: str, key: str, document: Document) -> None:
    """Write a document, over an earlier one of the same key."""
    call(
        s3,
        "put_object",
        f"s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=json.dumps(document, sort_keys=True).encode(),
        ContentType="application/json",
    )


def nothing() -> dict[str, Any]:
    """Return the sums of no child at all."""
    return dict.fromkeys(COUNTED, 0)


def added(sums: Document, more: Document) -> dict[str, Any]:
    """Return the sums of both."""
    return {name: round(sums[name] + more.get(name, 0), 3) for name in COUNTED}


def of_child(progress: Document) -> dict[str, Any]:
    """Return what a child has written, as sums."""
    files = progress.get("files") or ()
    through = len(files) if progress["status"] == DONE else int(progress.get("file") or 0)
    told = {name: progress.get(name) or 0 for name in ("written", "deleted", "units")}
    return {"items": int(progress["status"] == DONE), "files": through, **told}


def done_rounds(s3: Any, folder: Folder) -> dict[int, str]:
    """Return the rounds that are done, each with the key of its sums."""
    prefix = f"{folder.prefix}done/"
    keys = [each["Key"] for each in _listed(s3, folder.bucket, prefix)]
    return {int(key.removeprefix(prefix).removesuffix(".json")): key for key in keys}


def progress_keys(
    s3: Any, folder: Folder, number: int, after: str | None = None
) -> Iterator[tuple[int, str]]:
    """Yield index and key of each child of a round that has told how far it is, in order."""
    prefix = folder.progress(number)
    for each in _listed(s3, folder.bucket, prefix, after):
        name = each["Key"].removeprefix(prefix).removesuffix(".json")
        if name.isdecimal():
            yield int(name), each["Key"]


def documents(s3: Any, bucket: str, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the documents of keys, in their order; several are read at once."""
    return at_once.results(lambda key: read(s3, bucket, key), keys)


def _listed(s3: Any, bucket: str, prefix: str, after: str | None = None) -> Iterator[Any]:
    more = {"StartAfter": after} if after else {}
    where = f"s3://{bucket}/{prefix}"
    return pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix, **more)
