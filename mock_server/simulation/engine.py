"""What is due, in order: reactions first, then mails; follow-ups before new leads (DESIGN §4).

The engine is a discrete-event simulation. The next thing to happen follows from the rows and the moment alone, so that
it does not matter in how many steps the clock is moved, or whether the process was killed in between.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any

from mock_server.context import Context
from mock_server.families.campaigns import records as campaigns
from mock_server.simulation import queries, recipients
from mock_server.simulation.outgoing import Outgoing
from mock_server.simulation.plan import Campaign, Lane
from mock_server.simulation.providers import provider_of_address
from mock_server.state.database import Row, Session

#: leads that are read at once
_CHUNK = 200
#: events after which a campaign may be complete
_FINISHING = frozenset({"EMAIL_BOUNCE", "LEAD_STOPPED", "LEAD_UNSUBSCRIBED"})
Turn = tuple[Lane, Row]


class Engine:
    """The world of one workspace, from `now` on; `happened` counts events by type."""

    def __init__(
        self, db: Session, seed: int, rates: dict[str, float], now: int, version: int,
        publish: Callable[[list[dict[str, Any]]], None],
    ) -> None:  # fmt: skip
        self.version = version
        self.now = now
        self.happened: dict[str, int] = {}
        self._db = db
        self._outgoing = Outgoing(db, seed, rates, self.happened, publish)
        rows = queries.active_campaigns(db)
        self._campaigns = queries.campaigns_of(db, rows) if rows else {}
        self._to_check = [
            row["id"] for row in rows if row["check_completion"] and not queries.unfinished(db, row["id"])
        ]
        self._lanes = queries.lanes_of(db, self._campaigns) if rows else []
        self._queue: list[tuple[int, int]] = []  # (due, lane number); an entry that differs from its lane is void
        for lane in self._lanes:
            self._push(lane)
        self._planned = queries.next_planned(db)
        self._round: Iterator[Turn] | None = None
        self._round_lanes: list[Lane] = []

    # ------------------------------------------------------------------------------------------ next

    def next_at(self) -> int | None:
        """When something happens next; None when nothing will."""
        if self._to_check or self._round is not None:
            return self.now
        while self._queue and self._lanes[self._queue[0][1]].due != self._queue[0][0]:
            heappop(self._queue)
        moments = [self._queue[0][0]] if self._queue else []
        reacts_at = self._reacts_at()
        if reacts_at is not None:
            moments.append(max(reacts_at, self.now))
        return min(moments, default=None)

    def next_due(self) -> int | None:
        """As `next_at`, but sure: a mailbox that queues for a lead that another one has mailed does not count."""
        self.flush()
        while self._round is None and not self._to_check and self._queue:
            due, number = self._queue[0]
            lane = self._lanes[number]
            if lane.due == due and self._due(lane) == due:
                break
            heappop(self._queue)
            if lane.due == due:
                self._push(lane)
        return self.next_at()

    def _reacts_at(self) -> int | None:
        """When a recipient reacts next, also to a mail that is not yet written."""
        soonest = self._outgoing.soonest
        if self._planned is None:
            return soonest
        due_at: int = self._planned["due_at"]
        return due_at if soonest is None else min(due_at, soonest)

    def step(self, context: Callable[[int], Context]) -> None:
        """Let the next thing happen; there must be one. `context` makes the view of a moment."""
        moment = self.next_at()
        assert moment is not None
        self.now = moment
        if self._to_check:
            self._complete_if_finished(self._campaigns[self._to_check.pop(0)], context)
        elif (reacts_at := self._reacts_at()) is not None and reacts_at <= moment:
            self._react(context)
        else:
            self._send(context)

    def flush(self) -> None:
        """Write what was decided."""
        self._outgoing.flush()
        if self._outgoing.soonest is not None:
            self._outgoing.soonest = None
            self._planned = queries.next_planned(self._db)

    # ------------------------------------------------------------------------------------------ reactions

    def _react(self, context: Callable[[int], Context]) -> None:
        self._drop_round()
        self.flush()
        planned = self._planned
        assert planned is not None
        ctx = context(self.now)
        sent = recipients.act_as_planned(ctx, planned)
        self._merge(ctx)
        self._planned = queries.next_planned(self._db)
        if sent is None:
            return
        campaign = self._campaigns.get(planned["campaign_id"])
        if campaign is not None:
            self._look_at(campaign, sent.row["email_account_id"], ctx)
        below = "LEAD_ENTERED_SUBSEQUENCE" in ctx.happened or "LEAD_STOPPED" in ctx.happened
        for child in self._campaigns.values() if below else ():
            if child.parent_id == planned["campaign_id"]:
                self._look_at_all_leads(child)
                child.unfinished = None
                for lane in child.lanes:
                    self._push(lane)
        if not _FINISHING.isdisjoint(ctx.happened):
            for one in self._campaigns.values():
                if planned["campaign_id"] in (one.id, one.parent_id) and queries.has_finished_lead(self._db, one.id):
                    one.unfinished = None
                    self._complete_if_finished(one, context)

    def _look_at(self, campaign: Campaign, mailbox_id: int, ctx: Context) -> None:
        """A reaction has changed the lead that reacted, and perhaps the campaign, or other leads of the domain."""
        if "CAMPAIGN_STATUS_CHANGED" in ctx.happened:
            self._end(campaign)
        if "LEAD_PAUSED" in ctx.happened:
            self._look_at_all_leads(campaign)
        for lane in campaign.lanes:
            if lane.mailbox.id == mailbox_id:
                lane.is_stale = True

    @staticmethod
    def _look_at_all_leads(campaign: Campaign) -> None:
        campaign.waiting.clear()
        campaign.waiting_ends = False
        for lane in campaign.lanes:
            lane.is_stale = True

    @staticmethod
    def _end(campaign: Campaign) -> None:
        campaign.is_active = False
        for lane in campaign.lanes:
            lane.due = None

    def _merge(self, ctx: Context) -> None:
        for kind, count in ctx.happened.items():
            self.happened[kind] = self.happened.get(kind, 0) + count

    def _complete_if_finished(self, campaign: Campaign, context: Callable[[int], Context]) -> None:
        """A campaign in which every lead has finished is COMPLETED by itself (R, S0)."""
        if campaign.unfinished is None:
            self.flush()
            campaign.unfinished = queries.unfinished(self._db, campaign.id)
        if campaign.unfinished == 0 and campaign.is_active:
            self.flush()
            ctx = context(self.now)
            row = campaigns.find(ctx, campaign.id)
            campaigns.change_status(ctx, row, "COMPLETED", cause="every lead has finished")
            self._end(campaign)
            self._merge(ctx)

    # ------------------------------------------------------------------------------------------ mails

    def _send(self, context: Callable[[int], Context]) -> None:
        """Take one turn of the current round, or begin the next."""
        if self._round is None:
            self._round_lanes = self._pop_ready()
            self._round = self._turns(self._round_lanes)
        turn = next(self._round, None)
        if turn is None:
            self._drop_round()
            return
        lane, row = turn
        next_at = self._outgoing.send(lane, row, self.now)
        campaign = lane.campaign
        if row["last_seq_number"] is not None:
            lane.is_stale = True
        elif next_at is not None and not lane.is_stale:
            lane.follow_up_at = next_at if lane.follow_up_at is None else min(lane.follow_up_at, next_at)
        if next_at is None:
            if campaign.unfinished is not None:
                campaign.unfinished -= 1
            self._complete_if_finished(campaign, context)
        if lane.last_sent_at != self.now:  # no mail: the lead's next step may be due, and would come first
            self._drop_round()

    def _drop_round(self) -> None:
        """End the round; its lanes queue up again for whatever they may send next."""
        if self._round is not None:
            self._round = None
            self.flush()
            for lane in self._round_lanes:
                self._push(lane)
            self._round_lanes = []

    def _pop_ready(self) -> list[Lane]:
        """The lanes that can send now; the others go back into the queue."""
        ready = []
        while self._queue and self._queue[0][0] <= self.now:
            due, number = heappop(self._queue)
            lane = self._lanes[number]
            if lane.due != due:
                continue
            lane.due = self._due(lane)
            if lane.due == self.now:
                ready.append(lane)
            elif lane.due is not None:
                heappush(self._queue, (lane.due, number))
        return ready

    def _push(self, lane: Lane) -> None:
        lane.due = self._due(lane)
        if lane.due is not None:
            heappush(self._queue, (lane.due, lane.number))

    def _due(self, lane: Lane) -> int | None:
        """When a lane can send its next mail, new or follow-up."""
        if not lane.campaign.is_active:
            return None
        moments = []
        follow_up_at = self._follow_up_at(lane)
        if follow_up_at is not None:
            moments.append(lane.earliest(max(self.now, follow_up_at)))
        new_at = self._new_lead_at(lane.campaign)
        if new_at is not None:
            moments.append(lane.earliest(new_at))
        return min((moment for moment in moments if moment is not None), default=None)

    def _follow_up_at(self, lane: Lane) -> int | None:
        if lane.is_stale:
            self.flush()
            lane.follow_up_at = queries.first_follow_up_at(self._db, lane.campaign.id, lane.mailbox.id)
            lane.is_stale = False
        return lane.follow_up_at

    def _first_waiting(self, campaign: Campaign) -> Row | None:
        if not campaign.waiting and not campaign.waiting_ends:
            self.flush()
            campaign.waiting = deque(queries.waiting(self._db, campaign.id, campaign.chunk))
            campaign.waiting_ends = len(campaign.waiting) < campaign.chunk
            campaign.chunk = _CHUNK
        return campaign.waiting[0] if campaign.waiting else None

    def _new_lead_at(self, campaign: Campaign) -> int | None:
        """When the next new lead may get its first mail, by its own time and the campaign's daily number."""
        first = self._first_waiting(campaign)
        if first is None or campaign.new_leads_per_day <= 0:
            return None
        moment: int = max(first["next_at"], self.now)
        return campaign.window.next_day(moment) if campaign.quota_is_used(moment) else moment

    def _new_lead_waits(self, campaign: Campaign) -> bool:
        return self._new_lead_at(campaign) == self.now

    # ------------------------------------------------------------------------------------------ whose turn it is

    def _turns(self, lanes: list[Lane]) -> Iterator[Turn]:
        """The mails of this moment: follow-ups, then new leads, each by due time, campaign id and map id."""
        taken: set[Lane] = set()
        for turn in self._follow_ups(lanes):
            taken.add(turn[0])
            yield turn
        yield from self._new_leads([lane for lane in lanes if lane not in taken])

    def _releases_follow_ups(self, campaign: Campaign, lanes: list[Lane]) -> bool:
        """Whether follow-ups that gave way to new leads of this campaign may go now, before any other new lead."""
        if campaign.follow_up_percentage >= 100 or self._new_lead_waits(campaign):
            return False
        return any((at := self._follow_up_at(lane)) is not None and at <= self.now for lane in lanes)

    def _follow_ups(self, lanes: list[Lane]) -> Iterator[Turn]:
        due = []
        for lane in lanes:
            at = self._follow_up_at(lane)
            if at is not None and at <= self.now:
                row = queries.first_follow_up(self._db, lane.campaign.id, lane.mailbox.id)
                assert row is not None
                due.append((row["next_at"], lane.campaign.id, row["id"], lane, row))
        due.sort(key=lambda one: one[:3])
        for *_, lane, row in due:
            if lane.may_send(self.now) and not self._is_held_back(lane):
                yield lane, row

    def _is_held_back(self, lane: Lane) -> bool:
        """Whether the mailbox has sent its share of follow-ups for today while new leads wait."""
        percentage, mailbox = lane.campaign.follow_up_percentage, lane.mailbox
        if percentage >= 100 or mailbox.follow_ups_on(self.now) < mailbox.cap * percentage // 100:
            return False
        return self._new_lead_waits(lane.campaign)

    def _new_leads(self, lanes: list[Lane]) -> Iterator[Turn]:
        by_campaign: dict[Campaign, list[Lane]] = {}
        for lane in lanes:
            by_campaign.setdefault(lane.campaign, []).append(lane)
        rotations = {campaign: Rotation(own) for campaign, own in by_campaign.items()}
        turns = [self._place(campaign) for campaign in rotations if self._new_lead_waits(campaign)]
        heapify(turns)
        while turns:
            campaign = self._campaigns[heappop(turns)[1]]
            row = campaign.waiting[0]
            free = rotations[campaign].take(self.now, row)
            if free is not None:
                campaign.waiting.popleft()
                yield free, row
                if self._releases_follow_ups(campaign, by_campaign[campaign]):
                    return
                if self._new_lead_waits(campaign):
                    heappush(turns, self._place(campaign))

    def _place(self, campaign: Campaign) -> tuple[int, int, int]:
        first = campaign.waiting[0]
        return first["next_at"], campaign.id, first["id"]


class Rotation:
    """The free mailboxes of a campaign: the one that has not sent for longest goes first."""

    def __init__(self, lanes: list[Lane]) -> None:
        self._lanes = sorted(lanes, key=lambda lane: (lane.last_sent_at or -1, lane.membership_id), reverse=True)

    def take(self, now: int, row: Row) -> Lane | None:
        """A mailbox for a new lead: preferably the one it had before, or one of its own provider."""
        while self._lanes and not self._lanes[-1].may_send(now):
            self._lanes.pop()
        if not self._lanes:
            return None
        preferred = self._preferred(now, row)
        if preferred is None:
            return self._lanes.pop()
        self._lanes.remove(preferred)
        return preferred

    def _preferred(self, now: int, row: Row) -> Lane | None:
        wanted = row["email_account_id"]
        if wanted is not None:
            return next((one for one in self._lanes if one.mailbox.id == wanted and one.may_send(now)), None)
        if not self._lanes[-1].campaign.matches_providers:
            return None
        provider = provider_of_address(row["email"])
        if provider is None:
            return None
        fitting = (one for one in reversed(self._lanes) if one.mailbox.provider == provider)
        return next((one for one in fitting if one.may_send(now)), None)
