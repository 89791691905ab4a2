"""What every part of the specification shares: a strict frozen model and checked kinds of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

_SHOWN_LENGTH = 80


class Model(BaseModel):
    """Strict (text is text, numbers are numbers), frozen, and without room for unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    limits_of: ClassVar[str] = "Holdfast"  # whose the bounds of numbers are


def refuse(cause: str, fix: str, *, at: str | None = None, of: Sequence[str] = ()) -> NoReturn:
    """Raise the validation error that reaches the user as `cause` and `fix`.

    A model may blame the one key `at`, and name the keys `of` that the error rests on: then it is
    told even where another key is wrong too.
    """
    context = {"cause": cause, "fix": fix, "at": (at,) if at else (), "of": tuple(of)}
    raise PydanticCustomError("holdfast", "{cause}", context)


def shown(text: str) -> str:
    """Return `text` on one line and short enough for a message."""
    line = text.replace("\n", "\\n")
    return line if len(line) <= _SHOWN_LENGTH else f"{line[: _SHOWN_LENGTH - 1]}…"


def matching(pattern: str, cause: str, fix: str, *, example: str) -> tuple[Any, ...]:
    """Return the annotations of a text that must match `pattern` from end to end.

    `cause` may hold {value} and {length}.
    """
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            refuse(cause.format(value=shown(value), length=len(value)), fix)
        return value

    schema = Field(json_schema_extra={"pattern": f"^({pattern})$", "examples": [example]})
    return (AfterValidator(check), schema)


_KEY_FIX = "use lower-case letters, digits, `-` and `_`, starting with a letter, at most 40 long"
Key = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9_-]{0,39}",
        "`{value}` cannot be used as a name here",
        _KEY_FIX,
        example="daily",
    ),
]
# Part of a CloudFormation stack name, which takes no `_`.
StackKey = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]{0,39}",
        "`{value}` cannot be used as the name of a stack",
        "use lower-case letters, digits and `-`, starting with a letter, at most 40 long",
        example="orders",
    ),
]
TableKey = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_.-]{1,255}",
        "`{value}` cannot be used as the name of a table entry",
        "use letters, digits, `_`, `.` and `-`; the table's own name goes into `name`",
        example="order_transaction",
    ),
]
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
TableName = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_.-]{3,255}",
        "`{value}` is not a DynamoDB table name",
        "use 3 to 255 letters, digits, `_`, `.` and `-`",
        example="shop-orders",
    ),
]
IndexName = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_.-]{3,255}",
        "`{value}` is not an index name",
        "use 3 to 255 letters, digits, `_`, `.` and `-`",
        example="by_customer",
    ),
]
AttributeName = Annotated[
    str,
    *matching(
        r"[\s\S]{1,255}",
        "the attribute name has {length} characters, and DynamoDB takes 1 to 255",
        "give the name of an attribute, at most 255 characters long",
        example="order_id",
    ),
]
AccountId = Annotated[
    str,
    *matching(
        r"[0-9]{12}",
        "`{value}` is not an AWS account id",
        'give the twelve digits in quotes, for example "111111111111"',
        example="111111111111",
    ),
]
# Partitions aws, aws-cn and aws-us-gov; the isolated partitions are refused until somebody can try.
Region = Annotated[
    str,
    *matching(
        r"(?!us-iso)(af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-"
        r"(central|(north|south)(east|west)?|east|west)-[1-9]",
        "`{value}` is not an AWS Region of the partitions aws, aws-us-gov and aws-cn",
        "give a Region code such as eu-central-1, us-gov-west-1 or cn-north-1",
        example="eu-central-1",
    ),
]
_ARN = r"arn:(aws|aws-cn|aws-us-gov)"
KmsKeyArn = Annotated[
    str,
    *matching(
        _ARN + r":kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "`{value}` is not the ARN of a KMS key",
        "give the key's ARN (…:key/ID), not an alias: an alias can be moved to another key",
        example="arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
]
KinesisStreamArn = Annotated[
    str,
    *matching(
        _ARN + r":kinesis:[a-z0-9-]+:[0-9]{12}:stream/[A-Za-z0-9_.-]{1,128}",
        "`{value}` is not the ARN of a Kinesis data stream",
        "give the ARN of the stream (…:stream/NAME)",
        example="arn:aws:kinesis:eu-central-1:111111111111:stream/orders",
    ),
]
SnsTopicArn = Annotated[
    str,
    *matching(
        _ARN + r":sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}",
        "`{value}` is not the ARN of a standard SNS topic",
        "give the ARN of a topic in this account and Region; FIFO topics take no AWS Backup events",
        example="arn:aws:sns:eu-central-1:111111111111:vault-events",
    ),
]
VaultArn = Annotated[
    str,
    *matching(
        _ARN + r":backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}",
        "`{value}` is not the ARN of a backup vault",
        "give the vault's ARN (…:backup-vault:NAME)",
        example="arn:aws:backup:eu-central-1:222222222222:backup-vault:archive",
    ),
]
BoundaryArn = Annotated[
    str,
    *matching(
        _ARN + r":iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}",
        "`{value}` is not the ARN of a managed policy",
        "give the ARN of the policy that bounds every role of this environment",
        example="arn:aws:iam::111111111111:policy/Boundary",
    ),
]


def partition_of(region: str) -> str:
    """Return the partition a Region code belongs to: aws, aws-cn or aws-us-gov."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_NOT_TAG_TEXT = re.compile(r"[^\w\s+\-=.:/@]")
_TAG_KEY_LENGTH, _TAG_VALUE_LENGTH = 128, 256


def _tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        refuse("AWS reserves tag keys that start with `aws:`", "choose another key")
    if not 1 <= len(key) <= _TAG_KEY_LENGTH:
        refuse(
            f"the tag key has {len(key)} characters, and AWS takes 1 to {_TAG_KEY_LENGTH}",
            "choose another key",
        )
    return _tag_text(key)


def _tag_value(value: str) -> str:
    if len(value) > _TAG_VALUE_LENGTH:
        refuse(
            f"the tag's value has {len(value)} characters, and AWS takes at most "
            f"{_TAG_VALUE_LENGTH}",
            "shorten it",
        )
    return _tag_text(value)


def _tag_text(text: str) -> str:
    odd = _NOT_TAG_TEXT.search(text)
    if odd:
        refuse(
            f"the tag has the character {odd[0]!a}, which not every AWS service takes",
            "use letters, digits, spaces and + - = . _ : / @",
        )
    return text


TagKey = Annotated[str, AfterValidator(_tag_key)]
TagValue = Annotated[str, AfterValidator(_tag_value)]
Tags = Annotated[
    dict[TagKey, TagValue], Field(json_schema_extra={"examples": [{"owner": "payments"}]})
]
Document = Annotated[dict[str, Any], Field(json_schema_extra={"examples": []})]
