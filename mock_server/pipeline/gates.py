"""What the pipeline keeps in memory for each workspace: windows, faults, the journal."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field

from mock_server.pipeline.faults import Rules
from mock_server.pipeline.journal import Journal, Record, Redacted
from mock_server.pipeline.limits import Meter

#: bytes that the records of one server may take; older ones make room
BUDGET = 24 * 1024 * 1024
RECORD_SIZE = 1500


@dataclass(slots=True)
class Gate:
    """One workspace's; `meters` has one for each of its keys."""

    meters: defaultdict[str, Meter] = field(default_factory=lambda: defaultdict(Meter))
    rules: Rules = field(default_factory=Rules)
    journal: Journal = field(default_factory=Journal)


class Gates:
    """All keys'; those that were not used for longest go first when there are more than `most`."""

    def __init__(self, most: int) -> None:
        self._gates: OrderedDict[str, Gate] = OrderedDict()
        self._most = most
        self._records: deque[Record] = deque()
        self._size = 0

    def of(self, key: str) -> Gate:
        """The gate of a key; the empty key stands for requests that named none that is known."""
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = Gate()
            if len(self._gates) > self._most + 1:
                self._gates.popitem(last=False)
        else:
            self._gates.move_to_end(key)
        return gate

    def reset(self, key: str) -> None:
        """Forget a key."""
        self._gates.pop(key, None)

    def record(self, key: str, record: Record) -> None:
        """Put a record into the key's journal; the oldest of all lose their bodies when there are too many bytes."""
        self.of(key).journal.append(record)
        self._records.append(record)
        self._size += len(record) + RECORD_SIZE
        while self._size > BUDGET:
            oldest = self._records.popleft()
            self._size -= len(oldest) + RECORD_SIZE
            oldest.request = oldest.response = None
            oldest.query = Redacted(b"", "")
            oldest.dropped = True
