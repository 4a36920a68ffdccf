"""Sends the mails that leads wait for: a few at a time, again after a failure, not for ever."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from app.insights.leads.mail import confirmation_mail
from app.insights.sealing import Unreadable, make_sealing
from app.settings.table import Settings
from app.sql_blocks import load_statements
from jobs.services import JobServices

log = structlog.get_logger(__name__)

_SQL = load_statements("app.insights.leads", "leads")
SMTP_SECONDS = 5
"""A server that is silent for so long is tried again later."""
MAILS_AT_ONCE = 10
ATTEMPTS = 5
PERMANENT = 500
"""A reply from here on about the recipient says that trying again is of no use."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def send_mails(services: JobServices, title: str) -> dict[str, int]:
    """Send the mails that are due; a kill in the middle sends a mail twice at most.

    Returns how many were sent and how many failed.
    """
    report = {"mailed": 0, "not_mailed": 0}
    settings, sealing = services.settings, make_sealing(services.settings)
    if not settings.smtp_url or sealing is None:
        return report
    limits = {"most": 1, "per_hour": settings.leads_mails_per_hour}
    for _ in range(MAILS_AT_ONCE):
        with services.engine.begin() as connection:
            row = connection.execute(_SQL["claim_mails"], limits).one_or_none()
        if row is None:
            break
        try:
            document = sealing.open(row.sealed)
            _send(settings, _compose(settings, title, row, document))
        except (OSError, smtplib.SMTPException, Unreadable, ValueError) as error:
            _note_failure(services, row, error)
            report["not_mailed"] += 1
            if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
                break  # the server is away: others wait, without an attempt of theirs
            continue
        with services.engine.begin() as connection:
            connection.execute(_SQL["mark_mailed"], {"id": row.id})
        report["mailed"] += 1
    return report


def _compose(settings: Settings, title: str, row: Any, document: Any) -> EmailMessage:
    return confirmation_mail(
        settings.smtp_from,
        str(document["email"]),
        title=title,
        public_url=settings.public_url,
        token=f"{row.id}.{document['token']}",
        days=settings.leads_unconfirmed_days,
        language=row.language,
    )


def _send(settings: Settings, mail: EmailMessage) -> None:
    with _server(str(settings.smtp_url)) as server:
        server.send_message(mail)


@contextmanager
def _server(url: str) -> Iterator[smtplib.SMTP]:
    """Connect to the mail server and log in, over TLS where the URL says so."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SMTP_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SMTP_SECONDS)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _note_failure(services: JobServices, row: Any, error: Exception) -> None:
    """Keep why a mail was not sent, without the address: it is tried again unless that is vain."""
    code = _reply_of(error)
    failure = type(error).__name__ if code is None else f"{type(error).__name__} {code}"
    is_refused = isinstance(error, smtplib.SMTPRecipientsRefused) and (code or 0) >= PERMANENT
    for_good = is_refused or row.mail_attempts >= ATTEMPTS
    log.warning("mail not sent", action="mail_failed", lead=str(row.id), error=failure)
    values = {"id": row.id, "failure": failure, "for_good": for_good}
    with services.engine.begin() as connection:
        connection.execute(_SQL["mark_not_mailed"], values)


def _reply_of(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
