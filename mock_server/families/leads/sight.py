"""Which leads a key may see."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select

from mock_server.families.campaigns.tables import campaign
from mock_server.families.lead_lists.tables import lead_list, lead_list_member
from mock_server.families.leads.tables import enrolment, lead

_e, _m = enrolment.c, lead_list_member.c
_IN_CAMPAIGN = (
    select(_e.id)
    .join(campaign, (campaign.c.workspace_id == _e.workspace_id) & (campaign.c.id == _e.campaign_id))
    .where(_e.workspace_id == lead.c.workspace_id, _e.lead_id == lead.c.id, campaign.c.deleted_at.is_(None))
    .correlate(lead)
)
_OF_CLIENT = _IN_CAMPAIGN.where(campaign.c.client_id == bindparam("client")).exists()
_IN_LIST = (
    select(_m.lead_id)
    .join(lead_list, (lead_list.c.workspace_id == _m.workspace_id) & (lead_list.c.id == _m.lead_list_id))
    .where(_m.workspace_id == lead.c.workspace_id, _m.lead_id == lead.c.id)
    .correlate(lead)
    .exists()
)

#: a client sees the leads of its campaigns, and those that are in a list of the account and in nobody's campaign
IS_SHOWN = or_(bindparam("client").is_(None), _OF_CLIENT, ~_IN_CAMPAIGN.exists() & _IN_LIST)
