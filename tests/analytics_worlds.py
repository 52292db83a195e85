"""Random worlds of an account with clients, a team, and mailboxes of several providers with tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.analytics_recount import Account
from tests.conftest import Api
from tests.figure_worlds import ACTIONS, PLACES, Act, Plan, World, hours, pick, plans
from tests.figures import Json, Recount
from tests.running_worlds import RATES, advance, campaign, done, events, freeze, messages, step

_DOMAINS = ("one.example", "two.example", "mail.two.example")
_TYPES = ("SMTP", "GMAIL", "OUTLOOK")
_CONDITIONS = ({"eventType": "REPLY_AN_EMAIL"}, {"eventType": "EMAIL_OPENED"})


@dataclass(frozen=True)
class Box:
    """A mailbox to be made. `client`: 0 = of none."""

    domain: str
    type: str
    client: int
    tags: tuple[int, ...]
    warm: bool


@dataclass(frozen=True)
class OfficePlan:
    """An account to be made. `owners`: the client of each campaign; the last campaign may have a sub-sequence."""

    start: datetime
    zone: str
    boxes: tuple[Box, ...]
    campaigns: tuple[Plan, ...]
    owners: tuple[int, ...]
    has_child: bool
    acts: tuple[Act, ...]


@dataclass
class Office(World):
    """The account, and what nothing that is served tells of it."""

    clients: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    team: list[int] = field(default_factory=list)
    members: dict[int, int] = field(default_factory=dict)
    teams: dict[int, int] = field(default_factory=dict)
    gone: dict[int, Json] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)

    def furnish(self, boxes: Sequence[Box]) -> None:
        """Clients, tags, a team and mailboxes."""
        for n in range(2):
            self.new_client(n)
            tag = {"name": f"tag {n}", "color": f"#00000{n}"}
            self.tags.append(done(self.api.post("/tags", tag))["data"]["id"])
            member = {"name": f"Member {n}", **({"profile_pic_url": "https://x.example/1.png"} if n else {})}
            self.team.append(done(self.api.control("POST", "/team-members", member))["id"])
        self.team.append(done(self.api.get("/users/get-by-api-key"))["id"])
        for n, box in enumerate(boxes):
            more: Json = {"client_id": self.clients[box.client - 1]} if box.client else {}
            self.boxes.append(self.api.account(
                f"box{n}@{box.domain}", max_email_per_day=20 + n, type=box.type, warmup_enabled=box.warm, **more
            ))  # fmt: skip
            for tag_id in box.tags:
                self._put(self.boxes[-1], self.tags[tag_id])

    def _put(self, box: int, tag_id: int, *, off: bool = False) -> None:
        body = {"email_account_ids": [box], "tag_ids": [tag_id]}
        done(self.api.request("DELETE" if off else "POST", "/email-accounts/tag-mapping", json=body))

    def new_client(self, number: int) -> None:
        """One more client."""
        body = {"name": f"Client {number}", "email": f"client{len(self.clients)}@clients.example"}
        self.clients.append(done(self.api.post("/client/save", body))["clientId"])

    def own(self, campaign_id: int, owner: int) -> None:
        """Give a campaign to a client, or to none (0)."""
        client_id = self.clients[owner % (len(self.clients) + 1) - 1] if owner % (len(self.clients) + 1) else None
        done(self.api.post(f"/campaigns/{campaign_id}/settings", {"client_id": client_id}))

    def make_child(self, parent: int) -> None:
        """A sub-sequence that leads enter who open or answer."""
        body = {"parent_campaign_id": parent, "subsequence_name": "child", "condition_events": list(_CONDITIONS)}
        child = campaign(self.api, [step(1), step(2, 1)], self.boxes[:1], parent=body)
        self.manual[child] = frozenset()
        self.campaigns.append(child)
        self.set_status(child, "START")

    def act(self, what: str, number: int, other: int) -> None:
        """Let somebody do something, perhaps with what only an account has."""
        if what not in OFFICE:
            super().act(what, number, other)
            self.lost += [one for one in self.manual if one not in self.campaigns and one not in self.lost]
        elif self.campaigns:
            chosen = self.campaigns[number % len(self.campaigns)]
            getattr(self, f"_{what.replace(' ', '_')}")(chosen, other)

    def _answered(self, campaign_id: int, other: int) -> list[str]:
        """The stats_ids of every second mail that was answered, from the first or the second one on."""
        answers = {one["message"] for one in events(self.api, f"&campaign_id={campaign_id}&type=EMAIL_REPLY")}
        mails = [one for one in messages(self.api, f"&campaign_id={campaign_id}&type=SENT") if one["id"] in answers]
        return [one["stats_id"] for one in mails[other % 2 :: 2]]

    def _ignore(self, campaign_id: int, other: int, *, ignored: bool = True) -> None:
        for stats in self._answered(campaign_id, other):
            body = {"id": stats, "ignore_reply": ignored}
            assert self.api.patch("/master-inbox/ignore-reply", body).status_code in (200, 400)

    def _count_again(self, campaign_id: int, other: int) -> None:
        self._ignore(campaign_id, other, ignored=False)

    def _write_back(self, campaign_id: int, other: int) -> None:
        for stats in self._answered(campaign_id, other):
            body = {"email_stats_id": stats, "email_body": "<p>By hand</p>"}
            answer = self.api.post(f"/campaigns/{campaign_id}/reply-email-thread", body)
            assert answer.status_code in (200, 400, 404), answer.text

    def _stray(self, _: int, other: int) -> None:
        box = self.boxes[other % len(self.boxes)]
        done(self.api.control("POST", f"/email-accounts/{box}/messages", {"from": "pat@private.example"}))

    def _associate(self, campaign_id: int, other: int) -> None:
        """The newest mail that answers none becomes an answer of a lead that was mailed before."""
        strays = done(self.api.get("/master-inbox/untracked-replies"))["data"]["replies"]
        rows = {row["campaign_lead_map_id"] for row in self.api.rows(campaign_id)}
        mails = messages(self.api, f"&campaign_id={campaign_id}&type=SENT")
        last = {one["campaign_lead_map_id"]: one["at"] for one in mails if one["campaign_lead_map_id"] in rows}
        for stray in strays[:1]:
            fit = sorted(lead for lead, at in last.items() if at <= stray["reply_picked_time"])
            if fit:
                body = {
                    "emailCampaignId": campaign_id, "leadMapId": fit[other % len(fit)], "untrackedReplyId": stray["id"],
                }  # fmt: skip
                done(self.api.post("/master-inbox/untracked-replies/associate-to-lead", body))

    def _assign(self, campaign_id: int, other: int) -> None:
        member = self.team[other % len(self.team)]
        for row in self.api.rows(campaign_id)[other % 3 :: 3]:
            body = {"email_lead_map_id": row["campaign_lead_map_id"], "team_member_id": member}
            answer = self.api.post("/master-inbox/update-team-member", body)
            assert answer.status_code in (200, 404), answer.text
            if answer.status_code == 200:
                self.members[row["campaign_lead_map_id"]] = member

    def _assign_campaign(self, campaign_id: int, other: int) -> None:
        member = self.team[other % len(self.team)]
        done(self.api.post(f"/campaigns/{campaign_id}/team-member", {"teamMemberId": member}))
        self.teams[campaign_id] = member

    def _give(self, campaign_id: int, other: int) -> None:
        self.own(campaign_id, other)

    def _give_box(self, _: int, other: int) -> None:
        client_id = self.clients[other % len(self.clients)] if other % 3 else None
        done(self.api.post(f"/email-accounts/{self.boxes[other % len(self.boxes)]}", {"client_id": client_id}))

    def _tag(self, _: int, other: int) -> None:
        self._put(self.boxes[other % len(self.boxes)], self.tags[other % 2], off=other % 3 == 0)

    def _fail(self, _: int, other: int) -> None:
        done(self.api.control("POST", f"/email-accounts/{self.boxes[other % len(self.boxes)]}/disconnect"))

    def _suspend(self, _: int, other: int) -> None:
        body = {"is_suspended": other % 3 > 0}
        done(self.api.post(f"/email-accounts/{self.boxes[other % len(self.boxes)]}", body))

    def _delete_box(self, _: int, other: int) -> None:
        """A mailbox goes, and sometimes another of the same address comes."""
        if len(self.boxes) > 1:
            box = self.boxes.pop(other % len(self.boxes))
            self.gone[box] = done(self.api.get(f"/email-accounts/{box}"))
            done(self.api.delete(f"/email-accounts/{box}"))
            if other % 2:
                self.boxes.append(self.api.account(self.gone[box]["from_email"], type=_TYPES[other % 3]))

    def _stop(self, campaign_id: int, other: int) -> None:
        if other % 3 == 0:
            self.set_status(campaign_id, "STOPPED")

    def _draft(self, _: int, other: int) -> None:
        made = self.api.campaign(name=f"Draft {other}")
        self.manual[made] = frozenset()
        self.own(made, other)

    def _renumber(self, campaign_id: int, _: int) -> None:
        """The first step becomes the last one."""
        steps = self._saved(campaign_id)
        numbers = [one["seq_number"] for one in steps]
        kinds = {one["id"]: one.get("seq_type") for one in steps}
        for one, number in zip(steps, [*numbers[1:], *numbers[:1]], strict=True):
            one["seq_number"] = number
        self.manual[campaign_id] = frozenset(one["seq_number"] for one in steps if kinds[one["id"]] == "MANUAL")
        self._save(campaign_id, sorted(steps, key=lambda one: one["seq_number"]))

    def categorise_answers(self) -> None:
        """Give three of four leads that answered another category, or none."""
        for campaign_id in self.campaigns:
            answers = events(self.api, f"&campaign_id={campaign_id}&type=EMAIL_REPLY")
            leads = {one["lead_id"] for one in answers} & {row["lead"]["id"] for row in self.api.rows(campaign_id)}
            for number, lead_id in enumerate(sorted(leads)):
                if number % 4:
                    self.categorise(f"/campaigns/{campaign_id}/leads/{lead_id}", (number + len(answers)) % 8)

    def account(self) -> Account:
        """What its analytics must be."""
        return Account(self.api, self._recount, self.members, self.teams, self.gone)

    def _recount(self, campaign_id: int) -> Recount:
        return self.recount(campaign_id)


OFFICE = (
    "ignore", "ignore", "ignore", "count again", "write back", "write back", "stray", "associate", "assign", "assign",
    "assign campaign", "give", "give box", "tag", "fail", "suspend", "delete box", "delete box", "stop", "draft",
    "renumber",
)  # fmt: skip
#: what makes most figures comes often
actions = st.lists(
    st.tuples(st.sampled_from((*ACTIONS, *OFFICE, *OFFICE, *["reply", "reply-interested"] * 4)), pick, pick, hours),
    min_size=16, max_size=30,
)  # fmt: skip
boxes = st.builds(
    Box, st.sampled_from(_DOMAINS), st.sampled_from(_TYPES), st.integers(0, 2),
    st.sampled_from(((), (0,), (0, 1))), st.booleans(),
)  # fmt: skip


@st.composite
def offices(draw: st.DrawFn) -> OfficePlan:
    """A place, a moment, mailboxes, campaigns, whose they are, and what is done."""
    zone, start = draw(st.sampled_from(PLACES))
    made = tuple(draw(st.lists(boxes, min_size=2, max_size=4)))
    return OfficePlan(
        start=datetime.fromisoformat(start).replace(tzinfo=UTC)
        + timedelta(milliseconds=draw(st.sampled_from((0, 345, 500, 17_700)))),
        zone=zone,
        boxes=made,
        campaigns=tuple(draw(st.lists(plans(zone, len(made)), min_size=1, max_size=3))),
        owners=tuple(draw(st.tuples(*[st.integers(0, 2)] * 3))),
        has_child=draw(st.booleans()),
        acts=tuple(draw(actions)),
    )


def live(api: Api, plan: OfficePlan) -> Office:
    """Make an account, and let time pass between what is done."""
    freeze(api, plan.start)
    done(api.control("PUT", "/settings", {"recipients": {**RATES, "open": 0.7, "unsubscribe": 0.1}}))
    office = Office(api, plan.start)
    office.furnish(plan.boxes)
    for one, owner in zip(plan.campaigns, plan.owners, strict=False):
        office.make(one)
        office.own(office.campaigns[-1], owner)
    if plan.has_child:
        office.make_child(office.campaigns[-1])
    advance(api, plan.start + timedelta(hours=2))
    for what, number, other, passed in plan.acts:
        office.act(what, number, other)
        if passed:
            done(api.control("POST", "/clock/advance", {"hours": passed}))
    for number in range(3):
        office.act("assign", number, number)
        office.act("write back", number, number)
        done(api.control("POST", "/clock/advance", {"hours": 1}))
    office.categorise_answers()
    office.new_client(2)
    return office
