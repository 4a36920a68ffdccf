"""Webhooks: what happens here, told to a CRM or a chat. Start with `service`.

A message is queued in the transaction of what it tells of (`sql/queue_webhook.sql`), and sent by
`jobs/outbox/webhooks.py`.
"""
