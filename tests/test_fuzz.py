"""Schemathesis' own program over the whole document, against a real server (bounded).

The contract suite does the same and more, its coverage phase included, in every edition (`contract_tests/shape`); here
store and logs are looked at afterwards.

Only one key is valid, so a run without it fails as a whole. Deletions run last, when nothing is left to be missed.
`unsupported_method` is off: the service answers 404 to a wrong method, not 405.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.servers import Server, environment, run, server

KEY = "fuzz-secret-key"
CONFIG = f"""
color = false
continue-on-failure = true
warnings = {{ fail-on = ["missing_auth"] }}
[parameters]
"path.campaign_id" = 1001
"path.lead_id" = 3000000001
"path.email_account_id" = 1001
"path.lead_map_id" = 3000000001
"path.webhook_id" = 1001
"path.lead_list_id" = 1001
"path.tag_mapping_id" = 1001
"body.campaignId" = 1001
"path.api_key_id" = 1001
"body.clientId" = 1001
"body.listId" = 1001
"body.fromListId" = 1001
"body.toListId" = 1001
"body.id" = 1001
"body.leadId" = 3000000001
"body.leadIds" = [3000000001]
"body.leadMapIds" = [3000000001]
"body.campaign_ids" = [1001]
"body.tag_ids" = [1001]
"body.tagIds" = [1001]
"body.removeTagIds" = [1001]
"body.listIds" = [1001]
"body.parent_campaign_id" = 1001
"body.email_campaign_id" = 1001
"body.email_lead_map_id" = 3000000001
"body.sub_sequence_id" = 1002
"body.email_account_id" = 1001
"body.selectedEmailAccountId" = 1001
"body.email_lead_id" = 3000000001
"body.sequenceNumber" = 1
"body.webhook_url" = "https://inbox.simulator.test/"
"body.name" = "Fuzz"
[auth.openapi.api_key]
api_key = "{KEY}"
"""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "negative_data_rejection,ignored_auth"
)


def fuzz(running: Server, directory: Path, *options: str) -> str:
    """One run; its output. AssertionError when it found anything."""
    config = directory / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{running.url}/openapi.json",
        "--seed", "1", "--phases", "examples,fuzzing", "--max-examples", "3", "--no-shrink",
        "--checks", CHECKS, *options,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=directory, env=environment(), check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-6000:]
    assert "Test cases:" in output, "the fuzzer did not run"
    return output


def test_nothing_that_a_fuzzer_sends_breaks_the_promises(tmp_path: Path) -> None:
    """No unlisted 5xx, no undocumented answer, no bad input accepted, no key in any output, and a sound store."""
    store = tmp_path / "fuzz.db"
    with server("--db", str(store), "--keys", KEY, "--log-format", "json") as running:
        with running.api(KEY) as api:
            api.add(api.campaign(), "ana@example.com")
            assert api.control("POST", f"/email-accounts/{api.account()}/disconnect").status_code == 200
            assert api.post("/campaigns/create-subsequence", {"parent_campaign_id": 1001}).json()["id"] == 1002
            step = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "Hi", "email_body": "Hello"}
            assert api.post("/campaigns/1001/sequences", {"sequences": [step]}).status_code == 200
            hook = {"webhook_url": "https://inbox.simulator.test/", "association_type": "user"}
            assert api.post("/webhook/create", hook).json()["id"] == 1001
            client = {"name": "Client", "email": "client@fuzz.example"}
            assert api.post("/client/save", client).json()["clientId"] == 1001
            key = {"clientId": 1001, "keyName": "Fuzz"}
            assert api.post("/client/api-key", key).json()["data"]["id"] == 1001
            assert api.post("/tags", {"name": "VIP"}).json()["data"]["id"] == 1001
            assert api.post("/lead-list/", {"listName": "Prospects"}).json()["data"]["id"] == 1001
            tagged = {"leadId": 3_000_000_001, "tagIds": [1001]}
            assert api.post("/crm/leads/tags", tagged).json()["data"][0]["id"] == 1001
        output = fuzz(running, tmp_path, "--exclude-method", "DELETE")
        output += fuzz(running, tmp_path, "--include-method", "DELETE", "--warnings", "off")
        with running.api(KEY) as api:
            output += api.control("GET", "/requests").text + api.control("GET", "/violations").text
        running.kill()
        output += running.log()
    assert KEY not in output
    doctor = run("doctor", "--db", str(store))
    assert doctor.returncode == 0, doctor.stdout
