"""Which campaigns a key may see."""

from __future__ import annotations

from mock_server.families.campaigns.tables import campaign
from mock_server.state.statements import of_client, this_workspace

#: those that are there, of a client's key the client's only
IN_VIEW = (this_workspace(campaign), campaign.c.deleted_at.is_(None), of_client(campaign.c.client_id))
