"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from mock_server.contract.inputs.analytics import *
from mock_server.contract.inputs.block_list import *
from mock_server.contract.inputs.campaigns import *
from mock_server.contract.inputs.clients import *
from mock_server.contract.inputs.crm import *
from mock_server.contract.inputs.email_accounts import *
from mock_server.contract.inputs.inbox import *
from mock_server.contract.inputs.lead_lists import *
from mock_server.contract.inputs.leads import *
from mock_server.contract.inputs.messages import *
from mock_server.contract.inputs.sequences import *
from mock_server.contract.inputs.statistics import *
from mock_server.contract.inputs.tags import *
from mock_server.contract.inputs.webhooks import *
