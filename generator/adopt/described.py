"""What is known of one table: what AWS answered, what was not asked, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Members = Mapping[str, Any]

# What can be asked about a table besides `describe-table`, by the name of the command that asks.
BACKUPS = "describe-continuous-backups"
TIME_TO_LIVE = "describe-time-to-live"
TAGS = "list-tags-of-resource"
KINESIS = "describe-kinesis-streaming-destination"
INSIGHTS = "describe-contributor-insights"
POLICY = "get-resource-policy"
STREAM_POLICY = "get-resource-policy of its stream"
TARGETS = "describe-scalable-targets"
SCALING_POLICIES = "describe-scaling-policies"
SCHEDULED = "describe-scheduled-actions"
KEY = "describe-key"

# The table is on its way out, or its data is no longer there.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
GONE = {"DELETING": "is being deleted", "ARCHIVING": "is being archived", "ARCHIVED": "is archived"}

Kind = Literal["existing", "lost", "unknown", "note"]


@dataclass(frozen=True, slots=True)
class Note:
    """What the entry of a table does not say, or what its reader has to know.

    existing: why the table is not defined; lost: a setting that the entry cannot hold; unknown:
    what was not asked or not answered, and so counts as absent; note: anything else.
    """

    kind: Kind
    text: str

    def __str__(self) -> str:
        return self.text if self.kind == "note" else f"{self.kind}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One table: DescribeTable's answer, and the others by the name of the command.

    An aspect in neither `answers` nor `unread` was not asked. `unread` says why there is no answer.
    Answers hold what matters of them: TAGS a mapping, INSIGHTS a mapping from index name (None for
    the table) to its summary, the policies a document, KEY the key's manager (AWS or CUSTOMER),
    TARGETS, SCALING_POLICIES, SCHEDULED and KINESIS lists, the others the description itself.
    """

    table: Members
    answers: Mapping[str, Any]
    unread: Mapping[str, str]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table["TableName"])

    @property
    def arn(self) -> str:
        """The table's ARN."""
        return str(self.table["TableArn"])

    @property
    def place(self) -> tuple[str, str]:
        """The account and the Region, from the ARN."""
        _, _, _, region, account_id, _ = self.arn.split(":", 5)
        return account_id, region

    @property
    def status(self) -> str:
        """The table's status."""
        return str(self.table["TableStatus"])

    @property
    def on_demand(self) -> bool:
        """Whether it is paid on demand; tables older than that mode do not say."""
        mode = self.table.get("BillingModeSummary", {}).get("BillingMode")
        return bool(mode == "PAY_PER_REQUEST")

    @property
    def key_arn(self) -> str | None:
        """The ARN of the KMS key, None for a key that AWS owns."""
        encryption = self.table.get("SSEDescription", {})
        if encryption.get("SSEType") != "KMS" or encryption.get("Status") == "DISABLED":
            return None
        arn: str | None = encryption.get("KMSMasterKeyArn")
        return arn

    @property
    def indexes(self) -> tuple[Members, ...]:
        """Its global indexes by name."""
        return by_name(self.table.get("GlobalSecondaryIndexes", ()))

    def knows(self, aspect: str) -> bool:
        """Whether the aspect was asked and answered."""
        return aspect in self.answers


def insights_of(table: Members, rows: Iterable[Members]) -> dict[str | None, Members]:
    """Return a table's part of the list of all contributor insights; what is not listed is off."""
    names = [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", ())]
    found: dict[str | None, Members] = {name: {} for name in (None, *names)}
    for row in rows:
        if str(row["TableName"]).rpartition("/")[2] == table["TableName"]:  # it may be an ARN
            found[row.get("IndexName")] = row
    return found


def by_name(indexes: Iterable[Members]) -> tuple[Members, ...]:
    """Return indexes in the order of their names: AWS promises none."""
    return tuple(sorted(indexes, key=lambda index: str(index["IndexName"])))


def plain(text: object) -> str:
    """Return text of another's on one line of printable ASCII, for a comment or a message."""
    line = ascii(str(text))[1:-1]
    return line.replace("\\'", "'").replace("\\\\", "\\")
