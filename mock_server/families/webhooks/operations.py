"""What the API does with webhooks: three generations of routes act on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mock_server.clock import parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.contract.validation import InvalidRequestError, Source
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.clients import records as clients
from mock_server.families.leads.rules import CATEGORY_NAMES
from mock_server.families.webhooks import records, rules, views

_NO_EVENTS = "The webhook gets nothing: no event was asked for."


@operation("list_campaign_webhooks")
def list_campaign_webhooks(ctx: Context, params: inputs.ListCampaignWebhooksParams) -> Reply:
    """The webhooks of a campaign by id, without those of the user and of clients (S1, C:sim)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    return Reply([views.listed(row, ctx.edition.events) for row in records.of_campaign(ctx, campaign["id"])])


@operation("save_campaign_webhook")
def save_campaign_webhook(
    ctx: Context, params: inputs.SaveCampaignWebhookParams, body: inputs.SaveCampaignWebhookBody
) -> Reply:
    """Create a webhook of a campaign, or update the one whose id is sent (S1, C:sim)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    webhook_id = body.get("id")
    if webhook_id is None:
        row = records.insert(ctx, "campaign", campaign_id=campaign["id"], **_columns(dict(body)))
    else:
        webhook_id = records.find_in_campaign(ctx, campaign["id"], webhook_id)["id"]
        row = records.change(ctx, webhook_id, **_columns(dict(body)))
    return Reply(views.saved(row, ctx.edition.events))


@operation("delete_campaign_webhook")
def delete_campaign_webhook(
    ctx: Context, params: inputs.DeleteCampaignWebhookParams, body: inputs.DeleteCampaignWebhookBody
) -> Reply:
    """Delete a webhook of a campaign; the id is in the body (C:sim), the query (S1) or the path (R)."""
    webhook_id = _named_id(params, body)
    campaign = campaigns.find(ctx, params["campaign_id"])
    records.delete(ctx, records.find_in_campaign(ctx, campaign["id"], webhook_id)["id"])
    return Reply({"ok": True})


@operation("create_webhook")
def create_webhook(ctx: Context, params: inputs.CreateWebhookParams, body: inputs.CreateWebhookBody) -> Reply:
    """Create a webhook of the user, of a client or of a campaign, unless there is a similar one (R, OAS)."""
    level = rules.level_of(body["association_type"])
    campaign_id = body["email_campaign_id"] if level == "campaign" else None
    if campaign_id is not None:
        campaigns.find(ctx, campaign_id)
    client_id = body["client_id"] if level == "client" else None
    if campaign_id is None:
        _check_owner(ctx, client_id)
    columns = {"name": "", **_columns(dict(body))}
    twin = records.similar(ctx, level, campaign_id, client_id, columns["url"])
    if twin is not None and not body.get("force_create", False):
        raise ApiError("similar_webhook_exists", value=columns["url"], hint=f"Webhook {twin}; or send force_create.")
    row = records.insert(ctx, level, campaign_id=campaign_id, client_id=client_id, **columns)
    created = {"ok": True, "id": row["id"], "webhook_url": row["url"], "webhook_id": row["id"]}
    return Reply(created, hint=_NO_EVENTS if row["event_types"] == "[]" else "")


@operation("get_webhook")
def get_webhook(ctx: Context, params: inputs.GetWebhookParams) -> Reply:
    """One webhook of any level (R)."""
    return Reply({"ok": True, "data": views.webhook(records.find(ctx, params["webhook_id"]), ctx.edition.events)})


@operation("update_webhook")
def update_webhook(ctx: Context, params: inputs.UpdateWebhookParams, body: inputs.UpdateWebhookBody) -> Reply:
    """Change what is given of a webhook; the rest stays (R)."""
    webhook_id = records.find(ctx, params["webhook_id"])["id"]
    row = records.change(ctx, webhook_id, **_columns(dict(body)))
    saved = {"ok": True, "id": row["id"], "message": "Webhook saved successfully"}
    return Reply(saved, hint=_NO_EVENTS if row["event_types"] == "[]" else "")


@operation("delete_webhook")
def delete_webhook(ctx: Context, params: inputs.DeleteWebhookParams, body: inputs.DeleteWebhookBody) -> Reply:
    """Delete a webhook of any level; the id is in the body (R) or in the path (OAS, R-guide)."""
    records.delete(ctx, records.find(ctx, _named_id(params, body))["id"])
    return Reply({"ok": True})


@operation("create_webhook_plural")
def create_webhook_plural(
    ctx: Context, params: inputs.CreateWebhookPluralParams, body: inputs.CreateWebhookPluralBody
) -> Reply:
    """The guide's way to make a webhook of the user (S2)."""
    _check_owner(ctx, None)
    row = records.insert(ctx, "user", **{"name": "", **_columns(dict(body))})
    return Reply(views.account_webhook(row, ctx.edition.events))


@operation("get_campaign_webhook_summary", long=True)
def get_campaign_webhook_summary(ctx: Context, params: inputs.GetCampaignWebhookSummaryParams) -> Reply:
    """What became of the deliveries of a campaign's events, per event type (S4, C:sim, R)."""
    start, end = _span(params, "query")
    campaign = campaigns.find(ctx, params["campaign_id"])
    rows = [row for row in records.summary(ctx, campaign["id"], start, end) if row["event_type"] in ctx.edition.events]
    return Reply(views.summary(rows, start, end))


@operation("retrigger_failed_webhook_events")
def retrigger_failed_webhook_events(
    ctx: Context, params: inputs.RetriggerFailedWebhookEventsParams, body: inputs.RetriggerFailedWebhookEventsBody
) -> Reply:
    """Queue the failed deliveries of a campaign's events again; they go out in the background (S4, R)."""
    start, end = _span(body, "body")
    campaign = campaigns.find(ctx, params["campaign_id"])
    retrigger_id, count = records.retrigger(ctx.db, campaign["id"], start, end)
    ctx.wake_outbox = True
    return Reply(
        {
            "success": True,
            "retriggered_count": count,
            "ok": True,
            "message": "Failed events retrigger initiated",
            "retrigger_id": f"rt_{retrigger_id}",
        }
    )


def _check_owner(ctx: Context, client_id: int | None) -> None:
    """ApiError `not_permitted` when a client's key would make a webhook of the user, or of another client."""
    if clients.owner(ctx, client_id) != client_id:
        raise ApiError("not_permitted", hint="A client's key makes webhooks of its campaigns and of the client.")


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    """The columns that a body sets; ApiError for a URL or a category that cannot be."""
    columns: dict[str, Any] = {"name": given["name"]} if "name" in given else {}
    if "webhook_url" in given:
        columns["url"] = given["webhook_url"]
        if not rules.is_webhook_url(columns["url"]):
            raise ApiError("invalid_webhook_url", value=columns["url"], hint="Use http or https, a host, no blanks.")
    events, categories = rules.events_of(given), rules.categories_of(given)
    if events is not None:
        columns["event_types"] = orjson.dumps(events).decode()
    if categories is not None:
        ids = dict.fromkeys(map(_category_id, categories))
        columns["category_ids"] = orjson.dumps(list(ids)).decode()
    return columns


def _category_id(named: str | int) -> int:
    found = rules.category_id(named, CATEGORY_NAMES)
    if found is None:
        raise ApiError("invalid_category", value=named, hint=f"Known: {', '.join(CATEGORY_NAMES.values())}.")
    return found


def _named_id(params: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    """The id of a webhook, wherever it is given; two places must agree."""
    ids = {part["id"] for part in (params, body) if "id" in part}
    if not ids:
        raise InvalidRequestError('"id" is required', "body", "id", kind="missing_key")
    if len(ids) > 1:
        raise InvalidRequestError('"id" is given twice, with different values', "body", "id")
    found: int = ids.pop()
    return found


def _span(given: Any, source: Source) -> tuple[int, int]:
    """The moments from which and to which events count, both included."""
    start, end = parse_moment(given["fromTime"]), parse_moment(given["toTime"])
    if start > end:
        raise InvalidRequestError('"toTime" must be greater than or equal to "ref:fromTime"', source, "toTime")
    return start, end
