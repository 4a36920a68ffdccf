"""The demo session service: who may have a demo, which tenant it gets, and when it ends."""
