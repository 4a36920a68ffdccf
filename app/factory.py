"""Puts the Flask application together."""

import weakref

from apiflask import APIBlueprint, APIFlask
from redis import Redis

from app.clock import shift_clock
from app.control import statistics
from app.control.pool.pool_sizing import fetch_pool_targets, fetch_template_sizes
from app.control.ports import BackgroundTasks, Dispatcher, SessionCache, TokenIssuer
from app.control.scenarios.registry import ScenarioRegistry
from app.control.scenarios.service import ScenarioService
from app.control.services import ControlServices, install, make_services
from app.control.sessions import routes
from app.control.sessions.schemas import ProblemOut
from app.control.sessions.service import SessionService
from app.control.sessions.streams.event_streams import EventStreams
from app.control.sharing import routes as sharing
from app.control.sharing.service import ShareService
from app.control.tours.noticing import init_noticing
from app.control.tours.progress import TourRecords
from app.control.visits.counting import init_counting
from app.control.visits.figures import VisitRecords
from app.db import db, init_db, tenant_cache
from app.demo import Demo
from app.errors import register_error_handlers
from app.http.health import blueprint as observe
from app.http.openapi.document import init_document
from app.http.short_cache import ShortCache
from app.insights.conversions import routes as conversions
from app.insights.events.refusals import RefusalEvents
from app.insights.events.request_map import RequestMap
from app.insights.events.watching import init_watching
from app.insights.leads import routes as contact
from app.insights.leads.service import Leads
from app.insights.links.service import Links
from app.insights.webhooks.service import Webhooks
from app.language.choice import init_language
from app.logs import init_logs
from app.ops.routes import init_ops
from app.settings.table import Settings
from app.version import VERSION

TARGETS_SECONDS = 10.0
"""For so long `/metrics` believes the targets of the pool."""

LARGEST_BODY = 256 * 1024
"""Bytes of a request body; the largest sensible one is a document of fifty lines."""

SIZES_SECONDS = 60.0
"""For so long a template's size is believed."""

FIGURES_SECONDS = 1.0
"""For so long `/api/demo/stats` and `/metrics` answer the same figures."""


def make_app(
    settings: Settings,
    demo: Demo,
    redis: Redis,
    cache: SessionCache,
    tokens: TokenIssuer,
    dispatcher: Dispatcher,
    background_tasks: BackgroundTasks,
) -> APIFlask:
    """Make the application with all its parts; `app.create_app` says what they are."""
    init_logs(settings.log_level)
    static = None if demo.static is None else str(demo.static)
    app = APIFlask(
        "app",
        title=demo.title,
        version=VERSION,
        docs_path=None,
        static_folder=static,  # type: ignore[arg-type]  # None is none, as it is to Flask
    )
    _configure(app, demo)
    app.config["DEMO_LIVE"] = settings.demo_live
    init_language(app, demo.translations)
    shift_clock(settings.demo_clock_shift_minutes)
    init_document(app, demo)
    init_db(app, settings, redis)
    with app.app_context():
        engine, kept = db.engine, tenant_cache()
    common = make_services(settings, engine, redis)
    sessions = SessionService(
        engine,
        settings,
        cache,
        tokens,
        dispatcher,
        background_tasks,
        kept,
        common.events,
        common.measurements,
    )
    services = ControlServices(
        **vars(common),
        demo=demo,
        sessions=sessions,
        shares=ShareService(engine, settings, cache, tokens),
        leads=Leads(engine, settings),
        links=Links(engine),
        webhooks=Webhooks(engine, settings),
        scenarios=ScenarioService(engine, demo, dispatcher),
        streams=EventStreams(settings.demo_event_streams),
        tours=TourRecords(engine),
        refusals=RefusalEvents(common.events),
        targets=ShortCache(TARGETS_SECONDS, lambda: fetch_pool_targets(engine, settings)),
        figures=ShortCache(FIGURES_SECONDS, lambda: statistics.figures(engine)),
        sizes=ShortCache(SIZES_SECONDS, lambda: fetch_template_sizes(engine)),
    )
    demo.offer_saved(ScenarioRegistry(engine).offered)
    install(app, services)
    weakref.finalize(app, common.events.close)
    init_noticing(app, demo.guides, services.tours)
    register_error_handlers(app)
    _register_routes(app, demo)
    init_counting(app, VisitRecords(engine))
    init_ops(app, settings)
    init_watching(app, services.events, RequestMap.from_file(demo.events), services.refusals)
    for plain in app.blueprints.values():
        if not isinstance(plain, APIBlueprint):
            plain.enable_openapi = False  # type: ignore[attr-defined]  # APIFlask asks them all
    return app


def _register_routes(app: APIFlask, demo: Demo) -> None:
    for register in demo.registrars():
        register(app)
    for blueprint in (
        routes.blueprint,
        routes.login_blueprint,
        sharing.blueprint,
        contact.blueprint,
        conversions.blueprint,
        observe,
    ):
        app.register_blueprint(blueprint)


def _configure(app: APIFlask, demo: Demo) -> None:
    app.config.update(
        HTTP_ERROR_SCHEMA=ProblemOut.model_json_schema(),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        OPENAPI_VERSION="3.1.0",
        VALIDATION_ERROR_SCHEMA=ProblemOut.model_json_schema(),
        VALIDATION_ERROR_STATUS_CODE=422,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.info = {
        "description": demo.description,
        "license": {"name": "MIT"},
    }
    app.security_schemes = {
        "session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "session_id": {"type": "apiKey", "in": "header", "name": "X-Demo-Session-Id"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "demo_session"},
    }
