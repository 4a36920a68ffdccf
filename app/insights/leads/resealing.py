"""Encrypts leads again under the newest key, a hundred at a time. Run twice it does no harm."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from app.insights.leads.service import mailbox_of
from app.insights.sealing import Sealing, Unreadable
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights.leads", "leads")


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many leads are under the newest key now, and how many no key reads."""

    resealed: int
    unreadable: int


def reseal_leads(engine: Engine, sealing: Sealing) -> Resealed:
    """Encrypt every lead under the newest key, each hundred in a transaction of its own."""
    resealed = unreadable = 0
    after = UUID(int=0)
    while True:
        with engine.begin() as connection:
            rows = connection.execute(_SQL["next_to_reseal"], {"after": after}).all()
            for row in rows:
                try:
                    email = str(sealing.open(row.sealed)["email"])
                except Unreadable:
                    unreadable += 1
                    continue
                values = {
                    "id": row.id,
                    "sealed": sealing.rotate(row.sealed),
                    "mailbox": sealing.digests(mailbox_of(email))[0],
                }
                connection.execute(_SQL["reseal_lead"], values)
                resealed += 1
        if not rows:
            return Resealed(resealed, unreadable)
        after = rows[-1].id
