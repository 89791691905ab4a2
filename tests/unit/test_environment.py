# ruff: noqa: E501 - the tables hold whole messages, one to a line
"""What the reader of environment files returns, where it says things stand, what it refuses."""

from __future__ import annotations

import importlib.util
import math
import pathlib
import re
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import environment
from generator.environment import syntax
from generator.errors import Mark, Mistakes, Path, dotted


def read(folder: pathlib.Path, files: dict[str, str] | str, **options: Any) -> environment.Document:
    """Write the files and read the first of them."""
    files = {"prod.yaml": files} if isinstance(files, str) else files
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return environment.read(folder / next(iter(files)), relative_to=folder, **options)


def in_one_line(mistake: object) -> str:
    return str(mistake).replace("\n    fix: ", " | ")


VALUES = [
    ("word", "word"), ('"no"', "no"), ("'12'", "12"), ('""', ""), ("=", "="), (".", "."),
    ("true", True), ("FALSE", False), ("tRue", "tRue"), ("cron(0 3 * * ? *)", "cron(0 3 * * ? *)"),
    ("0", 0), ("-17", -17), ("9223372036854775807", 9223372036854775807),
    ("12345678901234567890", "12345678901234567890"),
    ("11111111111", 11111111111), ("111111111111", "111111111111"), ("1111111111111", 1111111111111),
    ("012345678901", "012345678901"), ("0755", "0755"), ("00", "00"), ("0x1F", "0x1F"),
    ("1_000", "1_000"), ("+491701234567", "+491701234567"), ("1.2.3", "1.2.3"),
    ("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0), ("1.0e-7", 1e-7), (".5", 0.5), ("-.inf", -math.inf), (".nan", math.nan),
    ("2026-11-21", "2026-11-21"), ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
    ("12:30", "12:30"), ("190:20:30", "190:20:30"),
    ("{}", {}), ("[]", []), ("[1, [a], {b: c}]", [1, ["a"], {"b": "c"}]),
    ("|\n  x\n  y\n", "x\ny\n"), (">-\n  x\n  y\n", "x y"), ('"\\u0007 ü 😀"', "\x07 ü 😀"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_value(tmp_path: pathlib.Path, text: str, value: object) -> None:
    assert repr(read(tmp_path, f"a: {text}\n").data["a"]) == repr(value)


def test_keys_are_text(tmp_path: pathlib.Path) -> None:
    keys = ["1", "4711", "1.50", "true", "0755", "2026-11-21", "12:30", "-"]
    assert list(read(tmp_path, "".join(f"{key}: a\n" for key in keys[:-1]) + '"-": b').data) == keys


FORMS = [
    "\ufeffa: 1\nb: 2\n", "a: 1\r\nb: 2\r\n", "---\na: 1\nb: 2\n...\n", "%YAML 1.2\n---\na: 1\nb: 2",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_forms_of_a_file(tmp_path: pathlib.Path, text: str) -> None:
    document = read(tmp_path, text)
    assert document.data == {"a": 1, "b": 2}
    assert document.marks["b",].column == 1


def test_aliases_and_merge_keys(tmp_path: pathlib.Path) -> None:
    text = (
        "one: &one {x: 1, y: 1, z: 1, w: 1}\ntwo: &two\n  y: 2\ncopy: *two\n"
        'both: &both\n  <<: [*two, *one]\n  z: 3\n  w: null\n"<<": {<<: *both, z: 4}\n'
    )
    document = read(tmp_path, text)
    assert document.data["both"] == {"y": 2, "x": 1, "z": 3}
    assert document.data["copy"] == {"y": 2}
    assert document.data["<<"] == {"y": 2, "x": 1, "z": 4}
    assert document.mark(("both", "y")) == document.mark(("copy", "y")) == Mark("prod.yaml", 3, 3)
    document.data["copy"]["y"] = 9
    assert document.data["two"] == {"y": 2}, "an alias gives a copy"


def test_merge_order_and_places(tmp_path: pathlib.Path) -> None:
    files = {
        "env[1]/prod.yaml": "include: [tables/*.yaml]\nextends: [../left.yaml, ../right.yaml]\nown: prod\n",
        "left.yaml": "extends: [root.yaml, link.yaml]\nside: left\nown: left\n",
        "right.yaml": "extends: root.yaml\nside: right\nown: right\n",
        "root.yaml": "root: root\nside: root\nown: root\n",
        "env[1]/tables/b.yaml": "own: b\nlast: {extends: x, include: y}\n",
        "env[1]/tables/a.yaml": "extends: ../../root.yaml\ninclude: [deep/c.yaml]\nlast: a\nown: a\n",
        "env[1]/tables/deep/c.yaml": "last: c\nroot: c\n",
        "env[1]/tables/.hidden.yaml": "own: hidden\n",
    }
    (tmp_path / "link.yaml").symlink_to("root.yaml")
    document = read(tmp_path, files)
    assert [str(path.resolve().relative_to(tmp_path)) for path in document.files] == [
        "root.yaml", "left.yaml", "right.yaml",
        "env[1]/tables/deep/c.yaml", "env[1]/tables/a.yaml", "env[1]/tables/b.yaml", "env[1]/prod.yaml",
    ]  # fmt: skip
    assert document.path == tmp_path / "env[1]/prod.yaml"
    assert document.data == {
        "root": "c",
        "side": "right",
        "own": "prod",
        "last": {"extends": "x", "include": "y"},
    }
    assert list(map(str, document.history["own",])) == [
        "root.yaml:3:1", "left.yaml:3:1", "right.yaml:3:1",
        "env[1]/tables/a.yaml:4:1", "env[1]/tables/b.yaml:1:1", "env[1]/prod.yaml:3:1",
    ]  # fmt: skip
    assert document.removed == {}


def test_deep_merge(tmp_path: pathlib.Path) -> None:
    base = "a:\n  keep: 1\n  to: 1\n  drop: {x: 1}\nlist: [1, 2, {k: v}]\nflat: 1\ndeep: {x: 1}\n"
    prod = (
        "extends: base.yaml\na:\n  to: 2\n  drop: ~\n  new: [x,\n   {y: z}]\n"
        "list: [3]\nflat: {x: 1}\ndeep: 1\nagain: 1\n"
    )
    document = read(tmp_path, {"prod.yaml": prod, "base.yaml": base})
    assert document.data == {
        "a": {"keep": 1, "to": 2, "new": ["x", {"y": "z"}]},
        "list": [3], "flat": {"x": 1}, "deep": 1, "again": 1,
    }  # fmt: skip
    assert [f"{dotted(path)} {mark}" for path, mark in document.marks.items()] == [
        " prod.yaml:1:1", "a prod.yaml:2:1", "a.keep base.yaml:2:3", "a.to prod.yaml:3:3",
        "a.new prod.yaml:5:3", "a.new.0 prod.yaml:5:9", "a.new.1 prod.yaml:6:4",
        "a.new.1.y prod.yaml:6:5", "list prod.yaml:7:1", "list.0 prod.yaml:7:8",
        "flat prod.yaml:8:1", "flat.x prod.yaml:8:8", "deep prod.yaml:9:1", "again prod.yaml:10:1",
    ]  # fmt: skip
    removed = (Mark("base.yaml", 4, 3), Mark("prod.yaml", 4, 3))
    assert document.removed == {("a", "drop"): removed}
    assert document.history["list",] == (Mark("base.yaml", 5, 1), Mark("prod.yaml", 7, 1))
    assert document.history.keys() == document.marks.keys() - {()}
    assert document.mark(("a", "new", 1, "typo", "x")) == Mark("prod.yaml", 6, 4)
    assert document.mark(("missing", 0)) == Mark("prod.yaml", 1, 1)


def test_what_is_removed_can_come_back(tmp_path: pathlib.Path) -> None:
    files = {"prod.yaml": "extends: [one.yaml, two.yaml]\na: {y: 3}\n"}
    files |= {"one.yaml": "a: {x: 1}\n", "two.yaml": "a: null\n"}
    document = read(tmp_path, files)
    assert document.data == {"a": {"y": 3}}
    assert document.removed == {}
    assert list(map(str, document.history["a",])) == ["one.yaml:1:1", "prod.yaml:2:1"]


def test_built_in(tmp_path: pathlib.Path) -> None:
    presets = {"protections": {"standard": {"days": 35}, "critical": {"copies": [1, {"x": 2}]}}}
    text = "protections:\n  standard: {days: 7}\n  critical: {copies: null}\n"
    document = read(tmp_path, text, built_in=presets)
    assert document.data == {"protections": {"standard": {"days": 7}, "critical": {}}}
    changed = document.history["protections", "standard", "days"]
    assert list(map(str, changed)) == ["built-in", "prod.yaml:2:14"]
    removed = document.removed["protections", "critical", "copies"]
    assert list(map(str, removed)) == ["built-in", "prod.yaml:3:14"]
    assert presets["protections"]["standard"] == {"days": 35}, "the presets stay as they are"
    untouched = read(tmp_path, "a: 1\n", built_in=presets)
    assert str(untouched.mark(("protections", "critical", "copies", 1, "x"))) == "built-in"


def test_names_in_marks(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(tmp_path, {"env/prod.yaml": "extends: ../base.yaml\n", "base.yaml": "a: 1\n"})
    monkeypatch.chdir(tmp_path / "env")
    document = environment.read(pathlib.Path("prod.yaml"))
    assert str(document.mark(())) == "prod.yaml:1:1"
    assert str(document.mark(("a",))) == "../base.yaml:1:1"
    inside = environment.read(pathlib.Path("prod.yaml"), relative_to=tmp_path)
    assert str(inside.mark(())) == "env/prod.yaml:1:1"
    assert str(inside.mark(("a",))) == "base.yaml:1:1"


def parsers() -> list[Any]:
    """Return the parser as installed, and the one that runs where PyYAML lacks its C library."""
    spec = importlib.util.spec_from_file_location("pure", syntax.__file__)
    pure = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader", raising=False)
        spec.loader.exec_module(pure)
    return [pytest.param(syntax, id="installed"), pytest.param(pure, id="pure")]


UNCLOSED = "a comma is missing before this place, or the `{0}` of line 1 is not closed | separate the items with commas and close them with `{1}`"
QUOTE = "a value cannot begin with `{0}` unless it is quoted | put the value in quotes"
TAB = "a tab stands here, and YAML allows only spaces | replace the tab with spaces"
COLON = "this key does not fit the line above it | indent it like the keys beside it, and write a colon and a space after every key"
INDENT = "this line does not line up with the lines above it | indent the keys of one mapping alike, and likewise the items of one list"
COMPLETE = "text follows a value that is already complete | put the whole value in one pair of quotes; within single quotes write '' for '"
MAPPING = " | write `key: value` lines, or `{}` where there is nothing to say"
UNSEEN = 'the invisible character U+{0} is not allowed in a file | delete it, or write it as "\\u{1}" in double quotes'
SYNTAX = [
    (b"a:\n\tb: 1\n", "2:1", TAB), (b"a: 1\n\tb: 1\n", "2:1", TAB),
    (b"a: {b: 1\nc: 2\n", "2:2", UNCLOSED.format("{", "}")), (b"a: {b: 1 c: 2}\n", "1:11", UNCLOSED.format("{", "}")), (b"a: [1, 2\n", "2:1", UNCLOSED.format("[", "]")),
    (b'a: "abc\nb: 1\n', "1:4", 'the quote that opens here is never closed | close it with "'),
    (b"a: 'abc\n---\n", "1:4", "the quote that opens here is never closed | close it with '"),
    (b'a: "\\xzz"\n', "1:7", "a backslash in double quotes begins an escape, and YAML does not know this one | double the backslash, or use single quotes"),
    (b"a: b: c\n", "1:5", "a second colon makes this line a key within a key | quote the value if the colon belongs to it, or begin a new line"),
    (b"a: 1\n  b: 2\n", "2:4", COLON), (b"a\nb: 1\n", "2:2", COLON), (b"a:1\nb: 2\n", "2:2", COLON),
    (b"b: 2\na:1\n", "2:1", "this line is neither `key: value` nor a list item | write a colon and a space after the key, or `- ` before the item"),
    (b"a:\n    b: 1\n  c: 2\n", "3:3", INDENT), (b"a: 1\n- b\n", "2:1", INDENT), (b"a:\n  - x\n  b: 1\n", "3:3", INDENT),
    (b"a: 'it's'\n", "1:8", COMPLETE), (b'a: "x" y\n', "1:8", COMPLETE),
    (b"a: @x\n", "1:4", QUOTE.format("@")), (b"a: %x\n", "1:4", QUOTE.format("%")), (b"a: !x!y z\n", "1:4", QUOTE.format("!")),
    (b"a:\n  - *.yaml\n", "2:5", QUOTE.format("*")), (b"a: &\n", "1:4", QUOTE.format("&")),
    (b"a: ]\n", "1:4", "a value or a closing bracket is missing here | write it, or quote the value if it begins with a bracket or a brace"),
    (b"a: |3x\n  x\n", "1:6", "the text of `|` begins on the line below | move it there, indented, or quote the value if `|` belongs to it"),
    (b"a: *x\n", "1:4", "this alias names an anchor that the file does not define above it | define the anchor first (anchors do not reach across files), or quote the value"),
    (b"a: &x 1\nb: &x 2\n", "2:4", "this anchor is already defined on line 1 | give each anchor a name of its own"),
    (b"a: 1\n---\nb: 2\n", "2:1", "a second document begins here, and a file holds one | delete the `---`, or move what follows to a file of its own and `include` that"),
    (b"{a: 1}\nb: 2\n", "2:1", "text follows the end of what the file describes | put everything in one mapping"),
    (b"%YAML 2.0\n---\na: 1\n", "1:1", "a line that begins with `%` is a directive, and none is needed here | delete the line"),
    (b"a: " + b"[" * 100_000, "1:52", "the file nests more than 50 levels deep | close the brackets, or nest less"),
    (b"", "1:1", "the file is empty" + MAPPING), (b"# nothing yet\n", "1:1", "the file is empty" + MAPPING),
    (b"\n- a\n", "2:1", "the file holds a list, not keys with values" + MAPPING), (b"word\n", "1:1", "the file holds a single value, not keys with values" + MAPPING),
    (b"a: 1\nb: \x07\n", "2:4", UNSEEN.format("0007", "0007")), ("a: ü\u202ex\n".encode(), "1:5", UNSEEN.format("202E", "202e")), ("a: 1\n\ufeffb: 2\n".encode(), "2:1", UNSEEN.format("FEFF", "feff")),
    ("a: 1\nb: ü".encode() + b"\xfc\n", "2:5", "byte 0xfc is not UTF-8 text | save the file in the encoding UTF-8"),
    ("a: 1\n".encode("utf-16"), "1:1", "byte 0xff is not UTF-8 text | save the file in the encoding UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize("parser", parsers())
@pytest.mark.parametrize(("content", "place", "message"), SYNTAX)
def test_syntax(parser: Any, content: bytes, place: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        parser.parse(content, "f.yaml")
    assert in_one_line(caught.value) == f"f.yaml:{place}: {message}"


def test_other_syntax_errors_keep_their_place() -> None:
    error = yaml.MarkedYAMLError(problem="?", problem_mark=yaml.Mark("", 0, 1, 1, None, None))  # type: ignore[arg-type]
    mistake = syntax._explain(error, "a: 1\nb: 2\n", "f.yaml")  # noqa: SLF001 - PyYAML may say new things
    assert str(mistake).startswith("f.yaml:2:2: this is not valid YAML\n")


DOUBTFUL = "`{0}` unquoted is read by some YAML readers as a boolean | "
NOTHING = "there is nothing to remove: a key without a value takes away what was inherited, and nothing before this gives `{0}` | "
GIVE = "give it a value (`{}` for a mapping without settings), indent what belongs to it one level deeper, or delete it"
AGAIN = "`{0}` stands here again; the first is {1} | keep one of them"
TAG = "the tag `{0}` has no meaning here | delete it, or quote the value if the `!` belongs to it"
WHOLE = "an alias within this stands for the whole of it | write out what it is meant to repeat"
BASES = "`extends` takes a path or a list of paths | write `extends: base.yaml`"
TABLES = "`include` takes a list of paths | write `include: [tables/*.yaml]`"
BRACE = "a key must be text, not a mapping or a list | quote a value that begins with a brace"
SHARE = "`<<` takes an alias of a mapping, or a list of such aliases | write `<<: *NAME`"
CIRCLE = "these files lead back to themselves: {0} | take one of them out of `extends` or `include`"
MANY = "prod.yaml:1:1: the file describes more than 100,000 values | use fewer aliases, or split it with `include`"
WHERE = "which is relative to the folder of `prod.yaml`"
REFUSED: list[tuple[dict[str, str] | str, list[str]]] = [
    ("a: no\nb: [On]\nc: {YES: 1, off: x}\n", [
        "prod.yaml:1:4: a: " + DOUBTFUL.format("no") + 'write `false`, or quote it: "no"',
        "prod.yaml:2:5: b.0: " + DOUBTFUL.format("On") + 'write `true`, or quote it: "On"',
        "prod.yaml:3:5: c: the key " + DOUBTFUL.format("YES") + 'quote it: "YES"',
        "prod.yaml:3:13: c: the key " + DOUBTFUL.format("off") + 'quote it: "off"']),
    ("1: a\nb: {c: 1, c: 2, c: 3}\n'1': b\n", [
        "prod.yaml:2:11: b: " + AGAIN.format("c", "prod.yaml:2:5"), "prod.yaml:2:17: b: " + AGAIN.format("c", "prod.yaml:2:5"),
        "prod.yaml:3:1: " + AGAIN.format("1", "prod.yaml:1:1")]),
    ("a: !Ref b\nb: !!str 12\nc: !Sub {x: 1}\nd: !Get [x]\n!x e: 1\n", [
        "prod.yaml:1:4: a: " + TAG.format("!Ref"), "prod.yaml:2:4: b: " + TAG.format("!!str"),
        "prod.yaml:3:4: c: " + TAG.format("!Sub"), "prod.yaml:4:4: d: " + TAG.format("!Get"), "prod.yaml:5:1: " + TAG.format("!x")]),
    ("a: &x [*x]\nb: &y {c: *y}\nc: &z {<<: *z}\n", ["prod.yaml:1:4: a.0: " + WHOLE, "prod.yaml:2:4: b.c: " + WHOLE, "prod.yaml:3:4: c: " + WHOLE]),
    ("a: {{ x }}\nb: {<<: [1]}\n", ["prod.yaml:1:5: a: " + BRACE, "prod.yaml:2:10: b: " + SHARE]),
    ("a: &a no\nb: *a\n", ["prod.yaml:1:4: a: " + DOUBTFUL.format("no") + 'write `false`, or quote it: "no"']),
    ("a: &a [" + "1," * 10 + "]\n" + "".join(f"{x}: &{x} [{f'*{y},' * 10}]\n" for y, x in zip("abcdefg", "bcdefgh", strict=True)), [MANY]),
    ("a: &a {x: 1}\n" + "".join(f"{x}: &{x} {{<<: [{f'*{y},' * 10}]}}\n" for y, x in zip("abcdefg", "bcdefgh", strict=True)), [MANY]),
    ("a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n", [f"prod.yaml:1:27: b{'.0' * 50}: aliases nest this more than 50 levels deep | nest less"]),
    ("a:\nb: [~]\nc: {d: }\ne: {x:1}\n", [
        "prod.yaml:1:1: a: " + NOTHING.format("a") + GIVE,
        "prod.yaml:2:5: b.0: there is nothing to remove: a list is always replaced as a whole | give the item a value, or delete it",
        "prod.yaml:3:5: c.d: " + NOTHING.format("d") + GIVE,
        "prod.yaml:4:5: e.x:1: " + NOTHING.format("x:1") + "write a space after the colon"]),
    ({"prod.yaml": "extends: b.yaml\ntables: {emploee: null}\n", "b.yaml": "tables: {employee: {}}\n"}, [
        "prod.yaml:2:10: tables.emploee: " + NOTHING.format("emploee") + "did you mean `employee`? Otherwise " + GIVE]),
    ({"prod.yaml": "extends: bse.yaml\ntags: null\na: off\n", "base.yaml": ""}, [
        "prod.yaml:1:10: extends: the file `bse.yaml` does not exist | did you mean `base.yaml`?",
        "prod.yaml:3:4: a: " + DOUBTFUL.format("off") + 'write `false`, or quote it: "off"']),
    ({"prod.yaml": "extends: [b.yaml, o.yaml]\ninclude: [x/*.yaml, y.yaml, x]\n", "b.yaml": "a: @\n", "o.yaml": "- x\n", "x/d.yaml/e": ""}, [
        "b.yaml:1:4: " + QUOTE.format("@"),
        "o.yaml:1:1: the file holds a list, not keys with values" + MAPPING,
        f"prod.yaml:2:11: include.0: no file matches `x/*.yaml` | correct the pattern, {WHERE}, or delete it",
        f"prod.yaml:2:21: include.1: the file `y.yaml` does not exist | correct the path, {WHERE}",
        f"prod.yaml:2:29: include.2: `x` is a folder, not a file | correct the path, {WHERE}"]),
    ({"prod.yaml": "extends: a.yaml\n", "a.yaml": "include: [b.yaml]\n", "b.yaml": "extends: [a.yaml]\n"}, [
        "b.yaml:1:11: extends.0: " + CIRCLE.format("a.yaml -> b.yaml -> a.yaml")]),
    ("include: ['*.yaml']\n", ["prod.yaml:1:11: include.0: " + CIRCLE.format("prod.yaml -> prod.yaml")]),
    ("extends: null\ninclude: x.yaml\n", ["prod.yaml:1:10: extends: " + BASES, "prod.yaml:2:10: include: " + TABLES]),
    ('extends: [[x], {a: b}, "", !x y, "a\\0b"]\ninclude:\n', [
        *(f"prod.yaml:1:{column}: extends.{index}: " + BASES for index, column in enumerate((11, 16, 24, 28, 34))),
        "prod.yaml:2:9: include: " + TABLES]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "messages"), REFUSED)
def test_refused(tmp_path: pathlib.Path, files: dict[str, str] | str, messages: list[str]) -> None:
    with pytest.raises(Mistakes) as caught:
        read(tmp_path, files)
    assert [in_one_line(mistake) for mistake in caught.value.mistakes] == messages


UNREAD = [
    ("dev.yml", "the file `dev.yml` does not exist | did you mean `dev.yaml`?"),
    ("x/y", "the file `x/y` does not exist | correct the path"),
    ("dev.yaml", "`dev.yaml` is a folder, not a file | correct the path"),
    ("x" * 300, f"the file `{'x' * 300}` cannot be read (File name too long) | correct its permissions, or the path"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message"), UNREAD, ids=["missing", "far off", "folder", "other"])
def test_the_file_itself_cannot_be_read(tmp_path: pathlib.Path, name: str, message: str) -> None:
    (tmp_path / "dev.yaml").mkdir()
    with pytest.raises(Mistakes) as caught:
        environment.read(tmp_path / name, relative_to=tmp_path)
    assert in_one_line(caught.value) == f"{name}:1:1: {message}"


PEEKED = [
    ("a: {kind: x}\nenvironment: prod # here\nkind: destination\n", ("prod", "destination")),
    ("{kind: 'a b', ? [environment] : x, environment: 12}", ("12", "a b")),
    ("environment: prod\na: &x [\n", ("prod", None)), ("environment: {a: b}\nkind: null\n", (None, None)),
    ("environment: ''\nx: &a kind\n*a : b\nkind: k\n", ("", "k")),
    ("- environment\n- prod\n", (None, None)), ("a: environment\nb: kind\n", (None, None)),
    ("\tenvironment: prod\n", (None, None)), ("", (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), PEEKED)
def test_peek(tmp_path: pathlib.Path, text: str, found: tuple[str | None, str | None]) -> None:
    (tmp_path / "prod.yaml").write_text(text)
    assert environment.peek(tmp_path / "prod.yaml") == found


def test_peek_never_raises(tmp_path: pathlib.Path) -> None:
    (tmp_path / "prod.yaml").write_bytes(b"environment: \xff\n")
    for path in (tmp_path / "prod.yaml", tmp_path, tmp_path / "none.yaml"):
        assert environment.peek(path) == (None, None)


# PyYAML writes these plain, as the YAML 1.1 text they are to it.
NOT_PLAIN = re.compile(r"(?i)yes|no|on|off|[-+.0-9]+e[-+]?[0-9]+")
WORDS = ["0755", "12:30", "1_0", "2026-11-21", "~", "true", "<<", "=", "1.5", "- a", "a: b"]
TEXT = (st.text() | st.sampled_from(WORDS)).filter(lambda text: not NOT_PLAIN.fullmatch(text))
NUMBERS = st.integers(-(2**63), 2**63 - 1).filter(lambda number: len(str(number)) != 12)
SCALARS = TEXT | NUMBERS | st.booleans() | st.floats(allow_nan=False)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))
OWN = TEXT.filter(lambda key: key not in ("extends", "include"))
KEYS, ITEMS = st.sampled_from("abc"), st.integers(0, 9)
LEAVES = st.none() | ITEMS | st.lists(ITEMS)
LAYER = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner)))
HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
bounded = settings(max_examples=50, suppress_health_check=HEALTH, deadline=None, derandomize=True)


@bounded
@given(data=st.dictionaries(OWN, TREES, max_size=3))
def test_what_is_dumped_is_read(tmp_path: pathlib.Path, data: dict[str, Any]) -> None:
    text = yaml.safe_dump(data, sort_keys=False)
    assert repr(read(tmp_path, text).data) == repr(data), "same order and types too"


def merged(low: Any, high: Any, path: Path, nothing: set[Path]) -> Any:
    if not isinstance(high, dict):
        return high
    result = dict(low) if isinstance(low, dict) else {}
    for key, value in high.items():
        if value is not None:
            result[key] = merged(result.get(key), value, (*path, key), nothing)
        elif key in result:
            del result[key]
        else:
            nothing.add((*path, key))
    return result


@bounded
@given(layers=st.lists(LAYER, min_size=3, max_size=3))
def test_merging_is_what_ten_lines_say(tmp_path: pathlib.Path, layers: list[Any]) -> None:
    files = {f"{index}.yaml": yaml.safe_dump(layer) for index, layer in enumerate(layers)}
    files = {"prod.yaml": "extends: [0.yaml, 1.yaml, 2.yaml]\n", **files}
    expected: Any = {}
    nothing: set[Path] = set()
    for layer in layers:
        expected = merged(expected, layer, (), nothing)
    if nothing:
        with pytest.raises(Mistakes) as caught:
            read(tmp_path, files)
        assert {mistake.path for mistake in caught.value.mistakes} == nothing
        return
    document = read(tmp_path, files)
    assert document.data == expected
    for path, mark in document.marks.items():
        if path and isinstance(path[-1], str):
            line = files[mark.file].splitlines()[mark.line - 1]
            assert line[mark.column - 1 :].startswith(f"{path[-1]}:")
            assert document.history[path][-1] == mark
