"""The version of the system: the one place where it is written by hand (`make release`)."""

VERSION = "0.1.0"
