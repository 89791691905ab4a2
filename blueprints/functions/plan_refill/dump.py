"""An older dump as source: the files of a folder, with or without a list of them.

Data Pipeline and EMR write `manifest` beside the files, which names them by their addresses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.dump_formats import (
    FORMATS,
    UnknownFormatError,
    detect,
    is_gzip,
    unpacked,
)
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_refill.case import Bucket, Case, bucket_of
from blueprints.functions.plan_refill.source import Source

File = dict[str, Any]
_MANIFEST, _SUCCESS, _SUMMARY = "manifest", "_SUCCESS", "manifest-summary.json"
_SAMPLE_BYTES = 64 * 1024
# Of packed files that hold nothing; one that holds something comes soon.
_MOST_SAMPLES = 20
_NO_DATA = (".md5", ".checksum", ".crc", ".sha256", "_$folder$")
_MOST_NAMED = 5


def listed(case: Case) -> list[File]:
    """Return the files of the dump below the prefix, and the list of them where there is one.

    Raises RefusedError where no file holds anything, where there are several dumps, or where the
    folder may not be read.
    """
    asked = case.request["source"]
    bucket = bucket_of(case, asked["bucket"], asked["prefix"])
    where = f"s3://{bucket.name}/{asked['prefix']}"
    objects = list(_objects(case, bucket))
    _check_folders([each["Key"] for each in objects], where)
    _check_is_one(objects, where)
    files = [
        _file(bucket, each)
        for each in objects
        if _is_data(each["Key"]) or _name(each["Key"]) == _MANIFEST
    ]
    if not any(each["bytes"] for each in files if _name(each["key"]) != _MANIFEST):
        raise RefusedError(
            f"below {where} no file holds anything, of {len(objects)} objects: see what is there "
            f"with aws s3 ls --recursive {where}, and give the folder of the dump's files"
        )
    return files


def as_now(case: Case, files: Iterable[Mapping[str, Any]]) -> Iterator[File]:
    """Yield files of an earlier list as they are now: what was mended since is another object."""
    asked = case.request["source"]
    bucket = bucket_of(case, asked["bucket"], asked["prefix"])
    now = {each["Key"]: _file(bucket, each) for each in _objects(case, bucket)}
    for file in files:
        found = now.get(file["key"], file)
        yield {**file, "etag": found["etag"], "bytes": found["bytes"]}


def read(case: Case, found: list[File]) -> Source:
    """Return the dump as one part, in the format that its first lines are of.

    Raises RefusedError where that is another than was asked for, or none.
    """
    asked = case.request["source"]
    where = f"s3://{asked['bucket']}/{asked['prefix']}"
    files = _chosen(case, found)
    written, packed = _format(case, files)
    wanted = asked.get("format") or "auto"
    if wanted not in {"auto", *FORMATS}:
        raise RefusedError(f"source.format is {wanted}: give auto, or one of {', '.join(FORMATS)}")
    if wanted not in {"auto", written}:
        raise RefusedError(
            f"files below {where} are {written} by their first lines, not {wanted}: leave the "
            "format out, or give the folder that is meant"
        )
    for each in files:
        is_packed = each["key"].endswith(".gz") or packed
        each.update(format=written, compression="GZIP" if is_packed else "NONE")
    stored = sum(each["bytes"] for each in files)
    part = {"kind": "full", "to": None, "files": len(files), "items": None, "bytes": stored}
    return Source(
        parts=[part | {"format": written, "buckets": [asked["bucket"]]}],
        table_arn=None,
        told=f"dump of {len(files)} file{'' if len(files) == 1 else 's'} below {where}, {written}",
        files=files,
    )


def _objects(case: Case, bucket: Bucket) -> Iterator[Mapping[str, Any]]:
    prefix = case.request["source"]["prefix"]
    yield from pages(
        case.s3_in(bucket.region),
        "list_objects_v2",
        "Contents",
        f"s3://{bucket.name}/{prefix}",
        Bucket=bucket.name,
        Prefix=prefix,
        **bucket.owner,
    )


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _is_data(key: str) -> bool:
    """Return whether a key is a data file's: Hadoop's own begin with an underscore or a dot."""
    name = _name(key)
    hidden = not name or name[0] in "_."
    return not (hidden or name.startswith(_MANIFEST) or name.endswith(_NO_DATA))


def _check_folders(keys: Sequence[str], where: str) -> None:
    """Raise where the files are of several dumps, or of an export that has a better way."""
    marks = [key for key in keys if _name(key) in {_MANIFEST, _SUCCESS, _SUMMARY}]
    summaries = [key for key in marks if _name(key) == _SUMMARY]
    if summaries:
        raise RefusedError(
            f"below {where} there are exports of DynamoDB, with manifests: refill from one of them "
            f"with source {{kind: export, manifest_key: {summaries[-1]}}}"
        )
    folders = sorted({key.rpartition("/")[0] for key in marks})
    if len(folders) > 1:
        some = ", ".join(f"{each}/" for each in folders[-_MOST_NAMED:])
        raise RefusedError(
            f"below {where} there are {len(folders)} dumps, and which is newer is not known: give "
            f"the prefix of one of them, such as {some}"
        )


def _check_is_one(objects: Sequence[Mapping[str, Any]], where: str) -> None:
    """Raise where files of data lie in several folders, and nothing says that they are one dump.

    A manifest names the files that belong to it, and below a folder with `_SUCCESS` all do.
    """
    keys = [each["Key"] for each in objects]
    if any(_name(key) == _MANIFEST for key in keys):
        return
    mark = next((key.removesuffix(_SUCCESS) for key in keys if _name(key) == _SUCCESS), None)
    folders = {
        mark if mark is not None and key.startswith(mark) else key.removesuffix(_name(key))
        for key in (each["Key"] for each in objects if each["Size"])
        if _is_data(key)
    }
    if len(folders) > 1:
        some = ", ".join(sorted(folders)[-_MOST_NAMED:])
        raise RefusedError(
            f"below {where} there are files of data in {len(folders)} folders, and whether they "
            "are one dump, or which is newer, is not known: give the prefix of one folder, such as "
            f"{some}"
        )


def _chosen(case: Case, found: list[File]) -> list[File]:
    """Return the files that the dump's manifest names, all of them where it has none.

    Those without content are left out: EMR writes one for each part, and many parts are empty.
    """
    files = {each["key"]: each for each in found if _name(each["key"]) != _MANIFEST}
    manifest = next((each for each in found if _name(each["key"]) == _MANIFEST), None)
    keys = sorted(files) if manifest is None else list(_named(case, manifest, files))
    chosen = [files[key] for key in dict.fromkeys(keys) if files[key]["bytes"]]
    if not chosen and manifest is not None:
        raise RefusedError(
            f"no file that s3://{manifest['bucket']}/{manifest['key']} names holds anything: the "
            "dump is of an empty table, or another one is meant"
        )
    return chosen


def _named(case: Case, manifest: File, files: Mapping[str, File]) -> Iterator[str]:
    """Yield the keys that a manifest names; a dump that was moved has the files beside it."""
    bucket, key = manifest["bucket"], manifest["key"]
    where = f"s3://{bucket}/{key}"
    body = _body(case, manifest)
    try:
        urls = [str(each["url"]) for each in json.loads(body)["entries"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedError(
            f"{where} is no manifest of a dump ({type(error).__name__}: {error}): it has to hold "
            "entries, each with the url of a file. If it is another file, move it out of the folder"
        ) from error
    folder = key.rpartition("/")[0]
    for url in urls:
        own = url.partition("://")[2].partition("/")[2]
        beside = f"{folder}/{_name(own)}".lstrip("/")
        known = next((each for each in (own, beside) if each in files), None)
        if known is None:
            raise RefusedError(
                f"{url}, which {where} names, is not there: aws s3api list-object-versions "
                f"--bucket {bucket} --prefix {beside} shows who deleted it when. Put it back, or "
                "take another dump"
            )
        yield known


def _body(case: Case, file: File, **more: str) -> bytes:
    answer = call(
        case.s3_in(file["region"]),
        "get_object",
        f"s3://{file['bucket']}/{file['key']}",
        Bucket=file["bucket"],
        Key=file["key"],
        ExpectedBucketOwner=file["account_id"],
        **more,
    )
    body: bytes = answer["Body"].read()
    return body


def _file(bucket: Bucket, listed_: Mapping[str, Any]) -> File:
    return {
        "bucket": bucket.name,
        "key": listed_["Key"],
        "region": bucket.region,
        "account_id": bucket.account_id,
        "etag": listed_["ETag"].strip('"'),
        "md5": None,
        "items": None,
        "bytes": listed_["Size"],
        "kind": "full",
    }


def _format(case: Case, files: list[File]) -> tuple[str, bool]:
    """Return the format of the first file that holds something, and whether it is packed."""
    for file in files[:_MOST_SAMPLES]:
        where = f"s3://{file['bucket']}/{file['key']}"
        sample = _body(case, file, Range=f"bytes=0-{_SAMPLE_BYTES - 1}")
        try:
            if unpacked(sample).strip():
                return detect(sample), is_gzip(sample)
        except UnknownFormatError as error:
            raise RefusedError(f"{where} cannot be refilled from: {error}") from error
    raise RefusedError(
        f"the first {min(len(files), _MOST_SAMPLES)} files below "
        f"s3://{files[0]['bucket']}/{case.request['source']['prefix']} hold nothing once they are "
        "unpacked: give the folder of a dump that holds items"
    )
