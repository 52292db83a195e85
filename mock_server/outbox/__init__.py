"""Webhook deliveries: written in the transaction of the change, sent by a worker, attempts and retries."""
