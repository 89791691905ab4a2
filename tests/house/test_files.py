"""The project's files: short, portable, and what they say of each other is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from generator import __version__
from generator.schema import schema_text
from tests.conftest import ROOT
from tools import denials_page
from tools.lint_rules_page import PAGE, page

MOST_LINES = 400
OF_PEOPLE = {".py", ".j2", ".mjs", ".yaml", ".yml", ".tf", ".md", ".toml"}
OF_MACHINES = ("docs/environment-fields.md", "output/", "tests/golden/")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
# Folders of one machine, and hosts of registries: both differ where somebody else works.
MACHINE = re.compile(
    r"(?<![\w.:{}*/-])/(?:work|root|home|Users|tmp|mnt|srv)/"
    r"|\b(?:registry\.[a-z-]+\.\w+|pypi\.org|files\.pythonhosted\.org|npmjs\.\w+)\b"
    r"|https?://[^/\s]*(?:mirror|proxy|registry|artifact)"
)


def texts(project_files: list[Path], *suffixes: str) -> list[tuple[Path, str]]:
    return [
        (path, (ROOT / path).read_text(encoding="utf-8", errors="replace"))
        for path in project_files
        if not suffixes or path.suffix in suffixes
    ]


def test_files_are_short_enough_to_read(project_files: list[Path]) -> None:
    long = {
        path.as_posix(): text.count("\n")
        for path, text in texts(project_files, *OF_PEOPLE)
        if text.count("\n") > MOST_LINES and not path.as_posix().startswith(OF_MACHINES)
    }
    assert long == {}


def test_nothing_belongs_to_one_machine(project_files: list[Path]) -> None:
    here = Path(__file__).relative_to(ROOT)
    found = [
        f"{path}: {match[0]}"
        for path in project_files
        if path != here
        for match in MACHINE.finditer((ROOT / path).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_links_lead_somewhere(project_files: list[Path]) -> None:
    broken = []
    checked = 0
    for path, text in texts(project_files, ".md"):
        for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if "://" in target or target.startswith("mailto:"):
                continue
            checked += 1
            name, _, anchor = target.partition("#")
            file = (ROOT / path).parent / name if name else ROOT / path
            if not file.exists():
                broken.append(f"{path}: {target}")
            elif anchor and anchor not in anchors(file):
                broken.append(f"{path}: {target}: no such heading")
    assert broken == []
    assert checked > 10


def anchors(file: Path) -> set[str]:
    """Return the anchors of a Markdown file's headings."""
    headings = HEADING.findall(file.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_version_is_one_and_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == __version__


def test_the_schema_beside_the_examples_is_current() -> None:
    schema = ROOT / "environments" / "schema.json"
    assert schema.read_text(encoding="utf-8") == schema_text(), "run `holdfast schema > …`"


def test_the_page_of_denials_is_current() -> None:
    page = (ROOT / denials_page.PAGE).read_text(encoding="utf-8")
    assert page == denials_page.page(), "run tools/denials_page.py"


def test_the_page_of_lint_rules_is_current() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run tools/lint_rules_page.py"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "environments").glob("*.yaml")), ids=lambda p: p.name
)
def test_examples_explain_themselves(path: Path) -> None:
    schema, purpose, *rest = path.read_text(encoding="utf-8").splitlines()
    assert schema == "# yaml-language-server: $schema=schema.json"
    assert re.fullmatch(r"# [A-Z].{20,}", purpose)
    assert rest
