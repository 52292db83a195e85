"""THE list of phases, in the order in which a run takes them: what finds most in little time comes first."""

from __future__ import annotations

from collections.abc import Sequence

from contract_tests.document import Api
from contract_tests.errors import CannotJudgeError
from contract_tests.examples import Examples
from contract_tests.laws.phase import Laws
from contract_tests.machines.campaigns import CampaignMachine
from contract_tests.machines.clients import ClientMachine
from contract_tests.machines.inbox import Inbox
from contract_tests.machines.lead_lists import LeadListStories
from contract_tests.machines.leads import LeadStories
from contract_tests.machines.running import MachinePhase
from contract_tests.machines.sending import Sending
from contract_tests.machines.webhooks import WebhookMachine
from contract_tests.machines.world import World
from contract_tests.phases import Phase
from contract_tests.shape.phase import Shape

PHASES: Sequence[Phase] = (
    Examples(),
    Laws(),
    MachinePhase(World),
    MachinePhase(CampaignMachine),
    MachinePhase(LeadStories),
    MachinePhase(LeadListStories),
    MachinePhase(WebhookMachine),
    MachinePhase(Sending),
    MachinePhase(Inbox),
    MachinePhase(ClientMachine),
    Shape(),
)


def chosen(names: Sequence[str]) -> Sequence[Phase]:
    """The phases of these names, all of them for none."""
    known = [phase.name for phase in PHASES]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise CannotJudgeError(f"--phase {unknown[0]}: there are {', '.join(known)}")
    return [phase for phase in PHASES if not names or phase.name in names]


def parts_of(phases: Sequence[Phase], api: Api) -> list[tuple[Phase, str]]:
    """Every part of every phase."""
    return [(phase, part) for phase in phases for part in phase.parts(api)]
