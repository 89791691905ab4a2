"""The JSON that terraform really prints, with nothing but what an audit may read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.provider_mirror import provider_mirror

# What differs between machines and versions, and names hosts; an audit reads none of it.
_LEFT_OUT = frozenset(
    {
        "applyable",
        "complete",
        "full_name",
        "prior_state",
        "provider_name",
        "relevant_attributes",
        "schema_version",
        "sensitive_values",
        "terraform_version",
        "timestamp",
        "timeouts",
    }
)
_OF_A_CHANGE = ("address", "change")
_OF_CHANGES = ("actions", "after_unknown")


def trimmed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan or state without what an audit does not read."""
    kept: dict[str, Any] = _without(document)
    if "resource_changes" in kept:
        kept["resource_changes"] = [
            {
                "address": change["address"],
                "change": {key: change["change"][key] for key in _OF_CHANGES},
            }
            for change in kept["resource_changes"]
        ]
    return kept


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list):
        return [_without(each) for each in value]
    return value


def initialised(source: Path, target: Path, environment: Mapping[str, str]) -> Path:
    """Return a copy of a root, initialised."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.json", "*.txt"))
    mirror = provider_mirror()
    options = [f"-plugin-dir={mirror}"] if mirror else []
    terraform(target, environment, "init", "-input=false", *options)
    return target


def planned(root: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the whole JSON of a plan against nothing: no account is asked."""
    options = ("-refresh=false", "-input=false", "-out=plan")
    terraform(root, environment, "plan", *options)
    found: dict[str, Any] = json.loads(terraform(root, environment, "show", "-json", "plan"))
    return found


def applied(root: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the whole JSON of the state after an apply."""
    terraform(root, environment, "apply", "-input=false", "-auto-approve")
    found: dict[str, Any] = json.loads(terraform(root, environment, "show", "-json"))
    return found


def terraform(root: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """Return what terraform prints."""
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=root,
        env={**environment, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
