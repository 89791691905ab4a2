"""Says in plain words what is wrong with a value, and what to write instead."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, get_args

from generator.environment.files import LINKS
from generator.spec import EnvironmentSpec
from generator.spec.base import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from generator.validation.locating import Problem

# What the same thing is called in CloudFormation, in Terraform or in conversation.
_OTHER_WORDS = {
    "account": "account_id",
    "billing_mode": "billing",
    "cold_storage_after": "cold_storage_after_days",
    "completion_window": "completion_window_minutes",
    "copy_actions": "copies",
    "delete_after": "delete_after_days",
    "deletion_protection_enabled": "deletion_protection",
    "global_secondary_indexes": "global_indexes",
    "hash_key": "partition_key",
    "kms_key_id": "kms_key_arn",
    "local_secondary_indexes": "local_indexes",
    "move_to_cold_storage_after_days": "cold_storage_after_days",
    "pitr": "point_in_time_recovery",
    "range_key": "sort_key",
    "read_capacity": "read_capacity_units",
    "recovery_period_in_days": "recovery_period_days",
    "retention_days": "delete_after_days",
    "rules": "backups",
    "schedule_expression": "schedule",
    "server_side_encryption": "encryption",
    "start_window": "start_window_minutes",
    "table_name": "name",
    "target_backup_vault": "vault",
    "ttl": "time_to_live",
    "write_capacity": "write_capacity_units",
}
_END_OF_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[- ]")
_NUMBER_AND_UNIT = re.compile(r"([0-9]{1,9}) ?([A-Za-z%]*)")


def words_for(problem: Problem) -> tuple[str, str]:
    """Return the cause and the fix."""
    return _WORDS[problem.details["type"]](problem)


def described(value: Any) -> str:
    """Return what a value is, as it stands in the file."""
    match value:
        case bool():
            return f"the word {str(value).lower()}"
        case str():
            return f'the text "{shown(value)}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a mapping" if value else "an empty mapping"
    raise TypeError(value)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name that was probably meant, if one is near enough."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return found[0] if found else None


def suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the fix for a name that does not exist: the nearest one, or all there are."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean `{near}`?"
    choice = f"choose one of {', '.join(names)}" if names else ""
    return ", or ".join(part for part in (choice, otherwise) if part)


def _ours(problem: Problem) -> tuple[str, str]:
    context = problem.details["ctx"]
    return context["cause"], context["fix"]


def _missing(problem: Problem) -> tuple[str, str]:
    key = problem.path[-1]
    return f"`{key}` is missing", f"add `{key}`: {_what_it_is(problem)}"


def _what_it_is(problem: Problem) -> str:
    """Return the description of a field, to stand within a sentence."""
    text = ((problem.field.description or "") if problem.field else "").rstrip(".")
    abbreviation = text[1:2].isupper()  # "IANA …", "AWS …"
    return text if abbreviation else text[:1].lower() + text[1:]


def _unknown_key(problem: Problem) -> tuple[str, str]:
    meant = meant_key(problem)
    known = f"the keys known here are {', '.join(_known_keys(problem))}"
    return (
        f"unknown key `{shown(str(problem.path[-1]))}`",
        f"did you mean `{meant}`?" if meant else known,
    )


def meant_key(problem: Problem) -> str | None:
    """Return the key that was probably meant by an unknown one."""
    plain, known = _plain_name(str(problem.path[-1])), _known_keys(problem)
    other = _OTHER_WORDS.get(plain)
    return other if other in known else nearest(plain, known)


def _known_keys(problem: Problem) -> list[str]:
    links = LINKS if problem.model is EnvironmentSpec else ()
    return [*problem.model.model_fields, *links]


def _not_allowed(problem: Problem) -> tuple[str, str]:
    value, allowed = problem.details["input"], get_args(problem.annotation)
    every = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    if not isinstance(value, str):
        return f"cannot be {described(value)}", f"write {every}"
    by_plain_name = {each.lower(): each for each in allowed}
    near = nearest(_plain_name(value), by_plain_name)
    return (
        f"`{shown(value)}` is not allowed here",
        f"did you mean `{by_plain_name[near]}`? Allowed: {every}" if near else f"write {every}",
    )


def _empty(problem: Problem) -> tuple[str, str]:
    return "is empty, and needs at least one entry", f"add one: {_what_it_is(problem)}"


def _out_of_bounds(problem: Problem) -> tuple[str, str]:
    cause = f"{problem.details['input']} is outside what {problem.model.limits_of} takes"
    low, high = _bounds(problem)
    return cause, f"give {low} or more" if high is None else f"give {low} to {high}"


def _bounds(problem: Problem) -> tuple[int | None, int | None]:
    metadata = problem.field.metadata if problem.field else []
    low = next((each.ge for each in metadata if hasattr(each, "ge")), None)
    high = next((each.le for each in metadata if hasattr(each, "le")), None)
    return low, high


def _not_a_whole_number(problem: Problem) -> tuple[str, str]:
    value = problem.details["input"]
    cause = f"must be a whole number, is {described(value)}"
    match = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match:
        return cause, f"write {match[1]}{'; the unit is in the name of the key' * bool(match[2])}"
    low, high = _bounds(problem)
    return cause, "write a whole number" if high is None else f"write {low} to {high}"


def _not_a_boolean(problem: Problem) -> tuple[str, str]:
    value = problem.details["input"]
    return f"must be true or false, is {described(value)}", "write true or false, without quotes"


def _not_text(problem: Problem) -> tuple[str, str]:
    value = problem.details["input"]
    cause = f"must be text, is {described(value)}"
    if isinstance(value, list | dict):
        return cause, "write one value; in quotes, if it begins with a bracket or a brace"
    return cause, "put it in quotes"


def _not_a_list(problem: Problem) -> tuple[str, str]:
    value = problem.details["input"]
    cause = f"must be a list, is {described(value)}"
    if isinstance(value, dict):
        return cause, "write a list, with `- ` before every item"
    return cause, f"write [{str(value).lower() if isinstance(value, bool) else value}]"


def _not_a_mapping(problem: Problem) -> tuple[str, str]:
    annotation, value = problem.annotation, problem.details["input"]
    if isinstance(value, str) and value.lstrip().startswith("{"):
        fix = "remove the quotes around it"
    elif problem.details["type"] == "model_type":
        fields = annotation.model_fields
        required = [name for name, field in fields.items() if field.is_required()]
        example = ", ".join(f"{name}: …" for name in required or [next(iter(fields))])
        fix = f"write {{{example}}}; the keys known here are {', '.join(fields)}"
    elif isinstance(value, list):
        fix = "give every item a name of its own in place of the dash: `NAME: …`"
    else:
        fix = "write one `NAME: …` for every entry"
    return f"must be a mapping of keys to values, is {described(value)}", fix


def _plain_name(name: str) -> str:
    return _END_OF_WORD.sub("_", name).lower()


_WORDS: dict[str, Callable[[Problem], tuple[str, str]]] = {
    "bool_type": _not_a_boolean,
    "dict_type": _not_a_mapping,
    "extra_forbidden": _unknown_key,
    "greater_than_equal": _out_of_bounds,
    "holdfast": _ours,
    "int_type": _not_a_whole_number,
    "less_than_equal": _out_of_bounds,
    "list_type": _not_a_list,
    "literal_error": _not_allowed,
    "missing": _missing,
    "model_type": _not_a_mapping,
    "string_type": _not_text,
    "too_short": _empty,
}
