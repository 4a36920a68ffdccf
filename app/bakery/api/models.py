"""The answers to requests with an `Idempotency-Key`."""

from uuid import UUID

from sqlalchemy import SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import TenantBase
from app.http.idempotency_key import LONGEST_KEY

PART_LENGTH = 380
"""Characters of a part. Four bytes each and the key's leave a row under 2,000 bytes, at which a
table needs a second one for what does not fit (TOAST): each table costs every clone."""


class StoredAnswer(TenantBase):
    """A part of the answer to a request, compressed, to be given again."""

    __tablename__ = "stored_answers"

    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    fingerprint: Mapped[UUID]
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str] = mapped_column(String(PART_LENGTH))
