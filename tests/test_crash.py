"""`kill -9` at any moment: what was acknowledged stays, a request applies whole or not at all, the store is sound."""

from __future__ import annotations

import csv
import io
import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.conftest import Api
from tests.servers import Server, run, server

WRITERS = 8
BATCH = 40
ROUNDS = 4


@dataclass
class Writer:
    """One client that imports, deletes and makes campaigns until the server dies; it notes what was acknowledged."""

    number: int
    campaign_id: int = 0
    batches: int = 0
    imported: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)
    campaigns: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)

    @property
    def key(self) -> str:
        """Two writers share a key."""
        return f"key-{self.number // 2}"

    def write(self, running: Server, acknowledged: threading.Semaphore) -> None:
        """Write until the connection breaks."""
        with running.api(self.key) as api:
            try:
                while True:
                    self._step(api, acknowledged)
            except httpx2.TransportError:
                return

    def _step(self, api: Api, acknowledged: threading.Semaphore) -> None:
        batch = f"w{self.number}b{self.batches}"
        self.batches += 1
        answer = api.add(self.campaign_id, *(f"{n}@{batch}.example" for n in range(BATCH)), return_lead_ids=True)
        self.imported.add(batch)
        acknowledged.release()
        if self.batches % 4 == 0:
            ids = [int(one) for one in answer["emailToLeadIdMap"]["newlyAddedLeads"].values()]
            self.in_doubt.add(batch)
            done = api.delete(f"/campaigns/{self.campaign_id}/leads", {"lead_ids": ids})
            assert done.status_code == 200, done.text
            self.in_doubt.discard(batch)
            self.deleted.add(batch)
            acknowledged.release()
        if self.batches % 5 == 0:
            self._campaign(api, acknowledged, f"{self.batches}@w{self.number}.example")

    def _campaign(self, api: Api, acknowledged: threading.Semaphore, email: str) -> None:
        made = api.campaign(name=f"of w{self.number}")
        self.campaigns.add(made)
        acknowledged.release()
        if self.batches % 2:
            api.add(made, email)
            self.campaigns.discard(made)  # until it is acknowledged, the campaign may be there or not
            assert api.delete(f"/campaigns/{made}").status_code == 200
            self.removed.add(made)
            acknowledged.release()


def batches_in(api: Api, campaign_id: int) -> Counter[str]:
    """How many leads of each batch a campaign has, by its export and by the total of its list."""
    rows = csv.DictReader(io.StringIO(api.get(f"/campaigns/{campaign_id}/leads-export").text))
    found = Counter(row["email"].partition("@")[2].removesuffix(".example") for row in rows)
    assert api.get(f"/campaigns/{campaign_id}/leads").json()["total_leads"] == str(found.total())
    return found


def check(running: Server, writers: list[Writer]) -> None:
    """Everything that was acknowledged is there; what was not is there whole or not at all."""
    for writer in writers:
        with running.api(writer.key) as api:
            found = batches_in(api, writer.campaign_id)
            names = {one["id"]: one["name"] for one in api.get("/campaigns/").json()}
        assert set(found.values()) <= {BATCH}
        assert writer.imported - writer.deleted - writer.in_doubt <= found.keys()
        assert found.keys().isdisjoint(writer.deleted)
        assert {names.get(one) for one in writer.campaigns} <= {f"of w{writer.number}"}
        assert names.keys().isdisjoint(writer.removed)


def rounds(file: Path, writers: list[Writer], chance: random.Random) -> Iterator[None]:
    """Start a server on the file, check what the round before left, write from all sides, kill it."""
    for number in range(ROUNDS + 1):
        with server("--db", str(file)) as running:
            for writer in writers:
                if not number:
                    with running.api(writer.key) as api:
                        writer.campaign_id = api.campaign(name=f"w{writer.number}")
            check(running, writers)
            if number == ROUNDS:
                return
            acknowledged = threading.Semaphore(0)
            threads = [threading.Thread(target=one.write, args=(running, acknowledged)) for one in writers]
            for thread in threads:
                thread.start()
            for _ in range(chance.randint(1, 30)):
                assert acknowledged.acquire(timeout=60)
            running.kill()
            for thread in threads:
                thread.join()
        yield


def test_a_killed_server_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """After each `kill -9` under eight writers the doctor finds the file sound, and the next server goes on with it."""
    file = tmp_path / "mock.db"
    writers = [Writer(number) for number in range(WRITERS)]
    for _ in rounds(file, writers, random.Random(9)):
        doctor = run("doctor", "--db", str(file))
        assert (doctor.returncode, doctor.stdout) == (0, "sound\n"), doctor.stdout + doctor.stderr
    assert sum(len(writer.imported) for writer in writers) >= ROUNDS
