"""What the API does with mails that came into a mailbox and answer none."""

from __future__ import annotations

from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.inbox import untracked, views
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import id_of, normalised
from mock_server.families.messages import reactions
from mock_server.families.messages import records as messages
from mock_server.families.messages.reactions import Sent
from mock_server.state.statements import containing


@operation("list_untracked_replies", long=True)
def list_untracked_replies(ctx: Context, params: inputs.ListUntrackedRepliesParams) -> Reply:
    """One page of the mails that answer none, newest first; all filters must hold (R)."""
    given: dict[str, Any] = dict(params)
    wanted: dict[str, str] = {name: normalised(given[name]) for name in ("from_email", "to_email") if name in given}
    if "subject_line" in given:
        wanted["subject_line"] = containing(given["subject_line"])
    offset, limit = params["offset"], params["limit"]
    total, rows = untracked.page(ctx, wanted, offset, limit)
    shown = {"with_body": params["fetchBody"], "with_attachments": params["fetchAttachments"]}
    more = offset + len(rows) < total
    pagination = {"limit": limit, "offset": offset, "totalCount": total, "hasMore": more}
    data = {"replies": [views.untracked(row, **shown) for row in rows], "totalCount": total, "pagination": pagination}
    message = "Successfully retrieved master inbox untracked replies"
    return Reply({"success": True, "message": message, "data": data})


@operation("associate_untracked_reply")
def associate_untracked_reply(
    ctx: Context, params: inputs.AssociateUntrackedReplyParams, body: inputs.AssociateUntrackedReplyBody
) -> Reply:
    """Make a mail a lead's answer to the last mail that it had got; no client's key may (R; `sucess` is theirs)."""
    if ctx.client is not None:
        raise ApiError("not_permitted", hint="Use the account's own key.")
    campaign = campaigns.find(ctx, body["emailCampaignId"])
    row = leads.enrolment_or_none(ctx, campaign["id"], id_of(body["leadMapId"]))
    if row is None:
        raise ApiError("lead_mapping_not_found", hint=f"This row is not in campaign {campaign['id']}.")
    mail = untracked.find(ctx, body["untrackedReplyId"])
    answered = messages.sent_before(ctx, row["id"], mail["at"])
    if answered is None:
        raise ApiError("no_sent_email", hint="The lead had got no mail of this campaign when this one came in.")
    reactions.associated(ctx, Sent(answered, row, campaign, "associated"), mail)
    data = {"leadMapId": row["id"], "swMessageId": mail["message_id"]}
    return Reply({"sucess": True, "message": "Untracked reply associated to lead successfully", "data": data})
