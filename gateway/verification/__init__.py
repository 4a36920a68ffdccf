"""The gateway for apps in other processes: signed tenants and the verify endpoint."""
