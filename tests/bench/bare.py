"""The baseline for creating a session: a Flask endpoint of one INSERT and one SET."""

from uuid import uuid4

from flask import Flask
from redis import Redis
from sqlalchemy import text

from app.database.engines import make_engine
from app.settings.table import load_settings

settings = load_settings()
engine = make_engine(settings)
redis = Redis.from_url(settings.redis_url)
application = Flask(__name__)
INSERT = text("INSERT INTO public.bare (id, name) VALUES (:id, :name)")


@application.get("/ready")
def ready() -> str:
    """Answer a health check."""
    return "ok"


@application.post("/create")
def create() -> tuple[dict[str, str], int]:
    """One INSERT, one commit, one SET."""
    key = str(uuid4())
    with engine.begin() as connection:
        connection.execute(INSERT, {"id": key, "name": "bare"})
    redis.set(f"bare:{key}", 1, ex=1800)
    return {"id": key}, 201
