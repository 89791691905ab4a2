"""Zips of functions: the same bytes everywhere, and nothing in them that is not needed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from generator import output, workspace
from generator.bundle import bundle, bundle_of
from generator.generate import rendered
from tests.conftest import ROOT

NAMES = sorted(path.parent.name for path in ROOT.glob("blueprints/functions/*/handler.py"))
# Ours, so that no library gets in; Lambda itself takes 50 MB. What plans restores and refills reads
# every kind of source, and imports most of that only where it is needed.
MOST_BYTES = 112 * 1024
PRINT_HASH = """
import hashlib, os, pathlib, sys
os.umask(int(sys.argv[2], 8))
sys.path.insert(0, sys.argv[1])
from generator.bundle import bundle_of
content = bundle_of(sys.argv[3], pathlib.Path(sys.argv[1]) / "blueprints").content
print(hashlib.sha256(content).hexdigest())
"""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hash_of(name: str, root: Path, umask: str = "022", python: str = sys.executable) -> str:
    done = subprocess.run(
        [python, "-I", "-c", PRINT_HASH, str(root), umask, name],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The sources of zips, elsewhere on the disk."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "blueprints", tmp_path / "blueprints", ignore=ignored)
    (tmp_path / "generator").mkdir()
    for name in ("__init__.py", "bundle.py"):
        shutil.copy(ROOT / "generator" / name, tmp_path / "generator" / name)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_is_the_same_whatever_the_umask_the_modes_and_the_dates(
    name: str, copied: Path
) -> None:
    expected = digest(bundle(name).content)
    for path in copied.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert [hash_of(name, copied, umask) for umask in ("000", "077")] == [expected] * 2


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_is_the_same_where_lines_end_otherwise(name: str, copied: Path) -> None:
    for path in copied.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert bundle_of(name, copied / "blueprints").content == bundle(name).content


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_is_the_same_in_other_versions_of_python(name: str, copied: Path) -> None:
    others = [
        path
        for version in ("3.12", "3.13", "3.14")
        if (path := working(f"python{version}")) is not None
    ]
    if not others:
        pytest.skip("no other version of Python is installed")
    assert {hash_of(name, copied, python=path) for path in others} == {digest(bundle(name).content)}


def working(command: str) -> str | None:
    """Return the path of an interpreter that starts; a shim of a version manager may not."""
    path = shutil.which(command)
    if path is None:
        return None
    done = subprocess.run([path, "-c", ""], capture_output=True, check=False)
    return path if done.returncode == 0 else None


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_is_the_same_whatever_order_folders_are_listed_in(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir
    scanned = Path.iterdir
    monkeypatch.setattr(os, "listdir", lambda *given: listed(*given)[::-1])
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(list(scanned(path))[::-1]))
    assert bundle_of(name, ROOT / "blueprints").content == bundle(name).content


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_holds_sources_alone_stored_and_without_a_date(name: str) -> None:
    content = bundle(name).content
    assert len(content) <= MOST_BYTES
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(bundle(name).files)
        for entry in entries:
            assert entry.filename.endswith(".py")
            assert (entry.compress_type, entry.create_system) == (ZIP_STORED, 3)
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == 0o100644
            assert archive.read(entry).decode() == (ROOT / entry.filename).read_text()


def test_a_zip_holds_of_common_what_its_handler_imports(copied: Path) -> None:
    functions = copied / "blueprints" / "functions"
    (functions / "common" / "unused.py").write_text("")
    (functions / "common" / "deep.py").write_text("import blueprints.functions.common.deeper\n")
    (functions / "common" / "deeper.py").write_text("import json\n")
    (functions / "one").mkdir()
    (functions / "one" / "__init__.py").write_text("")
    (functions / "one" / "handler.py").write_text(
        "import boto3\nfrom blueprints.functions.common import deep\n"
        "def handler(event, context):\n    from blueprints.functions.one import late\n"
    )
    (functions / "one" / "late.py").write_text("from blueprints.names import vault_key_alias\n")
    (functions / "one" / "test_one.py").write_text("")
    assert bundle_of("one", copied / "blueprints").files == (
        "blueprints/__init__.py",
        "blueprints/functions/__init__.py",
        "blueprints/functions/common/__init__.py",
        "blueprints/functions/common/deep.py",
        "blueprints/functions/common/deeper.py",
        "blueprints/functions/one/__init__.py",
        "blueprints/functions/one/handler.py",
        "blueprints/functions/one/late.py",
    )


def test_what_is_no_function_is_a_defect_of_a_blueprint() -> None:
    with pytest.raises(FileNotFoundError, match=r"blueprints/functions/common/handler\.py"):
        bundle("common")


TEMPLATES = ("recovery", "exports")


def test_zips_and_their_list_are_there_only_where_a_template_uses_them() -> None:
    by_name = {
        tree.environment.name: tree for tree in rendered(workspace.load((), ROOT / "environments"))
    }
    dev, prod = by_name["dev"], by_name["prod"]
    only_in_dev, only_in_prod = dev.zips.keys() - prod.zips.keys(), prod.zips.keys() - dev.zips
    assert only_in_dev == {"functions/region_settings.zip"}
    exports = ("export_table", "plan_export", "report_export", "verify_export")
    named = ("fetch_copy", "take_snapshots", *exports)
    assert only_in_prod == {f"functions/{name}.zip" for name in named}
    for tree in (dev, prod):
        templates, roots = (
            "".join(
                tree.files.get(f"{engine}/{name}.{kind}", "") for name in ("recovery", "exports")
            )
            for engine, kind in (("cloudformation", "yaml"), ("terraform", "tf"))
        )
        listed = json.loads(tree.files["functions.json"])["functions"]
        assert [each["zip"] for each in listed] == list(tree.zips)
        for each in listed:
            content = bundle(each["name"]).content
            assert tree.zips[each["zip"]] == content
            assert each["size_bytes"] == len(content)
            assert each["sha256"] == digest(content)
            assert base64.b64decode(each["sha256_base64"]).hex() == digest(content)
            assert each["handler"] == f"blueprints.functions.{each['name']}.handler.handler"
            assert each["runtime"] == "python3.13"
            assert f'Code: "../{each["zip"]}"' in templates
            assert each["sha256_base64"] in roots


# --- where zips lie -------------------------------------------------------------------------------

FILES = {"functions.json": "{}\n"}
PARTS = ("", "functions")


def compared(folder: Path, zips: dict[str, bytes]) -> output.Changes:
    return output.compare(folder, FILES if zips else {}, PARTS, zips)


def test_a_zip_that_is_not_there_is_built_but_nothing_is_stale(tmp_path: Path) -> None:
    zips = {"functions/one.zip": b"PK\x00\xff"}
    output.write(compared(tmp_path, zips))
    manifest = (tmp_path / output.MANIFEST).read_bytes()
    zip_ = tmp_path / "functions" / "one.zip"
    assert zip_.read_bytes() == zips["functions/one.zip"]
    shutil.rmtree(zip_.parent)  # as in a fresh clone
    changes = compared(tmp_path, zips)
    assert (bool(changes), changes.unbuilt, list(changes.diff())) == (
        False,
        (zip_.parent.name + "/one.zip",),
        [],
    )
    output.write(changes)
    assert zip_.read_bytes() == zips["functions/one.zip"]
    assert (tmp_path / output.MANIFEST).read_bytes() == manifest


def test_a_zip_of_other_code_is_stale(tmp_path: Path) -> None:
    output.write(compared(tmp_path, {"functions/one.zip": b"PK\x00\xff"}))
    changes = compared(tmp_path, {"functions/one.zip": b"PK\x01\xff"})
    assert changes.changed == ("functions/one.zip",)
    assert list(changes.diff()) == [f"Binary file {tmp_path}/functions/one.zip differs"]
    output.write(changes)
    assert (tmp_path / "functions" / "one.zip").read_bytes() == b"PK\x01\xff"


def test_a_zip_that_nothing_uses_goes(tmp_path: Path) -> None:
    output.write(compared(tmp_path, {"functions/one.zip": b"PK\x00\xff"}))
    changes = compared(tmp_path, {})
    assert changes.removed == ("functions.json", "functions/one.zip")
    assert f"Binary file {tmp_path}/functions/one.zip is used no longer" in list(changes.diff())
    output.write(changes)
    assert not (tmp_path / "functions").exists()


def test_the_list_of_what_is_ours_is_the_same_with_zips_and_without(tmp_path: Path) -> None:
    manifests = []
    for name in ("built", "cloned"):
        folder = tmp_path / name
        output.write(compared(folder, {"functions/one.zip": b"PK\x00\xff"}))
        if name == "cloned":
            shutil.rmtree(folder / "functions")
        output.write(compared(folder, {}))
        manifests.append((folder / output.MANIFEST).read_text())
    assert manifests[0] == manifests[1]
    assert json.loads(manifests[0])["files"] == []


def test_a_zip_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "one.zip").write_bytes(b"mine\xff")
    with pytest.raises(output.Mistakes, match="was not written by Holdfast"):
        compared(tmp_path, {"functions/one.zip": b"PK\x00\xff"})
