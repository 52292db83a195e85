"""Wrong status, wrong type, wrong bytes."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call

SHELF = Shelf("protocol")


@SHELF.answers("GET /campaigns", "GET /email-accounts", why="answers are application/json (document)")
def lists_are_plain_text(call: Call) -> None:
    """Lists are sent as plain text."""
    call.answer.put("content-type", "text/plain; charset=utf-8")


@SHELF.answers("GET /campaigns/{campaign}/analytics", why="the body is one JSON value (document)")
def trailing_data(call: Call) -> None:
    """A second value follows the answer."""
    call.answer.body += b"\n{}"


@SHELF.answers("GET /campaigns/{campaign}/leads-export", why="S1:1176 lists the columns of the file")
def export_lacks_a_column(call: Call) -> None:
    """The exported file lacks its last column."""
    lines = call.answer.text.split("\n")
    call.answer.text = "\n".join(line.rpartition(",")[0] if "," in line else line for line in lines)


@SHELF.answers("GET /campaigns/{campaign}/leads-export", why="S1:1166: a file of all leads of the campaign")
def export_lacks_its_last_lead(call: Call) -> None:
    """The exported file ends before the last lead."""
    lines = call.answer.text.rstrip().split("\n")
    call.answer.text = "\n".join(lines[: max(1, len(lines) - 1)]) + "\n"


@SHELF.calls("GET /campaigns/{campaign}", "GET /email-accounts/{account}", why="an unknown id is 404 (document)")
async def unknown_is_200(call: Call) -> Answer:
    """What does not exist is answered with 200."""
    answer = await call.go()
    if answer.status == 404:
        answer.status = 200
    return answer


@SHELF.calls("DELETE /campaigns/{campaign}", why="what is deleted cannot be deleted again (document)")
async def delete_sent_twice(call: Call) -> Answer:
    """A proxy sends the deletion of a campaign twice and gives the second answer."""
    await call.go()
    return await call.go()


@SHELF.calls("POST /campaigns/create", why="one call makes one campaign (S1:238)")
async def create_sent_twice(call: Call) -> Answer:
    """A proxy sends the creation of a campaign twice."""
    await call.go()
    return await call.go()


@SHELF.answers("POST /campaigns/create", why="the document gives 200 for a new campaign (S1:238)")
def created_is_201(call: Call) -> None:
    """A new campaign is answered with 201."""
    call.answer.status = 201


@SHELF.calls("PATCH /campaigns/{campaign}/status", why="S2:84: PATCH changes the status as POST does")
async def patch_is_no_method(call: Call) -> Answer:
    """The second documented method of the status is answered with 405."""
    return Answer.of(405, {"message": "Method Not Allowed"})


@SHELF.answers("GET /campaigns/{campaign}/leads", "GET /leads", why="JSON is UTF-8 (document)")
def letters_beyond_ascii_garbled(call: Call) -> None:
    """Letters beyond ASCII come garbled, as when UTF-8 is read as Latin-1."""
    call.answer.body = call.answer.body.decode("latin-1").encode()


@SHELF.calls("POST *", why="a refusal has its status (document)")
async def refusals_are_200(call: Call) -> Answer:
    """Refused writes are answered with 200, and the refusal in the body."""
    answer = await call.go()
    if answer.status == 400:
        answer.status = 200
    return answer


@SHELF.calls("* *", why="a refusal is JSON (document)")
async def not_found_is_empty(call: Call) -> Answer:
    """What is not found is answered with an empty body."""
    answer = await call.go()
    if answer.status == 404 and isinstance(answer.json, dict):
        return Answer(404, answer.headers, b"")
    return answer
