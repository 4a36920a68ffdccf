"""What to do when the certificate of Postgres or Redis is refused: neither library says it."""

import re

_ADVICE = (
    (
        r"does not match host name|certificate is not valid for",
        "The certificate is for another name: write the one that it has into the URL "
        "(Postgres: hostaddr=… may name the address besides).",
    ),
    (
        r"certificate verify failed",
        "Its certificate is over, or of an authority that is not trusted: name the authority's "
        "file in the URL (Postgres: sslrootcert=…, Redis: ssl_ca_certs=…); the chart's `trust` "
        "brings it to every pod.",
    ),
    (
        r"root certificate file .* does not exist|Error 2 connecting to [^/]",
        "The authority's file is not there: the chart's `trust` brings it to "
        "/etc/masa-madre/trust.",
    ),
    (
        r"server does not support SSL",
        "It speaks no TLS: turn that on there (Postgres: ssl = on, with a certificate).",
    ),
)


def tls_advice(message: str) -> str | None:
    """Return the sentence for an error of a connection; None when it is not about TLS."""
    found = (advice for pattern, advice in _ADVICE if re.search(pattern, message, re.DOTALL))
    return next(found, None)


def with_advice(message: str) -> str:
    """Return the message, followed by what to do where it is about TLS."""
    advice = tls_advice(message)
    return f"{message.rstrip('.')}. {advice}" if advice else message
