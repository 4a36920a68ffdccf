"""The gateway for apps in other processes, which a proxy asks before it passes a request on.

Read `endpoint` first; `signature` is what those apps check.
"""
