"""What the API reads out of mailboxes: mails that they sent and got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.clock import parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.contract.validation import InvalidRequestError
from mock_server.families.email_accounts import mailbox, message_views, records, rules
from mock_server.state.database import Row


@operation("fetch_email_account_messages")
def fetch_email_account_messages(
    ctx: Context, params: inputs.FetchEmailAccountMessagesParams, body: inputs.FetchEmailAccountMessagesBody
) -> Reply:
    """Mails of a mailbox in a time range, newest first, also those of no campaign (R1, CLI)."""
    account = records.find(ctx, params["email_account_id"])
    span = _span(ctx, body)
    counts = mailbox.counts(ctx, account["id"], span, body.get("folder"))
    messages = _messages(ctx, account, body, span)
    data = {
        "messages": messages,
        "totalCount": sum(counts.values()),
        "processedCount": len(messages),
        "folders": [{"name": name, "count": count} for name, count in counts.items()],
    }
    return Reply({"success": True, "accountId": str(account["id"]), "data": data})


@operation("bulk_fetch_email_account_messages")
def bulk_fetch_email_account_messages(
    ctx: Context, params: inputs.BulkFetchEmailAccountMessagesParams, body: inputs.BulkFetchEmailAccountMessagesBody
) -> Reply:
    """Mails of several mailboxes, each with its own range; one that does not exist fails alone (R1, CLI)."""
    accounts = records.by_ids(ctx, [one["account_id"] for one in body])
    spans = [_span(ctx, one, number) for number, one in enumerate(body)]
    results: list[dict[str, Any]] = []
    for one, span in zip(body, spans, strict=True):
        account = accounts.get(one["account_id"])
        if account is None:
            results.append({"account_id": one["account_id"], "status": "error", "error": "Account not found"})
        else:
            data = {"messages": _messages(ctx, account, one, span)}
            results.append({"account_id": account["id"], "status": "success", "data": data})
    found = sum(one["status"] == "success" for one in results)
    return Reply({
        "results": results, "summary": {"total": len(results), "success": found, "error": len(results) - found},
    })  # fmt: skip


def _messages(ctx: Context, account: Row, wanted: Mapping[str, Any], span: mailbox.Span) -> list[dict[str, Any]]:
    rows = mailbox.newest(ctx, account["id"], span, wanted.get("folder"), wanted.get("limit", 100))
    with_body = wanted.get("includeBody", False)
    return [message_views.message(row, account["from_name"], with_body=with_body) for row in rows]


def _span(ctx: Context, wanted: Mapping[str, Any], entry: int | None = None) -> mailbox.Span:
    """First and last moment that are meant, perhaps by an entry of several: without them the last 24 hours."""
    first = parse_moment(wanted["from"]) if "from" in wanted else ctx.now - rules.DAY
    last = parse_moment(wanted["to"]) if "to" in wanted else ctx.now
    if first > last and {"from", "to"} <= wanted.keys():
        label, key = ("to", "to") if entry is None else (f"[{entry}].to", f"{entry}.to")
        raise InvalidRequestError(f'"{label}" must be greater than or equal to "ref:from"', "body", key)
    return first, last
