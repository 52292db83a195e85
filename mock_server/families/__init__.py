"""The nouns of the API. Each family has tables, rules (pure), operations (handlers) and views (row -> answer)."""

from mock_server.families.analytics import campaign_operations as _campaign_analytics
from mock_server.families.analytics import client_operations as _client_analytics
from mock_server.families.analytics import day_operations as _day_analytics
from mock_server.families.analytics import mailbox_operations as _mailbox_analytics
from mock_server.families.analytics import total_operations as _total_analytics
from mock_server.families.block_list import operations as _block_list
from mock_server.families.campaigns import operations as _campaigns
from mock_server.families.clients import operations as _clients
from mock_server.families.crm import operations as _crm
from mock_server.families.email_accounts import campaign_operations as _campaign_email_accounts
from mock_server.families.email_accounts import health_operations as _email_account_health
from mock_server.families.email_accounts import message_operations as _email_account_messages
from mock_server.families.email_accounts import operations as _email_accounts
from mock_server.families.email_accounts import save_operations as _saved_email_accounts
from mock_server.families.inbox import list_operations as _inbox_lists
from mock_server.families.inbox import operations as _inbox
from mock_server.families.inbox import untracked_operations as _untracked
from mock_server.families.lead_lists import operations as _lead_lists
from mock_server.families.lead_lists import push_operations as _lead_pushes
from mock_server.families.leads import operations as _leads
from mock_server.families.leads import state_operations as _lead_states
from mock_server.families.messages import activity_operations as _activities
from mock_server.families.messages import operations as _messages
from mock_server.families.sequences import operations as _sequences
from mock_server.families.statistics import operations as _statistics
from mock_server.families.tags import operations as _tags
from mock_server.families.webhooks import operations as _webhooks

__all__: list[str] = []
OPERATION_MODULES = (
    _campaigns, _sequences, _email_accounts, _campaign_email_accounts, _leads, _lead_states, _block_list, _inbox,
    _webhooks, _messages, _activities, _statistics, _tags, _lead_lists, _lead_pushes, _crm, _saved_email_accounts,
    _email_account_health, _email_account_messages, _clients, _inbox_lists, _untracked,
    _campaign_analytics, _client_analytics, _day_analytics, _mailbox_analytics, _total_analytics,
)  # fmt: skip
