"""Names, tags and odd texts: everything AWS allows, the least likely first."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from generator.naming import label

Written = dict[str, Any]

# What YAML, HCL or CloudFormation might take for something of their own.
ODD = (
    "${aws:username}",
    "$${x}",
    "${",
    "%{ if true }x%{ endif }",
    "%%{",
    'say "when"',
    "it's",
    "back\\slash\\n",
    "tab\tand\nnewline\r",
    " led and trailed ",
    "# no comment",
    "// nor this",
    "<<EOT",
    "!Ref x",
    "&anchor *alias",
    "{{resolve}}",
    "{{x}}",
    "{a: 1}",
    "- item",
    "key: value",
    "yes",
    "null",
    "~",
    "1e5",
    "0012",
    "0x1F",
    "2026-11-21",
    "=1+1",
    "AWS::Region",
    "Ref",
    "Größe",
    "注文番号",
    "🦭🌊",
    "a\u00a0b\u200bc\u202ed\ufeff",
    "\x00\x1b\x7f\x85",
    "x" * 255,
)
_ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def composed(text: str) -> str:
    """Return `text` as Terraform keeps it."""
    return unicodedata.normalize("NFC", text)


odd_texts = st.one_of(
    st.from_regex(r"[a-z]{1,8}(_[a-z]{1,6})?", fullmatch=True),
    st.sampled_from(ODD),
    _ANY.map(composed),
)

# --- names that are part of other names -----------------------------------------------------------

project_names = st.one_of(
    st.from_regex(r"[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["a0", "abcdefghij-abcdefghi", "z--9"]),
)
keys = st.one_of(
    st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z]{1,4})?", fullmatch=True),
    st.sampled_from(["a", "a-b", "a_b", "a__b", "a-", "x_-", "k" * 40, "for", "null", "true"]),
)
stack_keys = st.sampled_from(["tables", "orders", "a-b", "s", "t" * 40])
table_keys = st.one_of(
    st.from_regex(r"[a-z]{3,8}(_[a-z]{1,6})?", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_.-]{3,12}", fullmatch=True),
    st.sampled_from(["Orders.v2", "...", "1st", "a-b_c.d", "null", "AbC", "t" * 120]),
)
index_names = st.one_of(
    st.from_regex(r"[a-z]{3,8}(_[a-z]{1,6})?", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_.-]{3,12}", fullmatch=True),
    st.sampled_from(["gsi-1", "by.customer", "123", "i" * 60]),
)


def label_of(key: str) -> str:
    """Return what two keys of one kind must not share."""
    return label("x", key).logical_id


def maps(
    names: st.SearchStrategy[str], values: st.SearchStrategy[Any], sizes: tuple[int, ...]
) -> st.SearchStrategy[dict[str, Any]]:
    """Return maps by name, of one of `sizes`; no two entries would get one label."""
    pairs = st.tuples(names, values)

    def of_size(size: int) -> st.SearchStrategy[list[tuple[str, Any]]]:
        unique_by = lambda pair: label_of(pair[0])  # noqa: E731
        return st.lists(pairs, min_size=size, max_size=size, unique_by=unique_by)

    return st.sampled_from(sizes).flatmap(of_size).map(dict)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    """Return maps with any of these keys, each as often present as not."""
    return st.fixed_dictionaries({}, optional=optional)


# --- places ---------------------------------------------------------------------------------------

account_ids = st.one_of(
    st.sampled_from(["111111111111", "222222222222", "000000000001"]),
    st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii),
)
PARTITIONS = {
    "aws": ("eu-central-1", "us-east-1", "ap-southeast-2", "il-central-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
partitions = st.sampled_from(["aws", "aws", "aws-cn", "aws-us-gov"])

# --- tags -----------------------------------------------------------------------------------------

_TAG_CHARACTERS = st.one_of(
    st.sampled_from("abcXYZ019 +-=.:/@_"),
    st.characters(categories=["Lu", "Ll", "Lo", "Nd"]),
)
# Letters of which the normal form holds a mark (a character AWS does not take) are left out.
_tag_texts = st.text(_TAG_CHARACTERS, min_size=1, max_size=12).filter(
    lambda text: text == unicodedata.normalize("NFC", text)
)
# Keys that differ in case only are refused, and `project` and `environment` are Holdfast's own.
tag_keys = st.one_of(
    st.from_regex(r"[a-z]{3,8}(_[a-z]{1,6})?", fullmatch=True),
    st.sampled_from(["cost center", "team/größe", "注文", "a=b", "k" * 128, "+", "@"]),
    _tag_texts.map(str.strip),
).filter(lambda key: key and not key.lower().startswith(("aws:", "proj", "envir", "rule", "sel")))
tag_values = st.one_of(
    st.sampled_from([" ", "payments", "4711", "yes", "ünï cödé", "v" * 256, "a=b:c/d@e+f-g.h_i"]),
    _tag_texts,
)


def tags(most: int = 4) -> Any:
    """Return tags of which no two keys differ in case only."""
    return st.lists(
        st.tuples(tag_keys, tag_values), max_size=most, unique_by=lambda pair: pair[0].lower()
    ).map(dict)
