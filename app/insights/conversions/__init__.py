"""Visitors who became customers: marketing or a CRM says so. Start at `service.py`."""
