"""What the control API takes and answers about conversations and the team."""

from __future__ import annotations

from pydantic import Field

from mock_server.control.models import Model


class ConversationChange(Model):
    """What is given is set. `snoozed_until` snoozes; `is_snoozed` without it does until it is taken back."""

    is_snoozed: bool | None = None
    snoozed_until: str | None = Field(default=None, description="a moment in ISO 8601")
    is_important: bool | None = None
    is_archived: bool | None = None


class ConversationState(Model):
    """The states of a conversation that the control API sets."""

    email_lead_map_id: int
    is_snoozed: bool
    snoozed_until: str | None
    is_important: bool
    is_archived: bool


class NewMember(Model):
    """Somebody who joins the team."""

    name: str = Field(min_length=1, max_length=200)
    profile_pic_url: str | None = Field(default=None, max_length=2000)


class TeamMember(Model):
    """One of the team; the user of the account is one from the beginning."""

    id: int
    name: str
    profile_pic_url: str | None
