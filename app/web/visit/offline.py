"""Without a connection: a page that says so, and the service worker that keeps it.

The worker keeps this page and what it loads, which is public and the same for everybody. Pages of
a demo are never kept, so that no visitor sees another's, or one of a demo that has ended.
"""

from flask import Response, current_app, make_response, render_template

from app.web.visit.landing import blueprint as outside

FILES = ("css/tokens.css", "css/site.css", "js/offline.js", "favicon.svg")
"""What the page loads."""


@outside.get("/sin-conexion")
def offline() -> Response:
    """Show what the worker shows in place of a page that cannot be reached."""
    response = make_response(render_template("visit/offline.html"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@outside.get("/sw.js")
def worker() -> Response:
    """Give the worker; its text differs with the files that it keeps."""
    asset = current_app.jinja_env.globals["asset"]
    files = [asset(name) for name in FILES]  # type: ignore[operator]  # it is a function
    response = Response(render_template("visit/worker.js", files=files), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
