from __future__ import annotations

from pathlib import Path

import pytest

from generator import workspace
from generator.errors import Mistakes
from tests.unit.command import BASE, environment, write

ARCHIVE = environment(
    "archive",
    account="9",
    tables="{}",
    more="kind: destination\naccepts: [prod.yaml]\nvaults: {archive: {}}\n",
)
COPIED = """\
protections:
  copied:
    backups:
      daily:
        schedule: cron(0 3 * * ? *)
        delete_after_days: 35
        copies: {far: {to: archive, delete_after_days: 35}}
"""
PROD = environment("prod", account="2", more=f"{COPIED}defaults: {{protection: copied}}\n")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def names(*wanted: str) -> list[str]:
    return [loaded.environment.name for loaded in workspace.load(wanted)]


def mistakes(*wanted: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        workspace.load(wanted)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_files_that_name_an_environment_are_loaded_in_the_order_of_their_names() -> None:
    write(Path(), b=environment("one"), a=environment("two", account="2"))
    (Path("environments") / "c.yml").write_text(environment("three", account="3"))
    (Path("environments") / "notes.txt").write_text("environment: four")
    assert names() == ["two", "one", "three"]


def test_names_keep_the_order_in_which_they_are_given() -> None:
    write(Path(), b=environment("one"), a=environment("two", account="2"))
    assert names("one", "two") == ["one", "two"]
    assert names("two", "environments/b.yaml", "two") == ["two", "one"]


def test_a_name_is_that_of_the_environment_not_of_the_file() -> None:
    write(Path(), dev=environment("staging"))
    assert names("staging") == ["staging"]
    assert mistakes("dev")[0].startswith("no file in environments/ has `environment: dev`\n")


def test_a_file_that_nothing_uses_is_a_mistake_unless_environments_are_named() -> None:
    write(Path(), dev=environment("dev"), tabels="tables: {}\n")
    (told,) = mistakes()
    assert told.startswith("environments/tabels.yaml names no `environment`")
    assert names("dev") == ["dev"]


def test_copies_link_to_their_destination_and_back() -> None:
    write(Path(), prod=PROD, archive=ARCHIVE)
    archive, prod = (loaded.environment for loaded in workspace.load())
    assert [source.name for source in archive.sources] == ["prod"]
    assert list(prod.destinations) == ["archive"]
    (target,) = prod.copies(prod.protections["copied"].backups["daily"])
    assert target.vault_arn == (
        "arn:aws:backup:eu-central-1:999999999999:backup-vault:shop-archive-archive"
    )
    (back,) = archive.sources[0].copies(prod.protections["copied"].backups["daily"])
    assert back.vault_arn == target.vault_arn


def test_an_environment_on_its_own_is_linked_like_all_of_them() -> None:
    write(Path(), prod=PROD, archive=ARCHIVE)
    together = {loaded.environment.name: loaded.environment for loaded in workspace.load()}
    for name, environment_ in together.items():
        (alone,) = workspace.load([name])
        assert alone.environment == environment_


def test_a_class_that_no_table_uses_links_nothing() -> None:
    write(Path(), prod=environment("prod", account="2", more=COPIED), archive=ARCHIVE)
    prod = workspace.load(["prod"])[0].environment
    assert prod.destinations == {}
    unlinked = COPIED.replace("archive", "nowhere")
    write(Path(), prod=environment("prod", account="2", more=unlinked), archive=ARCHIVE)
    assert names("prod") == ["prod"]


EXPORTED = """\
protections:
  standard:
    exports: {full_schedule: rate(7 days), incremental_every_hours: 24, delete_after_days: 365}
"""


@pytest.mark.parametrize("bucket", ["to: archive", "replicas: {far: {to: archive}}"])
def test_exports_link_to_who_holds_them_and_back(bucket: str) -> None:
    exported = f"{EXPORTED}export_bucket: {{{bucket}}}\n"
    write(Path(), prod=environment("prod", account="2", more=exported), archive=ARCHIVE)
    archive, prod = (loaded.environment for loaded in workspace.load())
    assert list(prod.destinations) == ["archive"]
    assert list(archive.sources[0].destinations) == ["archive"]
    unused = f"export_bucket: {{{bucket}}}\n"
    write(Path(), prod=environment("prod", account="2", more=unused), archive=ARCHIVE)
    assert workspace.load(["prod"])[0].environment.destinations == {}


@pytest.mark.parametrize(
    "more",
    [
        f"{COPIED}defaults: {{protection: copied}}\n".replace("to: archive", "to: archve"),
        f"{EXPORTED}export_bucket: {{to: archve}}\n",
    ],
)
def test_a_source_that_names_no_destination_is_a_mistake_of_the_destination_too(more: str) -> None:
    write(Path(), prod=environment("prod", account="2", more=more), archive=ARCHIVE)
    for wanted in (["archive"], ["prod"], []):
        (told,) = mistakes(*wanted)
        assert told.startswith("environments/prod.yaml:")
        assert "did you mean `archive`?" in told


def test_a_destination_that_does_not_accept_is_a_mistake_of_who_copies() -> None:
    write(Path(), prod=PROD, archive=ARCHIVE.replace("[prod.yaml]", "[]"))
    (told,) = mistakes("prod")
    assert told.startswith("environments/prod.yaml:2:1: environment: the destination archive ")
    assert "add prod.yaml to `accepts` in environments/archive.yaml" in told


def test_a_file_that_is_accepted_but_missing_is_a_mistake_of_the_destination() -> None:
    write(Path(), archive=ARCHIVE)
    (told,) = mistakes("archive")
    assert told.startswith("environments/archive.yaml:")
    assert "prod.yaml" in told


def test_a_mistake_in_a_file_that_several_need_is_told_once() -> None:
    write(Path(), prod=PROD, archive=f"{ARCHIVE}oops: 1\n")
    (told,) = mistakes()
    assert told.startswith("environments/archive.yaml:8:1: unknown key `oops`")


def test_mistakes_of_all_files_come_at_once_in_the_order_of_the_files() -> None:
    write(Path(), b=environment("one", more="oops: 1\n"), a=environment("two", more="ohno: 1\n"))
    assert [told.split(": ")[0] for told in mistakes()] == [
        "environments/a.yaml:5:1",
        "environments/b.yaml:5:1",
    ]


def test_a_rule_does_not_repeat_what_validation_said() -> None:
    write(Path(), dev=environment("dev", tables="{orders: {partition_key: 1}}"))
    (told,) = mistakes()
    assert told.startswith("environments/dev.yaml:4:")


def test_base_files_are_no_environments() -> None:
    write(Path())
    assert mistakes()[0].startswith("no file in environments/ names an `environment`\n")
    assert BASE in (Path("environments") / "base.yaml").read_text()


def test_an_empty_folder_and_no_folder_name_the_next_step() -> None:
    assert mistakes()[0].startswith("there is no folder environments/ here\n")
    Path("environments").mkdir()
    assert "run `holdfast init`" in mistakes()[0]
