from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from generator import output
from generator.errors import Mistakes

ALL = ("", "cloudformation", "terraform")
FILES = {"README.md": "one\n", "cloudformation/tables.yaml": "a: 1\n", "terraform/tables.tf": "x\n"}


def written(folder: Path, files: dict[str, str], parts: tuple[str, ...] = ALL) -> output.Changes:
    changes = output.compare(folder, files, parts)
    output.write(changes)
    return changes


def lies(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != output.MANIFEST
    }


def test_writes_what_is_asked_and_nothing_the_second_time(tmp_path: Path) -> None:
    assert written(tmp_path, FILES).added == tuple(sorted(FILES))
    assert lies(tmp_path) == FILES
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert not written(tmp_path, FILES)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_stale_files_go_with_their_empty_folder(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    changes = written(tmp_path, {"README.md": "one\n"})
    assert changes.removed == ("cloudformation/tables.yaml", "terraform/tables.tf")
    assert lies(tmp_path) == {"README.md": "one\n"}
    assert not (tmp_path / "terraform").exists()


def test_one_engine_leaves_the_other_alone(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    written(tmp_path, {"README.md": "one\n", "terraform/alerts.tf": "y\n"}, ("", "terraform"))
    assert set(lies(tmp_path)) == {
        "README.md",
        "cloudformation/tables.yaml",
        "terraform/alerts.tf",
    }
    written(tmp_path, {"README.md": "one\n"})
    assert set(lies(tmp_path)) == {"README.md"}


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / "terraform" / "notes.txt").write_text("mine")
    (tmp_path / "terraform" / "extra.tf").write_text("mine too")
    written(tmp_path, {"README.md": "one\n"})
    assert lies(tmp_path) == {
        "README.md": "one\n",
        "terraform/extra.tf": "mine too",
        "terraform/notes.txt": "mine",
    }


@pytest.mark.parametrize("text", [b"by hand\n", b"\xff\xfe"])
def test_a_foreign_file_in_the_way_stops_everything(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "README.md").write_bytes(text)
    with pytest.raises(Mistakes, match="is in the way and was not written by Holdfast"):
        output.compare(tmp_path, FILES, ALL)
    assert (tmp_path / "README.md").read_bytes() == text
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_folder_in_the_way_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    with pytest.raises(Mistakes, match="is in the way"):
        output.compare(tmp_path, FILES, ALL)


def test_a_lost_manifest_is_made_up_for_by_the_signature(tmp_path: Path) -> None:
    signed = {"a.tf": "# Written by Holdfast 0.1.0 from x.yaml.\nold\n"}
    written(tmp_path, signed)
    (tmp_path / output.MANIFEST).unlink()
    changes = written(tmp_path, {"a.tf": "# Written by Holdfast 0.1.0 from x.yaml.\nnew\n"})
    assert changes.changed == ("a.tf",)
    assert lies(tmp_path)["a.tf"].endswith("new\n")


@pytest.mark.parametrize(
    "manifest", ["{", "[]", '{"files": 3}', '{"files": ["../x"]}', '{"files": ["/etc/x"]}']
)
def test_a_damaged_manifest_is_the_users_to_mend(tmp_path: Path, manifest: str) -> None:
    (tmp_path / output.MANIFEST).write_text(manifest)
    with pytest.raises(Mistakes, match="is damaged"):
        output.compare(tmp_path, FILES, ALL)


def test_interrupted_writing_leaves_whole_files_that_the_next_run_owns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, FILES)
    changed = {name: text + "more\n" for name, text in FILES.items()}
    real, calls = output._replace, []

    def failing(path: Path, text: str) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(path, text)

    monkeypatch.setattr(output, "_replace", failing)
    with pytest.raises(KeyboardInterrupt):
        output.write(output.compare(tmp_path, changed, ALL))
    monkeypatch.setattr(output, "_replace", real)
    assert all(text in {FILES[name], changed[name]} for name, text in lies(tmp_path).items())
    assert written(tmp_path, {}).removed == tuple(sorted(FILES))
    assert lies(tmp_path) == {}


def test_the_diff_names_new_changed_and_removed_files(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    after = {"README.md": "two\n", "cloudformation/tables.yaml": "a: 1\n", "new.tf": "z\n"}
    lines = list(output.compare(tmp_path, after, ALL).diff())
    assert f"--- a/{tmp_path.as_posix()}/README.md" in lines
    assert "-one" in lines
    assert "+two" in lines
    assert f"+++ b/{tmp_path.as_posix()}/new.tf" in lines
    assert lines.count("+++ /dev/null") == 1
    assert lies(tmp_path) == FILES


def test_the_manifest_lists_what_was_written(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    listed = json.loads((tmp_path / output.MANIFEST).read_text())
    assert listed == {"written_by": "Holdfast", "files": sorted(FILES)}


def test_what_a_killed_run_left_is_not_in_the_way(tmp_path: Path) -> None:
    left = tmp_path / f".holdfast-{os.getpid()}.tmp"
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    left.symlink_to(target)
    output.write(output.compare(tmp_path, {"a.txt": "new\n"}, ("",)))
    assert (tmp_path / "a.txt").read_text() == "new\n"
    assert target.read_text() == "mine"
    assert not left.is_symlink()
