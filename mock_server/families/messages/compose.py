"""A mail of a sequence: subject and body for one lead. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import orjson

from mock_server import rng
from mock_server.families.messages.html import plain_text
from mock_server.families.messages.rules import answer_subject
from mock_server.families.messages.templates import LEAD_FIELDS, Template, compiled, field_values
from mock_server.state.database import Row

UNSUBSCRIBE_LINK = "https://unsubscribe.simulator.test/"
#: begins what is added to the body of an HTML mail
UNSUBSCRIBE_PARAGRAPH = f'<p><a href="{UNSUBSCRIBE_LINK}'


@dataclass(frozen=True, slots=True)
class Style:
    """What a campaign's settings make of every mail."""

    plain: bool
    unsubscribe_text: str
    unsubscribe_header: bool
    track_opens: bool
    track_clicks: bool
    track_replies: bool

    @classmethod
    def of(cls, campaign: Row) -> Style:
        """Read a campaign's row. Plain text has no pixel and no links to rewrite, so that nothing in it is tracked."""
        untracked = orjson.loads(campaign["track_settings"])
        plain = bool(campaign["send_as_plain_text"] or campaign["force_plain_text"])
        return cls(
            plain=plain,
            unsubscribe_text=campaign["unsubscribe_text"] or "",
            unsubscribe_header=bool(campaign["add_unsubscribe_tag"]),
            track_opens=not plain and "DONT_TRACK_EMAIL_OPEN" not in untracked,
            track_clicks=not plain and "DONT_TRACK_LINK_CLICK" not in untracked,
            track_replies="DONT_TRACK_REPLY_TO_AN_EMAIL" not in untracked,
        )

    def tracks(self, word: str) -> bool:
        """Whether anybody notices that a recipient does this (a word of the simulator)."""
        if word in ("bounce", "soft-bounce", "unsubscribe"):
            return True
        return {"open": self.track_opens, "click": self.track_clicks}.get(word, self.track_replies)


@dataclass(frozen=True, slots=True)
class Mail:
    """Rendered; an empty `subject` means that the template had none."""

    subject: str
    body: str


def compose(
    subject: str, body: str, lead: Row, style: Style, seed: int, names: tuple[object, ...], stats_id: str
) -> Mail:
    """Fill in the templates; each choice of spintax depends only on the seed and on `names`."""
    values = field_values({name: lead[name] for name in LEAD_FIELDS}, orjson.loads(lead["custom_fields"]))
    shown = _render(compiled(subject), values, seed, (*names, "subject"))
    text = _render(compiled(body), values, seed, (*names, "body"))
    if style.plain:
        text = plain_text(text)
    if style.unsubscribe_text:
        text += _unsubscribe(style, stats_id)
    return Mail(shown.strip(), text)


def _render(template: Template, values: Mapping[str, str], seed: int, names: tuple[object, ...]) -> str:
    return template.render(values, lambda n, count: rng.number(seed, "spintax", *names, n) % count)


def _unsubscribe(style: Style, stats_id: str) -> str:
    if style.plain:
        return f"\n\n{style.unsubscribe_text}: {UNSUBSCRIBE_LINK}{stats_id}"
    return f'{UNSUBSCRIBE_PARAGRAPH}{stats_id}">{escape(style.unsubscribe_text)}</a></p>'


def in_thread(subject: str) -> str:
    """The subject of a step without one: it goes on in the thread of the step before (S1)."""
    return answer_subject(subject)
