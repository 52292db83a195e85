"""Messages as a mailbox shows them."""

from __future__ import annotations

from typing import Any

from mock_server.clock import iso, mail_date
from mock_server.families.email_accounts.mailbox import RECEIVED, folder_of
from mock_server.families.messages.html import is_html, plain_text
from mock_server.state.database import Row

_SNIPPET = 100


def message(row: Row, mailbox_name: str, *, with_body: bool) -> dict[str, Any]:
    """One message; the ids beside the Message-ID are of this simulator, and opaque."""
    folder, html, text = folder_of(row["type"]), row["body"], plain_text(row["body"])
    name = row["from_name"] if row["type"] in RECEIVED else mailbox_name
    shown: dict[str, Any] = {
        "messageId": row["message_id"],
        "threadId": f"{row['thread_id']:016x}",
        "gmailMessageId": f"{row['id']:016x}",
        "subject": row["subject"],
        "from": f"{name} <{row['from_email']}>" if name else row["from_email"],
        "to": row["to_email"],
        "timestamp": iso(row["at"]),
        "date": mail_date(row["at"]),
        "folders": [{"id": folder, "name": folder}],
        "labelIds": [folder],
        "snippet": " ".join(text.split())[:_SNIPPET],
        "sizeEstimate": len(row["subject"].encode()) + len(html.encode()),
        "historyId": str(row["id"]),
    }
    if with_body:
        shown["body"] = {"text": text, "html": html if is_html(html) else ""}
    return shown
