"""Mails that a test lets come in."""

from __future__ import annotations

from email import message_from_string, policy
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any

from fastapi import HTTPException

from mock_server.context import Context
from mock_server.control.event_models import Mail, ReceivedMail
from mock_server.families.leads.rules import CATEGORY_NAMES, is_address, normalised
from mock_server.families.messages import reactions
from mock_server.simulation.recipients import Details
from mock_server.state.database import Row


def untracked(ctx: Context, account: Row, details: Details) -> int:
    """Let a mail that answers none come into a mailbox; its id."""
    incoming = reactions.Incoming(
        from_email=details.from_email or "", from_name=details.from_name, subject=details.subject or "",
        body=details.body or "", message_id=details.message_id, cc=details.cc, company="Unknown",
        category_id=details.category_id, files=details.files,
    )  # fmt: skip
    return reactions.untracked(ctx, account, incoming, cause="control")


def details(given: Mail, link: str | None = None) -> Details:
    """What a request says about a mail that comes in; a field of its own wins over the raw mail."""
    raw = _parsed(given.raw) if given.raw is not None else {}
    sender = given.from_email or raw.get("from")
    name, address = _sender(sender) if sender else (None, None)
    if isinstance(given, ReceivedMail) and address is None:
        raise HTTPException(422, "raw: the mail has no From.")
    return Details(
        link=link,
        subject=raw.get("subject") if given.subject is None else given.subject,
        body=raw.get("body") if given.body is None else given.body,
        from_email=address,
        from_name=name,
        message_id=raw.get("message_id", ""),
        cc=raw.get("cc", ()),
        files=raw.get("files", ()),
        category_id=_category_id(given.category),
    )


def _category_id(category: int | str | None) -> int | None:
    if category is None:
        return None
    by_name = {name.lower(): category_id for category_id, name in CATEGORY_NAMES.items()}
    found = category if isinstance(category, int) else by_name.get(category.strip().lower())
    if found not in CATEGORY_NAMES:
        raise HTTPException(422, f"There is no category {category!r}; known: {', '.join(CATEGORY_NAMES.values())}.")
    return found


def _parsed(raw: str) -> dict[str, Any]:
    """What a mail in MIME says; what it leaves out is missing."""
    mail = message_from_string(raw, policy=policy.default)
    part = mail.get_body(("html", "plain"))
    found: dict[str, Any] = {"cc": [address for _, address in getaddresses(mail.get_all("cc", [])) if address]}
    try:
        found["body"] = "" if part is None else part.get_content().strip()
    except (LookupError, ValueError) as error:
        raise HTTPException(422, f"raw: {error}.") from None
    found["files"] = [_file(part) for part in mail.iter_attachments()] if mail.is_multipart() else []
    if mail["subject"] is not None:
        found["subject"] = str(mail["subject"])
    if mail["message-id"]:
        found["message_id"] = str(mail["message-id"]).strip()
    if mail["from"]:
        found["from"] = str(mail["from"])
    return found


def _file(part: Message) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    return {
        "file_name": part.get_filename() or "attachment", "file_type": part.get_content_type(),
        "file_size": len(content) if isinstance(content, bytes) else 0, "charset": part.get_content_charset(),
    }  # fmt: skip


def _sender(given: str) -> tuple[str | None, str]:
    """Name and address of `Pat <pat@other.example>`, or of a bare address."""
    name, address = parseaddr(given) if given.rstrip().endswith(">") else ("", given)
    if not is_address(normalised(address)):
        raise HTTPException(422, f"from: {given!r} is no address.")
    return name or None, normalised(address)
