"""Bodies and answers of the control API about what recipients do, and about the ledger."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mock_server.control.models import Model

Word = Literal[
    "open", "click", "reply", "reply-interested", "reply-not-interested", "colleague-reply", "forward-reply",
    "unknown-reply", "ooo", "bounce", "soft-bounce", "unsubscribe", "silent", "untracked",
]  # fmt: skip
_RECEIVED = ("subject", "body", "from_email", "category", "raw")
_WITHOUT_MAIL = frozenset({"open", "click", "unsubscribe", "silent"})


class Mail(Model):
    """A mail that comes in, in fields of its own or as `raw` MIME; `from` is an address, also with a name."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    subject: str | None = None
    body: str | None = None
    from_email: str | None = Field(default=None, alias="from", max_length=640)
    category: int | str | None = None
    raw: str | None = None


class ReceivedMail(Mail):
    """A mail into a mailbox that answers none of those it sent: an untracked reply."""

    @model_validator(mode="after")
    def _is_from_somebody(self) -> ReceivedMail:
        if self.from_email is None and self.raw is None:
            raise ValueError("a mail needs `from`, or `raw`")
        return self


class Received(Model):
    """The mail that came in: its id among `GET /_mock/messages`."""

    id: int
    now: str


class MailboxState(Model):
    """Whether the logins of a mailbox work."""

    id: int
    is_smtp_success: bool
    is_imap_success: bool


class Reaction(Mail):
    """What a recipient does now with the mail of a `step` (default: the last one sent).

    `link`: which link a click follows (default: the first). A reply, bounce or out-of-office answer may have `subject`,
    `body`, `from`, and a `category` (id or name), or all of it as `raw` MIME. `untracked` is a mail into the mailbox
    `to` that answers none: it needs `to` and `from`, and no campaign. `from` is an address, also with a name:
    `Pat <pat@other.example>`.
    """

    type: Word
    campaign_id: int | None = Field(default=None, ge=1, le=2**53)
    email: str | None = None
    step: int | None = Field(default=None, ge=1, le=2**31)
    link: str | None = Field(default=None, max_length=2000)
    to: str | None = Field(default=None, max_length=320)

    @model_validator(mode="after")
    def _fits_the_type(self) -> Reaction:
        if self.type == "untracked":
            if self.to is None or (self.from_email is None and self.raw is None):
                raise ValueError("untracked needs `to`, the address of a mailbox, and `from`")
            if self.campaign_id is not None or self.email is not None or self.step is not None:
                raise ValueError("an untracked mail answers none, so it has no campaign_id, email or step")
        elif self.campaign_id is None or self.email is None:
            raise ValueError(f"{self.type} needs campaign_id and email, the lead's address")
        received = [name for name in _RECEIVED if getattr(self, name) is not None]
        if received and self.type in _WITHOUT_MAIL:
            raise ValueError(f"{self.type} brings no mail, so it has no {received[0].removesuffix('_email')}")
        if self.link is not None and self.type != "click":
            raise ValueError("only a click has a link")
        return self


class Reacted(Model):
    """What followed: events by name."""

    now: str
    events: dict[str, int]


class LedgerEvent(Model):
    """One event of the ledger. `message`: id of the mail that was sent or reacted to."""

    id: int
    at: str
    type: str
    campaign_id: int | None
    campaign_lead_map_id: int | None
    lead_id: int | None
    message: int | None
    data: dict[str, Any]


class MessageShown(Model):
    """A mail that was sent, by the sequence or by hand, is to be sent (SCHEDULED), or came in.

    `answers`: id of the mail it goes on from; `thread`: id of the first mail of its thread.
    """

    id: int
    at: str
    type: Literal[
        "SENT", "REPLY", "OUT_OF_OFFICE", "BOUNCE", "UNTRACKED", "HAND", "FORWARD", "TEST", "SINGLE", "SCHEDULED"
    ]
    campaign_id: int | None
    campaign_lead_map_id: int | None
    lead_id: int | None
    email_account_id: int
    from_email: str = Field(serialization_alias="from")
    from_name: str | None
    to: str
    cc: list[str]
    bcc: list[str]
    attachments: list[dict[str, Any]]
    subject: str
    body: str
    headers: dict[str, str]
    message_id: str
    stats_id: str | None
    thread: int
    answers: int | None
    step: int | None
    step_id: int | None
    variant_id: int | None
    open_count: int
    click_count: int
    clicked_links: list[str]
    reply_count: int
    bounce_type: Literal["hard", "soft"] | None
    company: str | None
    category_id: int | None
