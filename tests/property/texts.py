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
# Hypothesis draws small examples where large ones take too many choices, so most names are chosen
# from a list and only some are spelled letter by letter.
# cfn-lint 1.58 takes a text of "true" or "false" for equal to any other one.
_SPELLED = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda text: text.lower() not in {"true", "false"}
)
_PLAIN = ("id", "order_id", "customer", "created_at", "pk", "sk", "expires", "a", "b1", "x_y_z")


def composed(text: str) -> str:
    """Return `text` as Terraform keeps it."""
    return unicodedata.normalize("NFC", text)


odd_texts = st.one_of(
    st.sampled_from(_PLAIN), st.sampled_from(ODD), st.sampled_from(ODD), _SPELLED.map(composed)
)

# --- names that are part of other names -----------------------------------------------------------

project_names = st.sampled_from(
    ["shop", "pay-2", "a0", "abcdefghij-abcdefghi", "z--9", "prod", "eu", "x-y-z", "team42"]
)
_KEYS = ("daily", "long", "a", "a-b", "a_b", "a__b", "a-", "x_-", "k" * 40, "for", "null", "true")
keys = st.sampled_from([*_KEYS, "very_long", "b2", "web", "web-2", "web_2", "z9_y", "on", "off"])
stack_keys = st.sampled_from(["tables", "orders", "a-b", "s", "t" * 40])
table_keys = st.one_of(
    st.sampled_from(["orders", "order_items", "Orders.v2", "...", "1st", "a-b_c.d", "null", "AbC"]),
    st.sampled_from(
        ["abc", "a.b", "a_b", "A_B", "t" * 120, "x-1", "users", "user_s", "-_-", "9.9"]
    ),
    st.from_regex(r"[A-Za-z0-9_.-]{3,5}", fullmatch=True),
)
index_names = st.sampled_from(
    [
        "by_customer",
        "gsi-1",
        "by.customer",
        "123",
        "i" * 60,
        "ByDate",
        "by-date",
        "for",
        "-.-",
        "A1b",
    ]
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
    st.sampled_from(["111111111111", "222222222222", "000000000001", "999999999999"]),
    st.integers(0, 10**12 - 1).map("{:012}".format),
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
_tag_texts = st.text(_TAG_CHARACTERS, min_size=1, max_size=4).filter(
    lambda text: text == unicodedata.normalize("NFC", text)
)
# Keys that differ in case only are refused, and `project` and `environment` are Holdfast's own.
tag_keys = st.one_of(
    st.sampled_from(["owner", "cost_center", "team", "Stage", "x"]),
    st.sampled_from(["cost center", "team/größe", "注文", "a=b", "k" * 128, "+", "@"]),
    _tag_texts.map(str.strip),
).filter(lambda key: key and not key.lower().startswith(("aws:", "proj", "envir", "rule", "sel")))
tag_values = st.one_of(
    st.sampled_from([" ", "payments", "4711", "yes", "ünï cödé", "v" * 256, "a=b:c/d@e+f-g.h_i"]),
    _tag_texts,
)


def tags(most: int = 3) -> Any:
    """Return tags of which no two keys differ in case only."""
    return st.lists(
        st.tuples(tag_keys, tag_values), max_size=most, unique_by=lambda pair: pair[0].lower()
    ).map(dict)
