"""Conversations: a row of the inbox, alone, with its mails, and in each list that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.exchange import rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading
from contract_tests.laws.views import same

_MOST = 8


def conversations(reading: Reading) -> Iterator[Finding]:
    """What the lists of the inbox, their rows and their mails have to do with each other."""
    for look in (_conversations, _histories, _listed, _unread):
        look(reading)
        yield from reading.taken()


def _conversations(reading: Reading) -> None:
    """A row of the inbox, alone and with its mails; and each list of the inbox has what its name says."""
    inbox = reading.ask("list_inbox_replies", body={"limit": 20})
    for row in ((rows_of(inbox.json) or []) if inbox is not None else [])[:_MOST]:
        alone = reading.ask("get_inbox_lead_by_id", {"lead_map_id": row.get("email_lead_map_id")})
        found = rows_of(alone.json) if alone is not None else None
        if found:
            same(reading, "view", "get_inbox_lead_by_id", row, found[0], inbox, alone)
        path = {"campaign_id": row.get("email_campaign_id"), "lead_id": row.get("email_lead_id")}
        history = reading.ask("get_lead_message_history", path)
        mails = history.json.get("history") if history is not None and isinstance(history.json, dict) else None
        if isinstance(mails, list):
            times = [str(mail.get("time")) for mail in mails if isinstance(mail, dict) and mail.get("type") == "REPLY"]
            if row.get("last_reply_time") and max(times, default="") != row["last_reply_time"]:
                message = f"its last reply is of {max(times, default='never')}, the inbox says {row['last_reply_time']}"
                reading.wrong("view", "get_lead_message_history", message, inbox, history)
            sent = [str(mail.get("time")) for mail in mails if isinstance(mail, dict)]
            if sent != sorted(sent):
                reading.wrong("order", "get_lead_message_history", "mails are not in the order of their times", history)


def _histories(reading: Reading) -> None:
    """With fetch_message_history each row has its own mails."""
    name, other = "list_inbox_replies", "get_lead_message_history"
    if not reading.has(name, other) or not reading.operation(name).parameters_in("query"):
        return
    answer = reading.ask(name, query={"fetch_message_history": "true"}, body={"limit": 20})
    for row in ((rows_of(answer.json) or []) if answer is not None else [])[:_MOST]:
        path = {"campaign_id": row.get("email_campaign_id"), "lead_id": row.get("email_lead_id")}
        alone = reading.ask(other, path)
        told, mails = row.get("email_history"), alone.json.get("history") if alone is not None else None
        if isinstance(told, list) and isinstance(mails, list):
            reading.held("view", name)
            if [mail.get("message_id") for mail in told] != [mail.get("message_id") for mail in mails]:
                reading.wrong("view", name, "email_history has other mails than the lead's own history", answer, alone)


def _unread(reading: Reading) -> None:
    """Who looks at a conversation has not marked it as read."""
    name, body = "list_unread_replies", {"limit": 20}
    before = reading.ask(name, body=body)
    rows = rows_of(before.json) if before is not None else None
    if not rows or not reading.has("get_inbox_lead_by_id"):
        return
    looked = reading.again("get_inbox_lead_by_id", {"lead_map_id": rows[0].get("email_lead_map_id")})
    after = reading.again(name, body=body)
    reading.held("view", name)
    if after is not None and after.status < 300 and rows_of(after.json) != rows:
        reading.wrong("view", name, "a conversation that was looked at is read", before, looked, after)


def _listed(reading: Reading) -> None:
    for name, field in (
        ("list_unread_replies", "has_new_unread_email"), ("list_important_messages", "is_important"),
        ("list_archived_messages", "is_archived"), ("list_snoozed_messages", "is_snoozed"),
    ):  # fmt: skip
        answer = reading.ask(name, body={"limit": 20})
        for row in (rows_of(answer.json) or []) if answer is not None else []:
            reading.held("view", name)
            if row.get(field) is False:
                reading.wrong("view", name, f"shows a row with {field} false", answer)
    for name, field in (("list_inbox_replies", "last_reply_time"), ("list_sent_messages", "last_sent_time")):
        answer = reading.ask(name, body={"limit": 20, "sortBy": f"{'REPLY' if 'reply' in field else 'SENT'}_TIME_DESC"})
        times = (
            [str(row[field]) for row in (rows_of(answer.json) or []) if row.get(field)] if answer is not None else []
        )
        if times != sorted(times, reverse=True):
            reading.wrong("order", name, f"is not sorted by {field}", answer)
