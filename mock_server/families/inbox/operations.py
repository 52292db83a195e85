"""What the API does in the master inbox."""

from __future__ import annotations

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.leads import records as leads
from mock_server.families.leads import subsequences

_DAY = 86_400_000


@operation("push_lead_to_subsequence")
def push_lead_to_subsequence(
    ctx: Context, params: inputs.PushLeadToSubsequenceParams, body: inputs.PushLeadToSubsequenceBody
) -> Reply:
    """Put a lead into a sub-sequence of its campaign; the delay is in days, as it is echoed (R1, S4)."""
    row = leads.find_by_map_id_alone(ctx, body["email_lead_map_id"])
    child = campaigns.find(ctx, body["sub_sequence_id"])
    if child["parent_campaign_id"] != row["campaign_id"]:
        raise ApiError("not_a_subsequence_of", hint=f"Campaign {row['campaign_id']} is the lead's campaign.")
    days = body.get("sub_sequence_delay_time", 0)
    stop = body.get("stop_lead_on_parent_campaign_reply", False)
    if subsequences.enter(ctx, row, child, days * _DAY, cause="push", stop_on_parent_reply=stop) is None:
        raise ApiError("already_in_subsequence")
    data = {"success": True, "sub_sequence_id": child["id"], "delay_days": days}
    return Reply({"ok": True, "message": "Lead pushed to subsequence successfully", "data": data})
