"""Stories about webhooks: made, changed, deleted; told of events, once each, and again when they do not answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from contract_tests.exchange import rows
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.campaign_making import NOBODY
from contract_tests.machines.campaign_model import Open
from contract_tests.machines.webhook_model import CATEGORY_EVENT, Hook, Lead, Mailing, told
from contract_tests.machines.webhook_views import LINKS, WebhookViews
from contract_tests.phases import MOMENT
from contract_tests.receiver import receiver

Json = dict[str, Any]
index = st.integers(0, 5)
_EVENTS = (
    "EMAIL_SENT", "FIRST_EMAIL_SENT", "EMAIL_OPEN", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "EMAIL_BOUNCE",
    "LEAD_UNSUBSCRIBED", CATEGORY_EVENT, "CAMPAIGN_STATUS_CHANGED",
)  # fmt: skip
events = st.lists(st.sampled_from(_EVENTS), min_size=1, unique=True)
categories = st.lists(st.integers(0, 2), unique=True)
_EVER = {"fromTime": "2026-01-01T00:00:00.000Z", "toTime": "2027-12-31T00:00:00.000Z"}
_BEFORE = {"fromTime": "2025-01-01T00:00:00.000Z", "toTime": "2025-12-31T00:00:00.000Z"}
#: how the attempts of one delivery are answered
_COURSES = (
    (500, 200), (500, 503, 500, 200), (500, 500, 500, 500), (404,), (410,), (503, 204), (500, 404), (200,),
    (500, 500, 200),
)  # fmt: skip
_BAD: tuple[tuple[Json, str], ...] = (
    ({"webhook_url": "notaurl"}, "Invalid webhook_url - notaurl"), ({"webhook_url": "ftp://x.example/a"}, ""),
    ({"webhook_url": ""}, ""), ({"event_types": ["EMAIL_FOO"]}, "Invalid event_types - EMAIL_FOO"),
    ({"event_types": []}, ""), ({"categories": ["Nope"]}, "Invalid category - Nope"), ({"name": None}, ""),
    ({"id": NOBODY}, ""),
)  # fmt: skip


class WebhookMachine(WebhookViews):
    """Two campaigns that have sent, with a client and without, and the webhooks of both."""

    family: ClassVar[str] = "webhooks"
    needs: ClassVar[Sequence[str]] = ("save_campaign_webhook", "list_campaign_webhooks")
    needs_mock: ClassVar[bool] = True

    def begin(self) -> None:
        """Campaigns with three mailed leads each, of whom the last one never reacts."""
        self.now = MOMENT
        self.campaigns = {}
        self.gone_hooks = []
        self.words = rows(self.ask("list_lead_categories"))[:3]
        self.set_ids_apart()
        self.mailings = [self.mailing(self.new_client()), self.mailing(None)]
        self.now = self.control("POST", "/clock/advance", {"minutes": 40}).json["now"]
        self.open_receiver()
        for mailing in self.mailings:
            self.learn_leads(mailing)
        self._save(self.mailings[0], None, [one for one in _EVENTS if one in self._known()], [])

    # ------------------------------------------------------------------------------------- webhooks

    @action(campaign=index, wanted=events, chosen=categories, old=st.one_of(st.none(), index))
    def save(self, campaign: int, wanted: Sequence[str], chosen: Sequence[int], old: int | None) -> None:
        """A campaign gets a webhook, or one of its webhooks is changed."""
        mailing = self.mailings[campaign % 2]
        mine = [hook for hook in self.hooks.values() if hook.level == "campaign" and hook.owner == mailing.id]
        changed = mine[old % len(mine)] if mine and old is not None else None
        if changed is not None and self._has_pending(changed):
            changed = None
        self._save(mailing, changed, [one for one in wanted if one in self._known()] or ["EMAIL_REPLY"], chosen)
        self.check_hooks()

    @action("create_webhook", level=st.sampled_from(("campaign", "campaign", "client", "user")), campaign=index,
            wanted=events, chosen=categories)  # fmt: skip
    def create(self, level: str, campaign: int, wanted: Sequence[str], chosen: Sequence[int]) -> None:
        """A webhook of the account, of a client or of a campaign."""
        mailing = self.mailings[0 if level == "client" else campaign % 2]
        name, path = self.new_name("hook"), f"{self.prefix}{len(self.telling.story)}"
        body: Json = {
            "name": name, "webhook_url": receiver().url(path), "association_type": level, "force_create": True,
            "event_type_map": {**dict.fromkeys(wanted, True), "MANUAL_STEP_REACHED": False},
        }  # fmt: skip
        ids = {int(self.words[one]["id"]) for one in chosen}
        if ids:
            body["category_id_map"] = {str(one): True for one in ids}
        owner = {"campaign": mailing.id, "client": mailing.client_id, "user": None}[level]
        body |= {} if level == "user" else {{"campaign": "email_campaign_id"}.get(level, "client_id"): owner}
        made = self.call("create_webhook", body=body).json["id"]
        self.hooks[made] = Hook(made, level, owner, name, path, {*wanted}, ids, self.now, self.now)
        self.check_hooks()

    @action("update_webhook", which=index, wanted=st.one_of(st.none(), events), rename=st.booleans(),
            chosen=st.one_of(st.none(), categories))  # fmt: skip
    def update(self, which: int, wanted: Sequence[str] | None, rename: bool, chosen: Sequence[int] | None) -> None:
        """An update changes what it names, and nothing else."""
        hook = self._pick(which)
        if hook is None or self._has_pending(hook):
            return
        body: Json = {}
        if wanted is not None:
            body["event_types"], hook.events = list(wanted), {*wanted}
        if rename:
            body["name"] = hook.name = self.new_name("hook")
        if chosen:
            body["categories"] = [self.words[one]["name"] for one in chosen]
            hook.categories = {int(self.words[one]["id"]) for one in chosen}
        hook.updated_at = Open([hook.updated_at, self.now])
        self.call("update_webhook", path={"webhook_id": hook.id}, body=body)
        self.check_hooks()

    @action("delete_campaign_webhook", which=index, way=st.integers(0, 2), lead=index)
    def delete(self, which: int, way: int, lead: int) -> None:
        """A webhook that is gone is told nothing more, not even what was queued for it."""
        hook = self._pick(which)
        if hook is None:
            return
        mailing, person = self._person(lead)
        if person is not None:
            self._reply(mailing, person)
        if hook.level == "campaign" and not (way == 2 and self.has("delete_webhook")):
            routes = self.world.api["delete_campaign_webhook"].routes
            in_path = [place for place, route in enumerate(routes) if "{id}" in route.path]
            place = in_path[0] if in_path and (way == 1 or self.id_in_path()) else 0
            arguments: Json = {"path": {"campaign_id": hook.owner, "id": hook.id}}
            if place == 0:
                arguments |= self.naming("delete_campaign_webhook", hook.id)
            self.call("delete_campaign_webhook", route=place, **arguments)
        else:
            self.call("delete_webhook", **self.naming("delete_webhook", hook.id))
        self.forget(hook)
        self.gone_hooks.append(hook.id)
        self.flush()
        self.check_hooks()

    @action(campaign=index, bad=st.sampled_from(_BAD), which=index)
    def save_wrongly(self, campaign: int, bad: tuple[Json, str], which: int) -> None:
        """What is wrong, or belongs to another campaign, is refused, and every webhook stays as it is."""
        mailing, (wrong, text) = self.mailings[campaign % 2], bad
        hook = self._pick(which)
        if hook is not None and hook.owner != mailing.id and which % 2:
            wrong, text = {"id": hook.id}, ""
        elif which == 4 and self.gone_hooks:
            wrong, text = {"id": self.gone_hooks[-1]}, ""
        body = {"name": self.new_name("hook"), "webhook_url": receiver().url(f"{self.prefix}x"),
                "event_types": ["EMAIL_REPLY"], "categories": [self.words[0]["name"]], **wrong}  # fmt: skip
        if "categories" in wrong and self.world.api.edition == "reference":
            body["name"] = None
        exchange = self.call("save_campaign_webhook", path={"campaign_id": mailing.id}, body=body, ok=REFUSALS)
        if text and self.world.api.edition in ("default", "live"):
            self.same(exchange.json.get("error"), text, "the reason of the refusal", exchange)
        self.check_hooks()

    @action(which=index, answer=st.sampled_from((200, 204, 500, 503, 500, 400, 404, 410)))
    def set_answer(self, which: int, answer: int) -> None:
        """From now on a webhook is answered so."""
        hook = self._pick(which)
        if hook is not None:
            hook.answer = answer

    # ------------------------------------------------------------------------------------- events

    @action(
        lead=index, kind=st.sampled_from(("reply", "open", "click", "bounce", "unsubscribe")), link=st.integers(0, 1)
    )
    def react(self, lead: int, kind: str, link: int) -> None:
        """Somebody reacts to a mail; an open counts once for a mail, a click once for a link."""
        mailing, person = self._person(lead)
        if person is None:
            return
        event: Json = {"campaign_id": mailing.id, "email": person.email, "type": kind}
        moment = {"event_timestamp": self.now}
        if kind == "reply":
            self._reply(mailing, person)
        elif kind == "open":
            self.control("POST", "/events", event)
            if not person.is_opened:
                self.happen(mailing, "EMAIL_OPEN", person, {**moment, "time_opened": self.now})
            person.is_opened = True
        elif kind == "click":
            self.control("POST", "/events", {**event, "link": LINKS[link]})
            if LINKS[link] not in person.clicked:
                self.happen(mailing, "EMAIL_LINK_CLICK", person, {**moment, "link_clicked": [LINKS[link]]})
            person.clicked.add(LINKS[link])
        else:
            self.control("POST", "/events", event)
            person.is_out = True
            name = {"bounce": "EMAIL_BOUNCE", "unsubscribe": "LEAD_UNSUBSCRIBED"}[kind]
            more = {"is_bounced": True} if kind == "bounce" else {}
            self.happen(mailing, name, person, {**moment, **more})
        self.flush()

    @action("unsubscribe_lead_from_campaign", "update_lead_category_in_campaign", lead=index, category=index,
            unsubscribe=st.booleans())  # fmt: skip
    def change_lead(self, lead: int, category: int, unsubscribe: bool) -> None:
        """What the API is asked to do to a lead is told as well."""
        mailing, person = self._person(lead)
        if person is None:
            return
        path = {"campaign_id": mailing.id, "lead_id": person.id}
        moment = {"event_timestamp": self.now}
        if unsubscribe:
            self.call("unsubscribe_lead_from_campaign", path=path)
            person.is_out = True
            self.happen(mailing, "LEAD_UNSUBSCRIBED", person, moment)
        else:
            new = self.words[category % 3]
            if new is person.category:
                new = self.words[(category + 1) % 3]
            self.call("update_lead_category_in_campaign", path=path, body={"category_id": new["id"]})
            old = person.category or {"id": None, "name": None}
            step = {"old_id": old["id"], "old_name": old["name"], "new_id": new["id"], "new_name": new["name"]}
            facts = {**moment, "lead_category": step, "lead_category_id": new["id"], "category": new["name"]}
            self.happen(mailing, CATEGORY_EVENT, person, facts, int(new["id"]))
            person.category = new
        self.flush()

    @action("update_campaign_status", campaign=index)
    def change_status(self, campaign: int) -> None:
        """A change of status is told; the same status again is no change."""
        mailing = self.mailings[campaign % 2]
        before, word = mailing.status, "START" if campaign in (0, 3) else "PAUSED"
        mailing.status = {"START": "ACTIVE"}.get(word, word)
        self.call("update_campaign_status", path={"campaign_id": mailing.id}, body={"status": word})
        if mailing.status != before:
            facts = {"previous_status": before, "current_status": mailing.status}
            self.happen(mailing, "CAMPAIGN_STATUS_CHANGED", None, facts)
        self.flush()

    @action("add_leads_to_campaign", campaign=index)
    def mail(self, campaign: int) -> None:
        """A new lead of an ACTIVE campaign gets the first mail; nobody else gets one."""
        mailing = self.mailings[campaign % 2]
        address = self.address(self.new_name("lead").replace(" ", "."))
        if mailing.status == "ACTIVE":
            body = {"lead_list": [{"email": address, "first_name": "Lee"}]}
            self.call("add_leads_to_campaign", path={"campaign_id": mailing.id}, body=body)
        self._pass(20)
        if mailing.status == "ACTIVE":
            person = self.learn_leads(mailing, address)
            for name in ("EMAIL_SENT", "FIRST_EMAIL_SENT"):
                self.happen(mailing, name, person, {"event_timestamp": Open()})
        self.flush()

    # ------------------------------------------------------------------------------------- attempts

    @action(minutes=st.sampled_from((0, 0.5, 1, 1, 4.5, 5, 29.5, 30, 30, 60)))
    def wait(self, minutes: float) -> None:
        """Time passes: what is due is tried again, and nothing before."""
        if minutes:
            self._pass(minutes)
        self.flush()

    @action(lead=index, answers=st.sampled_from(_COURSES), again=st.booleans())
    def follow(self, lead: int, answers: Sequence[int], again: bool) -> None:
        """One delivery through all its attempts: at the documented minutes, not half a minute before, and no more."""
        mailing, person = self._person(lead)
        if person is None:
            return
        if not told(self.hooks.values(), mailing, "EMAIL_REPLY", None):
            self._save(mailing, None, ["EMAIL_REPLY"], [])
        hook = told(self.hooks.values(), mailing, "EMAIL_REPLY", None)[0]
        hook.answer = answers[0]
        self._reply(mailing, person)
        self.flush()
        for minutes, answer in zip(self.edition.retry_minutes, answers[1:], strict=False):
            hook.answer = answer
            for part in (minutes - 0.5, 0.5):
                self._pass(part)
                self.flush()
        self._pass(31)
        self.flush()
        hook.answer = 200
        if again and self.has("retrigger_failed_webhook_events"):
            self._retrigger(mailing, before=False)

    @action("retrigger_failed_webhook_events", campaign=index, before=st.booleans())
    def retrigger(self, campaign: int, before: bool) -> None:
        """What has failed for good in a span of time is sent once more."""
        self._retrigger(self.mailings[campaign % 2], before=before)

    def _retrigger(self, mailing: Mailing, *, before: bool) -> None:
        mine = [one for one in self.deliveries if one.mailing is mailing and one.state.endswith("failed")]
        span = _BEFORE if before else _EVER
        exchange = self.call("retrigger_failed_webhook_events", path={"campaign_id": mailing.id}, body=span)
        if not mailing.is_untold or before:
            right = 0 if before else len(mine)
            self.same(exchange.json.get("retriggered_count"), right, "retriggered_count", exchange)
        for one in () if before else mine:
            one.state, one.attempts, one.is_again = "queued", 0, True
        self.flush()

    @action("get_campaign_webhook_summary")
    def sum_up(self) -> None:
        """The summary counts what became of the deliveries of one campaign."""
        for mailing in self.mailings:
            for span in (_EVER, _BEFORE):
                exchange = self.call("get_campaign_webhook_summary", path={"campaign_id": mailing.id}, query=span)
                if mailing.is_untold and span is _EVER:
                    continue
                mine = [one for one in self.deliveries if one.mailing is mailing and span is _EVER]
                shown = {row["event_type"]: row for row in exchange.json["data"]["summary"] if row["sent_count"]}
                expected = {name: _counted(name, mine) for name in sorted({one.event_type for one in mine})}
                self.same(shown, expected, f"the summary of campaign {mailing.id}", exchange)
                if "total_calls" in exchange.json:
                    good = sum(one.state == "successful" for one in mine)
                    totals = (exchange.json["total_calls"], exchange.json["successful_calls"])
                    self.same(totals, (len(mine), good), "the totals of the summary", exchange)

    # ------------------------------------------------------------------------------------- helpers

    def _known(self) -> set[str]:
        """The events that the document knows."""
        return {*self.world.api.webhooks}

    def _pick(self, which: int) -> Hook | None:
        ids = sorted(self.hooks)
        return self.hooks[ids[which % len(ids)]] if ids else None

    def _has_pending(self, hook: Hook) -> bool:
        """Whether something is still to be tried: what a change does to that, is not told."""
        return any(one.hook is hook and one.state == "scheduled_for_retry" for one in self.deliveries)

    def _person(self, which: int) -> tuple[Mailing, Lead | None]:
        """A campaign, and one of its leads that may still react; the last one never does."""
        mailing = self.mailings[which % 2]
        there = [lead for lead in mailing.leads[1:] if not lead.is_out]
        return mailing, there[which // 2 % len(there)] if there else None

    def _reply(self, mailing: Mailing, person: Lead) -> None:
        """In turn the lead answers, a colleague, and somebody of another company (S4:555-575)."""
        text = f"<p>{self.new_name('answer')}</p>"
        who = self._counter % 3
        body = {"campaign_id": mailing.id, "email": person.email, "type": "reply", "body": text}
        facts: Json = {"event_timestamp": self.now, "time_replied": self.now, "reply_body": text}
        if who:
            domain = person.email.partition("@")[2] if who == 1 else "elsewhere.example"
            body["from"] = f"colleague@{domain}"
            facts["leadCorrespondence"] = {
                "targetLeadEmail": person.email, "replyReceivedFrom": body["from"],
                "repliedCompanyDomain": "SameCompany" if who == 1 else "DifferentCompany",
            }  # fmt: skip
        self.control("POST", "/events", body)
        self.happen(mailing, "EMAIL_REPLY", person, facts)

    def _pass(self, minutes: float) -> None:
        seconds = int(minutes * 60)
        self.now = self.control("POST", "/clock/advance", {"seconds": seconds}).json["now"]
        self.minutes += minutes

    def _save(self, mailing: Mailing, old: Hook | None, wanted: Sequence[str], chosen: Sequence[int]) -> None:
        known = self.members("save_campaign_webhook") | {
            one.name for one in self.world.api["save_campaign_webhook"].parameters
        }
        if "categories" not in known:
            chosen = []
        elif not chosen and (self.world.api.edition == "live" or old is not None):
            chosen = [0]
        path = old.path if old else f"{self.prefix}{len(self.telling.story)}"
        body: Json = {
            "name": self.new_name("hook"), "webhook_url": receiver().url(path), "event_types": list(wanted),
        }  # fmt: skip
        if chosen:
            body["categories"] = [self.words[one]["name"] for one in chosen]
        if old is not None:
            body["id"] = old.id
        exchange = self.call("save_campaign_webhook", path={"campaign_id": mailing.id}, body=body)
        shown = rows(self.ask("list_campaign_webhooks", path={"campaign_id": mailing.id}))
        made = [int(row["id"]) for row in shown if row["name"] == body["name"]]
        self.same(len(made), 1, "the number of webhooks that have the name of the one that was saved", exchange)
        ids = {int(self.words[one]["id"]) for one in chosen}
        updated = self.now if old is None else Open([old.updated_at, self.now])
        if old is not None:
            old.name, old.events, old.categories, old.updated_at = body["name"], {*wanted}, ids, updated
            return
        self.hooks[made[0]] = Hook(
            made[0], "campaign", mailing.id, body["name"], path, {*wanted}, ids, self.now, updated
        )  # fmt: skip


def _counted(name: str, deliveries: Sequence[Any]) -> Json:
    """A row of the summary."""
    states = [one.state for one in deliveries if one.event_type == name]
    ends = ("successful", "failed", "scheduled_for_retry", "retroactively_failed")
    return {"event_type": name, "sent_count": len(states), **{f"{end}_count": states.count(end) for end in ends}}
