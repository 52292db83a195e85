"""What the API does with messages: the history of a lead, and mails that are sent by hand."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.clock import parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.contract.validation import InvalidRequestError
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import membership
from mock_server.families.email_accounts import records as accounts
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import id_of, normalised
from mock_server.families.messages import by_hand, records, rules, views
from mock_server.families.messages.compose import Style, compose, in_thread
from mock_server.families.sequences import records as sequences
from mock_server.state.database import Row

_QUEUED = "Email added to the queue, will be sent out soon!"
#: a transparent PNG of one pixel
_PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


@operation("get_lead_message_history", long=True)
def get_lead_message_history(ctx: Context, params: inputs.GetLeadMessageHistoryParams) -> Reply:
    """What a lead got in a campaign and answered, oldest first (S1, R1)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    row = leads.find_enrolment(ctx, campaign["id"], params["lead_id"])
    conversation = records.conversations(ctx, [row["id"]])[row["id"]]
    after = parse_moment(params["event_time_gt"]) if "event_time_gt" in params else None
    shown = [one for one in conversation if after is None or one["at"] > after]
    with_text = params["show_plain_text_response"]
    senders = [one["from_email"] for one in conversation if one["type"] in records.TO_LEAD]
    return Reply({
        "history": [views.history_entry(one, with_plain_text=with_text) for one in shown],
        "from": senders[-1] if senders else None,
        "to": leads.find_lead(ctx, row["lead_id"])["email"],
    }, beside=lambda: {"messages": [views.message(one) for one in shown]})  # fmt: skip


@operation("reply_email_thread")
def reply_email_thread(ctx: Context, params: inputs.ReplyEmailThreadParams, body: inputs.ReplyEmailThreadBody) -> Reply:
    """Answer a lead in the thread of a mail, at once or at `scheduled_time`; the answer is the same (S1, R)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    mail, row = _mail_with_row(ctx, campaign["id"], body["email_stats_id"])
    cc, bcc = _addresses(body.get("cc", ""), "cc"), _addresses(body.get("bcc", ""), "bcc")
    account = accounts.sender(ctx, mail)
    if account is None:
        return Reply(_QUEUED, hint=f"The mailbox {mail['from_email']} is deleted, so the mail will never go out.")
    answers = records.answered_by(ctx, mail, body.get("reply_message_id"))
    is_known = body.get("reply_message_id") in (None, answers["message_id"])
    signature = (account["signature"] or "") if body.get("add_signature", False) else ""
    by_hand.reply(
        ctx, row, account, parse_moment(body["scheduled_time"]) if "scheduled_time" in body else ctx.now,
        thread_id=mail["thread_id"], answers=answers["id"],
        stats_id=mail["stats_id"], to_email=body.get("to_email", mail["to_email"]), cc=_json(cc), bcc=_json(bcc),
        subject=rules.answer_subject(mail["subject"]),
        body=f"{body['email_body']}<br><br>{signature}" if signature else body["email_body"],
        attachments=_json([_without(dict(one), "file_size") for one in body.get("attachments", ())]),
    )  # fmt: skip
    return Reply(_QUEUED, hint="" if is_known else "The lead has no message of that reply_message_id.")


def _mail_with_row(ctx: Context, campaign_id: int, stats_id: str) -> tuple[Row, Row]:
    """A mail of the campaign, and its lead's row, which must still be there."""
    mail = records.sent_by_stats_id(ctx, campaign_id, stats_id)
    row = None if mail is None else leads.enrolment_or_none(ctx, campaign_id, mail["enrolment_id"])
    if mail is None or row is None:
        raise ApiError("stats_not_found", value=stats_id, hint="The message history of a lead shows the stats_id.")
    return mail, row


@operation("forward_email")
def forward_email(ctx: Context, params: inputs.ForwardEmailParams, body: inputs.ForwardEmailBody) -> Reply:
    """Send a message with all before it to other people (R)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    receivers = _addresses(body["to_emails"], "to_emails")
    if not receivers:
        raise InvalidRequestError('"to_emails" is not allowed to be empty', "body", "to_emails")
    last = records.in_conversation(ctx, campaign["id"], body["stats_id"], body["message_id"])
    if last is None:
        raise ApiError("email_account_not_found", hint="No message of this campaign has both ids.")
    account = accounts.sender(ctx, last)
    if account is None:
        raise ApiError("email_account_not_found", hint=f"The mailbox {last['from_email']} is deleted.")
    chain = records.thread_up_to(ctx, last)
    message_id = by_hand.store(
        ctx, "FORWARD", account, campaign_id=campaign["id"], to_email=",".join(receivers), answers=last["id"],
        subject=body.get("forward_email_subject") or f"Fwd: {chain[-1]['subject']}",
        body=body.get("forward_email_body", "") + by_hand.quoted(chain),
        **{name: last[name] for name in ("enrolment_id", "lead_id", "thread_id", "stats_id")},
    )  # fmt: skip
    return Reply({"ok": True, "messageId": message_id, "status": "success"})


@operation("send_test_email")
def send_test_email(ctx: Context, params: inputs.SendTestEmailParams, body: inputs.SendTestEmailBody) -> Reply:
    """Send a step as a lead would get it, its first variant if it has any; nothing moves or counts (R)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    row = leads.find_enrolment(ctx, campaign["id"], id_of(body["leadId"]))
    lead = leads.find_lead(ctx, row["lead_id"])
    account = _sender(ctx, campaign["id"], body.get("selectedEmailAccountId"))
    by_hand.store(
        ctx, "TEST", account, campaign_id=campaign["id"], lead_id=lead["id"],
        to_email=body.get("customEmailAddress", lead["email"]),
        **_rendered(ctx, campaign, row, lead, body["sequenceNumber"]),
    )  # fmt: skip
    return Reply({"success": True, "message": "Test email sent successfully"})


def _sender(ctx: Context, campaign_id: int, account_id: int | None) -> Row:
    """The mailbox that is asked for, else the first one of the campaign."""
    if account_id is not None:
        return accounts.find(ctx, account_id)
    attached = membership.accounts_of(ctx, campaign_id)
    if not attached:
        raise ApiError("email_account_not_found", hint=f"Campaign {campaign_id} has no email account.")
    return attached[0]


def _rendered(ctx: Context, campaign: Row, row: Row, lead: Row, number: int) -> dict[str, Any]:
    """The step's subject and body for a lead, with the choices of spintax that its real mail would have."""
    step = next((one for one in sequences.steps_of(ctx, campaign["id"]) if one["seq_number"] == number), None)
    if step is None:
        raise ApiError("sequence_not_found", hint=f"Campaign {campaign['id']} has no step {number}.")
    variants = sequences.variants_of(ctx, campaign["id"]).get(step["id"])
    template = variants[0] if variants else step
    seed, names, style = ctx.workspace.seed, (campaign["id"], row["id"], number), Style.of(campaign)
    stats_id = rules.stats_id(seed, *names)
    mail = compose(template["subject"], template["email_body"], lead, style, seed, names, stats_id)
    before = None if mail.subject else records.last_sent(ctx.db, row["id"])
    subject = mail.subject if before is None else in_thread(before["subject"])
    return {"subject": subject, "body": mail.body, "is_plain_text": style.plain}


@operation("update_lead_email_account")
def update_lead_email_account(
    ctx: Context, params: inputs.UpdateLeadEmailAccountParams, body: inputs.UpdateLeadEmailAccountBody
) -> Reply:
    """Choose who sends to a lead in a campaign; without override a mailbox that it has already stays (R)."""
    campaign = campaigns.find(ctx, body["email_campaign_id"])
    row = leads.find_enrolment(ctx, campaign["id"], id_of(body["email_lead_id"]))
    account = accounts.find(ctx, body["email_account_id"])
    hint = ""
    if row["email_account_id"] is None or body.get("override_lead_email_account", False):
        leads.change(ctx, row, email_account_id=account["id"])
    elif row["email_account_id"] != account["id"]:
        hint = f"The lead stays with {row['email_account_id']}: override_lead_email_account is not true."
    return Reply({"success": True, "message": "Lead email account updated"}, hint=hint)


@operation("send_single_email")
def send_single_email(ctx: Context, params: inputs.SendSingleEmailParams, body: inputs.SendSingleEmailBody) -> Reply:
    """Send a mail that belongs to no campaign (R, OAS)."""
    account = _named_account(ctx, body)
    stats_id = rules.stats_id(ctx.workspace.seed, "single", ctx.workspace.key, ctx.db.next_ids("single_email"))
    message_id = by_hand.store(
        ctx, "SINGLE", account, to_email=body["to"], subject=body["subject"], stats_id=stats_id,
        body=by_hand.with_pixel(ctx, body["body"], stats_id),
        attachments=_json([_file(one, n) for n, one in enumerate(body.get("attachments", ()))]),
    )  # fmt: skip
    return Reply({"success": True, "data": {"message": "Email sent successfully", "message_id": message_id}})


def _named_account(ctx: Context, body: inputs.SendSingleEmailBody) -> Row:
    if "fromEmailId" in body:
        return accounts.find(ctx, body["fromEmailId"])
    account = accounts.by_address(ctx, normalised(body["fromEmail"]))
    if account is None:
        raise ApiError("email_account_not_found", hint=f"No email account has the address {body['fromEmail']}.")
    return account


@operation(
    "track_single_email_open", writes=True, workspace_of=lambda path: rules.workspace_of_track_id(path["trackId"])
)
def track_single_email_open(ctx: Context, params: inputs.TrackSingleEmailOpenParams) -> Reply:
    """Count an opening of a mail outside campaigns; the pixel comes in any case (OAS)."""
    workspace_id, _, stats_id = params["trackId"].partition("-")
    mail = records.single_by_stats_id(ctx, stats_id) if workspace_id == str(ctx.workspace.id) else None
    if mail is None:
        return Reply(_PIXEL, hint="No mail of this workspace has that track id.")
    records.change(ctx, mail, open_count=mail["open_count"] + 1, opened_at=mail["opened_at"] or ctx.now)
    ctx.emit("SINGLE_EMAIL_OPEN", [{"message_id": mail["id"], "data": {"first": mail["opened_at"] is None}}])
    return Reply(_PIXEL)


def _addresses(text: str, key: str) -> list[str]:
    try:
        return rules.address_list(text)
    except ValueError as error:
        raise InvalidRequestError(f'"{key}" must be valid emails, separated by commas: {error}', "body", key) from error


def _file(given: inputs.SendSingleEmailBodyAttachment, number: int) -> dict[str, Any]:
    """What is kept of an attachment: not its content but its size in bytes."""
    try:
        content = b64decode(given.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        message = f'"attachments[{number}].content" must be a valid base64 string'
        raise InvalidRequestError(message, "body", f"attachments.{number}.content") from error
    return {**_without(dict(given), "content"), "size": len(content)}


def _without(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != name}


def _json(items: Sequence[Any]) -> str:
    return orjson.dumps(items).decode()
