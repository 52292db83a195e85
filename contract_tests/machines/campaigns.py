"""Stories about campaigns: made, scheduled, set, written, started and ended, copied, tagged, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from contract_tests.exchange import rows
from contract_tests.invariants import gone
from contract_tests.machines import campaign_words as words
from contract_tests.machines.base import action
from contract_tests.machines.campaign_making import NOBODY, CampaignMaking
from contract_tests.machines.campaign_model import MOVES, UNTOLD_MOVES, Campaign, Open
from contract_tests.phases import MOMENT

Json = dict[str, Any]
#: words in a row, each of which the life cycle allows or refuses
_COURSES = (
    ("START", "STOPPED", "START", "PAUSED"), ("START", "PAUSED", "START", "STOPPED"), ("PAUSED", "START", "PAUSED"),
    ("START", "PAUSED", "STOPPED", "START"),
)  # fmt: skip
#: wrong requests of each operation in a row
_WRONG = 3
_MOST = 6


class CampaignMachine(CampaignMaking):
    """Several campaigns of two clients, and three mailboxes."""

    family: ClassVar[str] = "campaigns"
    needs: ClassVar[Sequence[str]] = ("create_campaign", "list_campaigns", "update_campaign_status")
    needs_mock: ClassVar[bool] = True

    def begin(self) -> None:
        """A campaign that can start, and an empty one."""
        self.campaigns, self.doubtful, self.deleted = {}, set(), []
        self.fresh_fields: Json | None = None
        self.now, self._days = MOMENT, 0
        self.clients = [self.new_client(), self.new_client()]
        self.boxes = [self.new_box() for _ in range(3)]
        self.tags, self.tag_rows = [], {}
        if self.has("create_email_account_tag", "add_campaign_tags"):
            for colour in ("#112233", "#abcdef"):
                body = {"name": self.new_name("tag"), "color": colour}
                made = self.call("create_email_account_tag", body=body).json["data"]
                self.tags.append(made["id"])
                self.tag_rows[made["id"]] = {
                    "tag_id": made["id"], "tag_name": body["name"], "tag_color": colour
                }  # fmt: skip
        ready = self.new_campaign({"name": self.new_name(), "client_id": self.clients[0]})
        self.prepare(ready)
        self.new_campaign({"name": self.new_name()})
        self.check(*self.campaigns.values())

    # ------------------------------------------------------------------------------------- the campaign itself

    @action(when=lambda self: len(self.campaigns) < _MOST, ending=words.endings, client=st.sampled_from((None, 0, 1)),
            parent=st.one_of(st.none(), words.index))  # fmt: skip
    def create(self, ending: str, client: int | None, parent: int | None) -> None:
        """A new campaign is DRAFTED and empty; a sub-sequence is one that has a parent."""
        owner: Json = {} if client is None else {"client_id": self.clients[client]}
        name = (self.new_name() + ending)[:255]
        if parent is None or not self.has("create_subsequence"):
            self.check(self.new_campaign({"name": name, **owner}))
            return
        above = self.pick(parent)
        body = {"parent_campaign_id": above.id, "subsequence_name": name, **owner}
        made = self.call("create_subsequence", body=body).json
        fields = {
            "name": name, "parent_campaign_id": above.id,
            "client_id": owner.get("client_id", Open([None, above.fields["client_id"]])),
        }  # fmt: skip
        self.check(self.adopt(made.get("id", made.get("subsequence_id")), fields), above)

    @action("delete_campaign", which=words.index)
    def delete(self, which: int) -> None:
        """An ACTIVE one is refused; any other is gone everywhere, and the others stay."""
        self._delete(self.pick(which))

    def _delete(self, campaign: Campaign) -> None:
        path = {"campaign_id": campaign.id}
        if campaign.status == "ACTIVE":
            self.deny("delete_campaign", campaign, path=path)
            return
        if len(self.campaigns) < 3:
            self.new_campaign({"name": self.new_name()})
        self.call("delete_campaign", path=path)
        del self.campaigns[campaign.id]
        self.deleted.append(campaign.id)
        self.doubtful = {one.id for one in self.campaigns.values() if one.parent == campaign.id}
        self.check()
        if len(self.deleted) % 3 == 1:
            gone(self, "campaign", campaign.id, {})
        self.deny("delete_campaign", path=path)

    @action("duplicate_campaign", when=lambda self: len(self.campaigns) < _MOST, which=words.index,
            flags=st.fixed_dictionaries({}, optional={
                "duplicate_sub_sequence": st.booleans(), "duplicate_client_label": st.booleans()}))  # fmt: skip
    def duplicate(self, which: int, flags: Json) -> None:
        """A copy has all but the leads, and is DRAFTED; the original stays as it is."""
        original = self.pick(which)
        exchange = self.call("duplicate_campaign", path={"campaign_id": original.id}, body=flags)
        new_id = exchange.json["newCampaignId"]
        self.hold(new_id not in {*self.campaigns, *self.deleted}, "the id of the copy is not new", exchange)
        children = [one for one in self.campaigns.values() if one.parent == original.id]
        keeps = flags.get("duplicate_client_label", False)
        copy = original.copied(new_id, self.now, keeps_client=keeps)
        if original.parent is not None:
            copy.fields["parent_campaign_id"] = Open([original.parent, None])
        self.campaigns[new_id] = copy
        if flags.get("duplicate_sub_sequence") and children:
            self.find_copies(children, copy, keeps_client=keeps)
        self.check(copy, original)
        if "list_leads_by_campaign" in self.world.api:
            exchange = self.call("list_leads_by_campaign", path={"campaign_id": new_id})
            self.same(rows(exchange), [], "the leads of a copy", exchange)

    # ------------------------------------------------------------------------------------- schedule and settings

    @action("update_campaign_schedule", which=words.index, window=words.windows,
            spelling=st.sampled_from(("flat", "flat", "nested", "days", "gap", "patch")))  # fmt: skip
    def schedule(self, which: int, window: Json, spelling: str) -> None:
        """The schedule of one campaign is replaced, however it is spelled."""
        campaign = self.pick(which)
        body = self.window(window)
        campaign.take_schedule(body)
        campaign.touch(self.now)
        self.send("update_campaign_schedule", campaign, self.spelled(body, spelling), patch=spelling == "patch")
        self.check(campaign)

    @action("update_campaign_settings", which=words.index, given=words.settings,
            rename=st.booleans(), client=st.sampled_from((0, 1, None, -1, -1, -1)),
            opens=st.sampled_from((None, None, True, False)), patch=st.booleans())  # fmt: skip
    def set_settings(
        self, which: int, given: Json, rename: bool, client: int | None, opens: bool | None, patch: bool
    ) -> None:
        """Settings change what they name, and nothing else."""
        campaign = self.pick(which)
        body = dict(given)
        if rename:
            body["name"] = self.new_name("renamed")
        if client != -1:
            body["client_id"] = None if client is None else self.clients[client]
        if opens is not None and "track_settings" not in body:
            body["track_opens"] = opens
        known = self.members("update_campaign_settings")
        body = {name: value for name, value in body.items() if name in known}
        if body.get("stop_lead_settings") == "OPEN_AN_EMAIL" and self.world.api.edition == "help-center":
            body["stop_lead_settings"] = "CLICK_ON_A_LINK"
        for child in self.campaigns.values():
            if child.parent == campaign.id and "client_id" in body:
                # Whether a sub-sequence goes along to another client, is not told.
                child.fields["client_id"] = Open([child.fields["client_id"], body["client_id"]])
                child.touch(self.now)
        campaign.take_settings(body)
        campaign.touch(self.now)
        self.send("update_campaign_settings", campaign, body, patch=patch)
        self.check(campaign)

    # ------------------------------------------------------------------------------------- status

    @action(which=words.index, chosen=st.lists(st.sampled_from(("START", "PAUSED", "STOPPED")), min_size=1, max_size=3),
            patch=st.booleans(), synonym=st.booleans(), ready=st.booleans())  # fmt: skip
    def set_status(self, which: int, chosen: Sequence[str], patch: bool, synonym: bool, ready: bool) -> None:
        """Words do what the life cycle allows; a start needs steps, a mailbox and a schedule."""
        campaign = self.pick(which)
        if ready:
            self.prepare(campaign)
        for word in chosen:
            self._set_status(campaign, word, patch=patch, synonym=synonym)

    @action(
        "update_campaign_status", "save_campaign_sequences", "delete_campaign",
        lacking=st.sampled_from(("no sequence", "no email account", "no schedule")), course=st.sampled_from(_COURSES),
    )  # fmt: skip
    def live_and_die(self, lacking: str, course: Sequence[str]) -> None:
        """A campaign of its own, from a start that something keeps it from to its end."""
        campaign = self.new_campaign({"name": self.new_name()})
        self.prepare(campaign, lacking)
        self._set_status(campaign, "START", patch=False, synonym=False)
        self.prepare(campaign)
        for word in course:
            self._set_status(campaign, word, patch=False, synonym=False)
        self._delete(campaign)

    def _set_status(self, campaign: Campaign, word: str, *, patch: bool, synonym: bool) -> None:
        wanted = {"START": "ACTIVE"}.get(word, word)
        path, body = {"campaign_id": campaign.id}, {"status": word}
        if synonym and word == "START" and self.world.api.edition in ("default", "live", "reference"):
            body["status"] = "ACTIVE"
        move = (campaign.status, wanted)
        obstacles = campaign.obstacles() if wanted == "ACTIVE" and move in MOVES else []
        if move in UNTOLD_MOVES:
            exchange = self.call("update_campaign_status", path=path, body=body, ok=(200, 400, 403, 409, 422))
            if exchange.status == 200:
                campaign.fields["status"] = wanted
                campaign.touch(self.now)
            self.check(campaign)
        elif wanted != campaign.status and (move not in MOVES or obstacles):
            exchange = self.deny("update_campaign_status", campaign, path=path, body=body)
            if obstacles and self.world.api.edition in ("default", "live"):
                texts = [f"Campaign cannot be started - {one}." for one in obstacles]
                self.hold(exchange.json.get("error") in texts, f"gives a reason that is none of {texts}", exchange)
        else:
            self.send("update_campaign_status", campaign, body, patch=patch)
            campaign.fields["status"] = wanted
            campaign.touch(self.now)
            self.check(campaign)

    @action("add_leads_to_campaign", with_lead=st.booleans(), days=st.sampled_from((1, 40)))  # fmt: skip
    def pass_time(self, with_lead: bool, days: int) -> None:
        """Only ACTIVE campaigns complete, and those whose leads got their last mail do (R, S0)."""
        self._start_one()
        active = [one for one in self.campaigns.values() if one.status == "ACTIVE"]
        if with_lead:
            active[0].leads += 1
            body = {"lead_list": [{"email": self.address(self.new_name("lead").replace(" ", "."))}]}
            self.call("add_leads_to_campaign", path={"campaign_id": active[0].id}, body=body)
        self.now = self.control("POST", "/clock/advance", {"days": days}).json["now"]
        for campaign in active:
            campaign.touch(self.now)
            campaign.fields["updated_at"] = Open()
            is_sure = campaign.leads and days == 40 and _is_short(campaign)
            campaign.fields["status"] = "COMPLETED" if is_sure else Open(["ACTIVE", "COMPLETED"])
            # A lead that got its last mail earlier completes nothing any more.
            campaign.leads = 0
        self.check(*active)

    # ------------------------------------------------------------------------------------- steps

    @action(
        "save_campaign_sequences",
        which=words.index,
        drawn=words.sequences,
        keep=st.sampled_from(("", "", "first", "steps", "both")),
    )
    def save_steps(self, which: int, drawn: Sequence[Json], keep: str) -> None:
        """The steps are those of the body; an id keeps the step that has it. Not while ACTIVE."""
        campaign = self.pick(which)
        if keep and campaign.status == "ACTIVE":
            self._set_status(campaign, "PAUSED", patch=False, synonym=False)
        if keep == "first":
            # The one that is left out goes.
            self._save(campaign, [*words.ONE_STEP, {**words.ONE_STEP[0], "seq_number": 2}], "")
            self._save(campaign, drawn[:1] or words.ONE_STEP, "steps")
            return
        if keep and not campaign.steps:
            self.prepare(campaign)
            self.check(campaign)
        self._save(campaign, drawn, keep)

    def _save(self, campaign: Campaign, drawn: Sequence[Json], keep: str) -> None:
        written = self.in_form([dict(one) for one in drawn], campaign, keep)
        path, body = {"campaign_id": campaign.id}, {"sequences": written}
        if campaign.status == "ACTIVE":
            self.deny("save_campaign_sequences", campaign, path=path, body=body)
            return
        answer = self.call("save_campaign_sequences", path=path, body=body)
        campaign.take_steps(self.as_stored(written), self.now)
        campaign.touch(self.now)
        self.check(campaign)
        told = (
            [(one["id"], one.get("seq_number", one.get("seqNumber"))) for one in rows(answer)] if rows(answer) else []
        )
        if told:
            right = [(step.fields["id"], step.fields["seq_number"]) for step in campaign.steps]
            self.same(told, right, "the steps that the answer names", answer)

    # ------------------------------------------------------------------------------------- mailboxes

    @action("add_campaign_email_accounts", "remove_campaign_email_accounts", which=words.index,
            how=st.sampled_from(("add", "remove", "add and remove")),
            boxes=st.lists(words.index, min_size=1, max_size=3))  # fmt: skip
    def set_mailboxes(self, which: int, how: str, boxes: Sequence[int]) -> None:
        """Mailboxes are added, once each, or taken away, but never the last of an ACTIVE campaign."""
        campaign = self.pick(which)
        ids = [self.boxes[one % 3] for one in boxes]
        if how.startswith("add"):
            self._add_mailboxes(campaign, ids)
        if how.endswith("remove"):
            self._remove_mailboxes(campaign, ids)

    def _add_mailboxes(self, campaign: Campaign, ids: list[int]) -> None:
        path, body = {"campaign_id": campaign.id}, {"email_account_ids": ids}
        exchange = self.call("add_campaign_email_accounts", path=path, body=body)
        result = exchange.json.get("result")
        if result is not None:
            told = sorted({(one["email_campaign_id"], one["email_account_id"]) for one in result})
            self.same(told, [(campaign.id, one) for one in sorted({*ids})], "what was added", exchange)
        campaign.boxes |= {*ids}
        campaign.touch(self.now)
        self.check(campaign)

    def _remove_mailboxes(self, campaign: Campaign, ids: list[int]) -> None:
        path, body = {"campaign_id": campaign.id}, {"email_account_ids": ids}
        if campaign.status == "ACTIVE" and campaign.boxes and campaign.boxes <= {*ids}:
            self.deny("remove_campaign_email_accounts", campaign, path=path, body=body)
            return
        exchange = self.call("remove_campaign_email_accounts", path=path, body=body)
        if "result" in exchange.json:
            count = len({*ids} & campaign.boxes)
            self.same(exchange.json["result"], count, "the number of mailboxes removed", exchange)
        campaign.boxes -= {*ids}
        campaign.touch(self.now)
        self.check(campaign)

    # ------------------------------------------------------------------------------------- tags and the team

    @action("add_campaign_tags", "remove_campaign_tags", which=st.lists(words.index, min_size=1, max_size=3),
            tags=st.lists(st.integers(0, 1), min_size=1, max_size=3), add=st.booleans())  # fmt: skip
    def tag(self, which: Sequence[int], tags: Sequence[int], add: bool) -> None:
        """Tags are put on some campaigns and taken off, and the others keep theirs."""
        campaigns = [self.pick(one) for one in which]
        ids = [self.tags[one] for one in tags]
        body = {"campaign_ids": [one.id for one in campaigns], "tag_ids": ids}
        self.check_filters()
        self.call("add_campaign_tags" if add else "remove_campaign_tags", body=body)
        for campaign in campaigns:
            old = campaign.tags or set()
            campaign.tags = old | {*ids} if add else old - {*ids}
            campaign.touch(self.now)
        self.check(campaigns[0])
        self.check_filters()

    @action(which=words.index, member=st.sampled_from((None, NOBODY, "x")), threshold=st.booleans())
    def set_unseen(self, which: int, member: Any, threshold: bool) -> None:
        """The bounce threshold, which is fixed while a campaign is ACTIVE or PAUSED (R1), and the team member."""
        campaign = self.pick(which)
        path = {"campaign_id": campaign.id}
        if threshold and self.has("update_campaign_settings"):
            body: Json = {"bounce_autopause_threshold": "5"}
            known = "bounce_autopause_threshold" in self.members("update_campaign_settings")
            if campaign.status in ("ACTIVE", "PAUSED") or not known:
                self.deny("update_campaign_settings", campaign, path=path, body=body)
                return
            self.call("update_campaign_settings", path=path, body=body)
        elif self.has("update_campaign_team_member"):
            body = {"teamMemberId": member}
            if member == "x":
                self.deny("update_campaign_team_member", campaign, path=path, body=body)
                return
            # Whether a member that nobody knows is refused, is not told.
            self.call("update_campaign_team_member", path=path, body=body, ok=(200, 404))
        campaign.touch(self.now)
        self.check(campaign)

    # ------------------------------------------------------------------------------------- what is refused

    @action(which=words.index, other=words.index, wrong=st.integers(0, 15), flag=st.booleans())
    def ask_wrongly(self, which: int, other: int, wrong: int, flag: bool) -> None:
        """What is wrong in one thing is refused by every operation, and nothing changes."""
        campaign, second = self.pick(which), self.pick(other)
        for number in range(_WRONG * wrong, _WRONG * (wrong + 1)):
            for operation, arguments in self.wrong_requests(campaign, second, number, flag):
                self.ask_in_vain(operation, **arguments)
        self.check(campaign, second)

    @action(other=words.index, nothing=st.sampled_from((NOBODY, 0, -1, "abc", "deleted")))
    def ask_for_nothing(self, other: int, nothing: Any) -> None:
        """What asks for a campaign that is not there is refused, and nothing changes."""
        number = nothing if nothing != "deleted" else (self.deleted or [NOBODY])[-1]
        for operation, arguments in self.requests_for(number):
            self.ask_in_vain(operation, **arguments)
        self.check(self.pick(other))

    def _start_one(self) -> None:
        """At least one campaign is ACTIVE."""
        resting = [one for one in self.campaigns.values() if one.status in ("DRAFTED", "PAUSED") and not one.parent]
        if any(one.status == "ACTIVE" for one in self.campaigns.values()):
            return
        campaign = resting[0] if resting else self.new_campaign({"name": self.new_name()})
        self.prepare(campaign)
        self.send("update_campaign_status", campaign, {"status": "START"}, patch=False)
        campaign.fields["status"] = "ACTIVE"
        campaign.touch(self.now)


def _is_short(campaign: Campaign) -> bool:
    """Whether all mails of a lead go out within weeks."""
    delays = [step.fields["delay"] for step in campaign.steps]
    return not any(isinstance(one, Open) for one in delays) and sum(delays) <= 6 and campaign.parent is None
