"""Rows of team members. The user of the account is one without a row."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Text

from mock_server.state.schema import table

team_member = table(
    "team_member",
    Column("created_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("profile_pic_url", Text),
)
