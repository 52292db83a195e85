"""Page positions: the window that kept counts give is the one that counting gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table

from mock_server.state import paging

BLOCK = 1 << paging.BLOCK_BITS
FIRST = 3_000_000_001
_TABLE = Table(
    "thing", MetaData(), Column("workspace_id", Integer), Column("id", BigInteger), Column("shelf", BigInteger),
    Column("colour", Integer),
)  # fmt: skip
THING = paging.CountedTable(_TABLE, ("shelf",), ("colour",))
#: condition on the counts, and what it means for a row's colour
CONDITIONS: list[tuple[tuple[str, ...], Any]] = [
    ((), lambda colour: True),
    (("colour = :wanted",), lambda colour: colour == 2),
    (("colour = -1",), lambda colour: colour is None),
    (("(colour & 1) != 0", "colour > 0"), lambda colour: colour in (1, 3)),
]
Row = tuple[int, int, int | None]  # id, shelf, colour


@contextmanager
def counted_rows(rows: list[Row]) -> Iterator[sqlite3.Connection]:
    """A database with the table, its counts, the rows of workspace 1 and a few of workspace 2."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE thing (workspace_id, id, shelf, colour, PRIMARY KEY (workspace_id, id))")
        for script in THING.scripts():
            connection.execute(script)
        for ws, own in ((1, rows), (2, rows[::2])):
            connection.executemany(f"INSERT INTO thing VALUES ({ws}, ?, ?, ?)", own)
            THING.count_inserted(
                connection, ws, [dict(zip(("id", "shelf", "colour"), row, strict=True)) for row in own]
            )
        yield connection


def paged(
    connection: sqlite3.Connection, conditions: tuple[str, ...], offset: int, limit: int,
    between: tuple[int, int] | None = None,
) -> tuple[int, list[int]]:  # fmt: skip
    """The total, and the ids of a page that is read inside the window."""
    scope, values = {"workspace_id": 1, "shelf": 0}, {"wanted": 2}
    window = paging.window(connection, THING, scope, conditions, values, offset, limit, between=between)
    assert 0 <= window.skip < BLOCK
    facets = " AND ".join(["TRUE", *conditions]).replace("colour", "coalesce(colour, -1)")
    found = connection.execute(
        f"SELECT id FROM thing WHERE workspace_id = 1 AND shelf = 0 AND {facets} AND id >= :low AND id < :high"
        " ORDER BY id LIMIT :limit OFFSET :skip",
        {**values, "low": window.low, "high": window.high, "limit": limit, "skip": window.skip},
    )
    return window.total, [row[0] for row in found]


@st.composite
def shelves(draw: st.DrawFn) -> list[Row]:
    """Rows of two shelves in up to six blocks: alone, in runs, and at the edges of blocks."""
    ids: set[int] = set()
    for block in draw(st.lists(st.integers(0, 5), max_size=4, unique=True)):
        start = (FIRST // BLOCK + block) * BLOCK
        edges = st.sampled_from([0, 1, BLOCK - 2, BLOCK - 1])
        ids |= {start + place for place in draw(st.sets(edges | st.integers(0, BLOCK - 1), max_size=12))}
    shelf, colour = st.sampled_from([0, 0, 0, 1]), st.sampled_from([None, 0, 1, 2, 3])
    return [(one, draw(shelf), draw(colour)) for one in sorted(ids)]


@given(
    rows=shelves(), condition=st.sampled_from(CONDITIONS), offset=st.integers(0, 60), limit=st.integers(1, 40),
    recoloured=st.integers(0, 4), moved=st.integers(0, 4), deleted=st.integers(0, 4),
    between=st.none() | st.tuples(st.integers(0, 6 * BLOCK), st.integers(0, 6 * BLOCK)),
)  # fmt: skip
def test_a_window_is_what_counting_finds(
    rows: list[Row], condition: tuple[tuple[str, ...], Any], offset: int, limit: int, recoloured: int, moved: int,
    deleted: int, between: tuple[int, int] | None,
) -> None:  # fmt: skip
    """After inserts, updates and deletes the window holds just the page, and the total is the number of rows.

    The same between two ids, also when these lie within blocks.
    """
    conditions, test = condition
    with counted_rows(rows) as connection:
        connection.execute("UPDATE thing SET colour = 2 WHERE workspace_id = 1 AND id % 5 < ?", (recoloured,))
        connection.execute("UPDATE thing SET shelf = 1 - shelf WHERE workspace_id = 1 AND id % 7 < ?", (moved,))
        connection.execute("DELETE FROM thing WHERE workspace_id = 1 AND id % 3 + 1 < ?", (deleted,))
        changed = [(one, 2 if one % 5 < recoloured else colour) for one, _, colour in shifted(rows, moved)]
        whole = [one for one, colour in changed if one % 3 + 1 >= deleted and test(colour)]
        bounds = None
        if between is not None:
            bounds = FIRST // BLOCK * BLOCK + between[0], FIRST // BLOCK * BLOCK + between[1]
            whole = [one for one in whole if bounds[0] <= one < bounds[1]]
        page = paged(connection, conditions, offset, limit, bounds)
        assert page == (len(whole), whole[offset : offset + limit])
        assert THING.miscounts(connection) == 0


def shifted(rows: list[Row], moved: int) -> list[Row]:
    """The rows that lie on shelf 0 once some have changed shelves."""
    return [row for row in rows if (1 - row[1] if row[0] % 7 < moved else row[1]) == 0]


def test_a_page_lies_across_full_blocks() -> None:
    """In three full blocks, pages that start or end at the edge of a block lose and repeat nothing."""
    start = FIRST // BLOCK * BLOCK + BLOCK
    ids = list(range(start, start + 3 * BLOCK))
    with counted_rows([(one, 0, 1) for one in ids]) as connection:
        for offset in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 50, 3 * BLOCK - 1, 3 * BLOCK, 2**53 - 1):
            assert paged(connection, (), offset, 100) == (len(ids), ids[offset : offset + 100])


def test_a_count_that_differs_is_found() -> None:
    """`miscounts` tells how many counts are wrong, so that the doctor does not just repeat them."""
    with counted_rows([(FIRST + n, 0, n % 3) for n in range(9)]) as connection:
        connection.execute("UPDATE thing_page SET n = n + 1 WHERE colour = 0 AND workspace_id = 1")
        assert THING.miscounts(connection) == 2
