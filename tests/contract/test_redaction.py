"""A key is shown to nobody."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from typer.testing import CliRunner

from contract_tests.address import parse_address
from contract_tests.cli import app
from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import NO_BODY
from contract_tests.redaction import HIDDEN, Key, read_keys, redact_members
from tests.contract.fakes import SECRET, make_target

FORMS = (SECRET, quote(SECRET, safe=""), quote_plus(SECRET), quote(SECRET))


def hides(text: str) -> bool:
    """Whether no form of the key is in a text."""
    return not any(form in text for form in FORMS)


def test_a_key_shows_itself_in_no_way() -> None:
    """Neither printed, formatted, raised nor stored."""
    key = Key(SECRET)
    for text in (str(key), repr(key), f"{key}", f"{key:>40}", str([key]), str({"key": key})):
        assert hides(text)
    for copier in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            copier(key)
    try:
        raise ValueError(key)
    except ValueError:
        assert hides(traceback.format_exc())


@pytest.mark.parametrize("form", FORMS)
def test_texts_are_redacted_in_every_notation(form: str) -> None:
    """As it is, and as a part of an address."""
    assert hides(Key(SECRET).redact(f"x {form} y"))
    assert hides(Key('say "hi"').redact(json.dumps({"a": 'say "hi"'})))


def test_secrets_of_the_account_are_redacted() -> None:
    """Keys of clients, passwords of mailboxes."""
    answer = {"api_key": "s-1", "data": [{"apiKey": "s-2", "smtp_password": 's-"3', "name": "Ann", "password": None}]}
    for text in (json.dumps(answer), repr(answer), "key cl_live_abc123."):
        shown = redact_members(text)
        assert not any(word in shown for word in ("s-", "3", "cl_live_"))
    assert "Ann" in redact_members(json.dumps(answer))


def test_exchanges_hold_no_key(caplog: pytest.LogCaptureFixture) -> None:
    """Nor do their reproductions, and nothing is logged."""
    caplog.set_level(logging.DEBUG)
    target, net = make_target(mode="read")
    exchange = target.call("list_campaigns", query={"client_id": 7})
    assert net.requests[0].url.params["api_key"] == SECRET
    for text in (repr(exchange), exchange.curl(), exchange.python(), caplog.text, repr(target)):
        assert hides(text)
    assert "$SMARTLEAD_API_KEY" in exchange.curl()
    assert 'os.environ["SMARTLEAD_API_KEY"]' in exchange.python()
    assert "SMARTLEAD_API_KEY" not in target.call("list_campaigns", with_key=False).curl()


@pytest.mark.parametrize("secret", ["", " s3cret", "s3cret\n", "s3\tcret", "s3\0cret"])
def test_what_is_no_key_is_said_without_showing_it(secret: str) -> None:
    """It may be one that was pasted wrongly."""
    with pytest.raises(CannotJudgeError) as caught:
        Key(secret)
    assert "s3" not in str(caught.value)


def test_keys_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """The file wins."""
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    assert read_keys("other", file)[0].reveal() == SECRET
    assert read_keys("other", None)[0].reveal() == "other"
    for value, path in ((None, None), ("", None), ("other", tmp_path / "none")):
        with pytest.raises(CannotJudgeError):
            read_keys(value, path)


def test_there_is_no_option_for_the_key() -> None:
    """Lists of processes show options."""
    for command in ("run", "clean"):
        shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
        assert "--key-file" in shown
        assert "api-key" not in shown


@pytest.mark.parametrize(
    "url",
    [
        f"http://x/?api_key={SECRET}", f"http://{quote(SECRET, safe='')}@x/", f"http://x:{SECRET}/", f"ftp://{SECRET}/",
        f"http://x/#{SECRET}", f"http://u:{quote(SECRET, safe='')}@x/", "http://", "", "//x", "http://[x/",
    ],
)  # fmt: skip
def test_a_key_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    """The shell's history has it already; the report will not."""
    with pytest.raises(CannotJudgeError) as caught:
        parse_address(url)
    assert hides(str(caught.value))


def test_addresses() -> None:
    """The path of the document where none is given."""
    assert str(parse_address("https://server.smartlead.ai")) == "https://server.smartlead.ai/api/v1"
    assert str(parse_address("http://[::1]:80/x/")) == "http://[::1]:80/x"
    assert [parse_address(f"http://{host}").is_loopback for host in ("localhost", "127.9.9.9", "[::1]")] == [True] * 3
    for host in ("10.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0"):
        assert not parse_address(f"http://{host}").is_loopback


@pytest.mark.parametrize("language", ["shell", "python"])
def test_reproductions_run(language: str, tmp_path: Path) -> None:
    """As they are printed, with quotes and all."""
    target, _ = make_target(is_mock=True)
    nasty = {"name": 'it\'s "50%" $HOME `x` \\ ü\n'}
    exchange = target.call("create_campaign", body=nasty)
    environment = {**os.environ, "SMARTLEAD_API_KEY": SECRET}
    if language == "shell":
        # `curl` becomes a program that shows its arguments.
        script = f"curl() {{ printf '%s\\0' \"$@\"; }}; {exchange.curl()}"
        done = subprocess.run(["sh", "-c", script], capture_output=True, env=environment, check=True)
        words = done.stdout.decode().split("\0")
        assert json.loads(words[words.index("--data-binary") + 1]) == nasty
        assert words[-2] == f"{exchange.url}?api_key={SECRET}"
    else:
        (tmp_path / "httpx.py").write_text(
            "import json\nclass A: status_code=1; text=''\n"
            "def request(*a, **k):\n    print(json.dumps([a, k['params'], k['content'].decode()])); return A\n"
        )
        (tmp_path / "again.py").write_text(exchange.python())
        done = subprocess.run([sys.executable, tmp_path / "again.py"], capture_output=True, env=environment, check=True)
        arguments, params, content = json.loads(done.stdout.splitlines()[0])
        assert arguments == ["POST", exchange.url]
        assert params == [["api_key", SECRET]]
        assert json.loads(content) == nasty


def test_no_body_is_not_null() -> None:
    """`null` is a body."""
    target, net = make_target(is_mock=True)
    for body, sent in ((NO_BODY, b""), (None, b"null"), ({}, b"{}")):
        target.call("create_campaign", body=body)
        assert net.requests[-1].content == sent
        assert ("content-type" in net.requests[-1].headers) == bool(sent)


def test_redirects_are_not_followed() -> None:
    """They would carry the key elsewhere."""
    target, net = make_target(lambda _: httpx.Response(302, headers={"location": "http://evil.example/"}), mode="read")
    assert target.call("list_campaigns").status == 302
    assert len(net.requests) == 1
    assert HIDDEN not in net.requests[0].url.params["api_key"]
