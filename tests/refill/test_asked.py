"""What is wrong with a command line is said at once, with the fix, before AWS is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import Mistakes
from generator.refill.asked import Options, as_before, asked
from generator.refill.source import source_of
from tests.conftest import ROOT
from tests.refill.fakes import EXECUTION, EXPORTS, FOLDER, MACHINE, MANIFEST, NAME, URI, what
from tests.restore.fakes import START
from tests.restore.shop import prod
from tests.unit.command import environment, holdfast, write

if TYPE_CHECKING:
    from pathlib import Path

OUTSIDE = "s3://other-bucket/dumps/"
NONSENSE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"source": None}, "nothing says which data to write", "give --from s3://BUCKET/PREFIX/"),
    ({"source": URI, "chain": True}, "--from and --chain ask for different data", "only one"),
    ({"source": "Other dumps"}, "--from Other dumps is no place in S3", "as s3://BUCKET/PREFIX/"),
    ({"source": "shop-dumps/old"}, "is no place in S3", "write it as s3://shop-dumps/old"),
    ({"source": "arn:aws:s3:::b-1/x"}, "is no place in S3", "write it as s3://b-1/x"),
    ({"source": ""}, "--from  is no place in S3", "s3://BUCKET/PREFIX/"),
    ({"source": "s3://b\x1b[2J/x"}, "s3://b\\x1b[2J/x is no place", "s3://BUCKET/PREFIX/"),
    ({"source": OUTSIDE}, "the roles of prod may not read there", 'prefix: "dumps/"}}}` in'),
    (
        {"source": f"s3://copies/{MANIFEST}"},
        "the roles of prod may not read there",
        f'bucket: copies, prefix: "critical/full/{NAME}/"',
    ),
    ({"source": f"{URI}data/"}, "is only a part of an export", f"{FOLDER}/"),
    ({"source": f"{URI}manifest-files.json"}, "is only a part of an export", f"{FOLDER}/"),
    (
        {"source": f"s3://{EXPORTS}/critical/incremental/x/AWSDynamoDB/data/"},
        "holds files of several exports",
        "AWSDynamoDB/EXPORT_ID/",
    ),
    ({"source": f"s3://{EXPORTS}/a/*.gz"}, "a character that stands for others", "begin with"),
    ({"source": URI, "form": "ion"}, "--format ion is for dumps", "leave out --format"),
    ({"chain": True, "form": "ion"}, "--format ion is for the files of a dump", "leave out"),
    ({"at": "2026-11-24T03:00:00Z"}, "only --chain takes that", "leave out --at, or give --chain"),
    ({"chain": True, "at": "x"}, "--at x is no time", "ISO form with a zone"),
    ({"chain": True, "at": "2026-11-24"}, "names no zone", "2026-11-24T00:00:00Z"),
    ({"chain": True, "at": "2030-01-01T00:00:00Z"}, "in the future", "newest moment of the chain"),
    (
        {"target_name": "x-orders"},
        "begin with order_transaction- only",
        "--into order_transaction-",
    ),
    ({"target_name": "ä"}, "is not a DynamoDB table name", "3 to 255 letters"),
    ({"write_units": 0}, "--write-units 0 would write nothing", "1 or more"),
    ({"write_units": -5}, "--write-units -5 would write nothing", "1 or more"),
    ({"children": 0}, "--children 0 is no number of files", "1 to 1,000"),
    ({"children": 10_001}, "--children 10001 is no number of files", "out for 40"),
    ({"resume": "a b"}, "--resume a b is not the name of an execution", "after the last `:`"),
    ({"resume": EXECUTION}, "is not the name of an execution", "after the last `:`"),
    ({"destination": "nowhere"}, "copies nothing to an environment `nowhere`", "archive"),
    ({"table": "order_transactions"}, "has no table `order_transactions`", "order_transaction"),
)


@pytest.mark.parametrize(("options", "cause", "fix"), NONSENSE)
def test_nonsense_is_refused_with_its_fix(options: dict[str, Any], cause: str, fix: str) -> None:
    with pytest.raises(Mistakes) as refused:
        what(**options)
    (mistake,) = refused.value.mistakes
    assert cause in mistake.cause
    assert fix in mistake.fix
    assert "\x1b" not in str(mistake)


@pytest.mark.parametrize(
    "option",
    [
        {"source": "x"},
        {"chain": True},
        {"at": "x"},
        {"form": "ion"},
        {"target_name": "x"},
        {"overwrite": True},
        {"write_units": 1},
        {"children": 1},
        {"resume": "x"},
        {"dry_run": True},
    ],
)
def test_to_follow_asks_for_nothing_else(option: dict[str, Any]) -> None:
    given = Options(environment="prod", table=NAME, follow=EXECUTION, **option)
    with pytest.raises(Mistakes, match="--follow only looks at an execution"):
        asked(given, prod(), START)


def test_all_that_is_wrong_is_said_at_once() -> None:
    result = holdfast(
        *("refill", str(ROOT / "environments" / "prod.yaml"), NAME),
        *("--from", "nowhere", "--chain", "--at", "x", "--into", "x", "--children", "0"),
        *("--write-units", "0", "--resume", "a b", "--in", "nowhere"),
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "8 mistakes"


@pytest.mark.parametrize(
    ("uri", "request_"),
    [
        (URI, {"kind": "export", "bucket": EXPORTS, "manifest_key": MANIFEST}),
        (URI.rstrip("/"), {"kind": "export", "bucket": EXPORTS, "manifest_key": MANIFEST}),
        (f"s3://{EXPORTS}/{MANIFEST}", {"kind": "export", "manifest_key": MANIFEST}),
        ("s3://b-1/x/manifest-summary.json", {"kind": "export", "bucket": "b-1"}),
        (OUTSIDE, {"kind": "dump", "bucket": "other-bucket", "prefix": "dumps/", "format": "auto"}),
        ("s3://b-1/d/2016/manifest", {"kind": "dump", "prefix": "d/2016/"}),
        ("s3://b-1/d/2016/_SUCCESS", {"kind": "dump", "prefix": "d/2016/"}),
        ("s3://b-1/manifest", {"kind": "dump", "prefix": ""}),
        ("s3://b-1", {"kind": "dump", "prefix": ""}),
        ("s3://b-1/", {"kind": "dump", "prefix": ""}),
        ("s3://b-1/d/one.gz", {"kind": "dump", "prefix": "d/one.gz"}),
    ],
)
def test_what_a_place_names(uri: str, request_: dict[str, Any]) -> None:
    source = source_of(uri, "auto")
    assert source is not None
    assert source.request | request_ == source.request


def test_the_request_has_what_was_asked() -> None:
    wanted = what(write_units=500, children=8, target_name=f"{NAME}-x", resume="one", source=URI)
    assert wanted.source is not None
    assert wanted.machine_arn == MACHINE
    assert wanted.request(wanted.source.request) == {
        "table": {
            "key": NAME,
            "name": f"{NAME}-x",
            "arn": f"arn:aws:dynamodb:eu-central-1:111111111111:table/{NAME}-x",
        },
        "source": {"kind": "export", "bucket": EXPORTS, "manifest_key": MANIFEST},
        "write_units": 500,
        "most_children": 8,
        "resume": "one",
        "quiet": False,
        "poll_seconds": 30,
    }


def test_a_destination_writes_its_own_table_of_its_own_chain() -> None:
    wanted = what(chain=True, destination="archive", profile="break glass")
    assert wanted.machine_arn == MACHINE.replace("111111111111", "222222222222").replace(
        "prod", "archive"
    )
    assert wanted.request({})["table"]["arn"].startswith(
        "arn:aws:dynamodb:eu-central-1:222222222222"
    )
    assert wanted.again("--follow", "A") == (
        f"holdfast refill prod {NAME} --follow A --in archive --profile 'break glass'"
    )


def test_what_an_earlier_execution_says_is_asked_again() -> None:
    first = what(write_units=9, target_name=f"{NAME}-x")
    assert first.source is not None
    again = as_before(what(resume="one"), first.request(first.source.request), START)
    assert again.source == first.source
    assert (again.options.overwrite, again.options.resume) == (True, "one")
    assert (again.options.write_units, again.target_name) == (9, f"{NAME}-x")
    chain = {"kind": "chain", "table_arn": "a", "full": "k", "until": "2026-11-24T03:00:00Z"}
    again = as_before(what(resume="one", write_units=3), first.request(chain), START)
    assert (again.options.chain, again.source, again.options.write_units) == (True, None, 3)
    assert again.at is not None


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"table": {"name": NAME}},
        {"source": {"kind": "new"}, "table": {"name": NAME}},
        {"source": {"kind": "chain"}, "table": {"name": "employee"}},
    ],
)
def test_an_execution_that_does_not_say_it_is_no_help(before: dict[str, Any]) -> None:
    with pytest.raises(Mistakes, match="give --from or --chain too"):
        as_before(what(resume="one"), before, START)


def test_without_recovery_nothing_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, dev=environment("dev", more="recovery: {enabled: false}\n"))
    monkeypatch.chdir(tmp_path)
    result = holdfast("refill", "dev", "orders", "--chain")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "says `recovery: {enabled: false}`, so no state machine refills" in result.stderr


def test_sources_of_the_file_are_read_below_their_prefix_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = "recovery: {refill_sources: {old: {bucket: shop-dumps, prefix: orders/}}}\n"
    write(tmp_path, dev=environment("dev", more=sources))
    monkeypatch.chdir(tmp_path)
    result = holdfast("refill", "dev", "orders", "--from", "s3://shop-dumps/employees/")
    assert result.exit_code == 2
    assert "it may read s3://shop-dumps/orders/ only" in result.stderr
    assert "in environments/dev.yaml" in result.stderr


@pytest.mark.parametrize("arn", ["", "x", f"{EXECUTION}:b", EXECUTION.replace("refill", "restore")])
def test_executions_of_others_are_not_followed(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = holdfast("refill", "prod", NAME, "--follow", arn)
    assert result.exit_code == 2
    assert f"is no execution of {MACHINE}" in result.stderr
