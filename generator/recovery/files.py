"""The files below `recovery/` of an environment's output, by path."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256

from blueprints import tables
from blueprints.names import recovers
from blueprints.tables.facts import TablesFacts
from generator.naming import shortened
from generator.pipeline import CLOUDFORMATION, RECOVERY, TERRAFORM, Part, Tree, header_of
from generator.recovery.imports import cloudformation_imports, import_blocks, terraform_imports
from generator.recovery.requests import requests, requests_in
from generator.recovery.text import request_text
from generator.render import commented
from generator.spec.resolved import Environment

IMPORT = "import-"
# A file name takes 255 bytes on common file systems; the longest addition is `import-` and `.json`.
_STEM_LENGTH = 200
_LIST = re.compile(r"import-tables[a-z0-9.-]*-resources\.json")
_WHY = "Needed once, after a restore, where nothing owns the tables any more: see README.md."


def files(tree: Tree) -> Mapping[str, str]:
    """Return path → text of everything that lies ready for a restore."""
    return dict(_files(tree))


def engine_of(name: str) -> str | None:
    """Return the engine that a file below `recovery/` is for, None where it is for any."""
    file = name.rpartition("/")[2]
    if file.startswith(IMPORT) and file.endswith(".tf"):
        return TERRAFORM
    if file.startswith(IMPORT) and (file.endswith(".yaml") or _LIST.fullmatch(file)):
        return CLOUDFORMATION
    return None


def request_file(key: str, source: str | None = None) -> str:
    """Return the path of a table's request, in a destination below the name of its source."""
    folder = RECOVERY if source is None else f"{RECOVERY}/{source}"
    return f"{folder}/{_stem(key)}.json"


def terraform_file(key: str) -> str:
    """Return the path of the blocks that import a table."""
    return f"{RECOVERY}/{IMPORT}{_stem(key)}.tf"


def template_file(template: str, suffix: str = "") -> str:
    """Return the path of the template that imports the tables of another."""
    return f"{RECOVERY}/{IMPORT}{template}{suffix}.yaml"


def list_file(template: str, suffix: str = "") -> str:
    """Return the path of the list of what that template imports."""
    return f"{RECOVERY}/{IMPORT}{template}{suffix}-resources.json"


def source_names(sources: Collection[Environment]) -> Mapping[str, Environment]:
    """Return folder → source; the project tells apart what has one name."""
    count = Counter(source.name for source in sources)
    return {
        source.name if count[source.name] == 1 else f"{source.project}-{source.name}": source
        for source in sources
    }


def _files(tree: Tree) -> Iterator[tuple[str, str]]:
    environment = tree.environment
    parts = [part for part in tree.parts if part.blueprint is tables]
    if recovers(environment):
        own = requests(environment, tuple(part.facts for part in parts))
        for key, request in own.items():
            yield request_file(key), request_text(request)
        for name, source in source_names(environment.sources).items():
            for key, request in requests_in(environment, source).items():
                yield request_file(key, name), request_text(request)
    header = f"{header_of(environment)}\n{_WHY}"
    for part in parts:
        yield from _cloudformation(part, header)
        if TERRAFORM in tree.engines:
            yield from _terraform(environment, part.facts, header)


def _cloudformation(part: Part, header: str) -> Iterator[tuple[str, str]]:
    if part.cloudformation is None:
        return
    template = part.facts.template
    for step in cloudformation_imports(part.facts, part.cloudformation, header):
        yield template_file(template, step.suffix), step.template
        yield list_file(template, step.suffix), step.resources


def _terraform(
    environment: Environment, facts: TablesFacts, header: str
) -> Iterator[tuple[str, str]]:
    top = "\n".join(commented(header))
    by_name = {table.name: table for table in environment.tables}
    for table in facts.tables:
        own = by_name[table.name]
        blocks = import_blocks(terraform_imports(table, own.arn))
        yield terraform_file(own.key), f"{top}\n\n{blocks}"


def _stem(key: str) -> str:
    """Return a table's key as part of a file name.

    A key that begins like the name of an import gets a hash, so that it never stands for one.
    """
    apart = f"-{sha256(key.encode()).hexdigest()[:8]}" if key.startswith(IMPORT) else ""
    return shortened(f"{key}{apart}", _STEM_LENGTH)
