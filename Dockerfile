# One image for every process of the program: `gongkai serve SERVICE`, `gongkai init`, `gongkai demo` …
# Other bases: --build-arg BASE_IMAGE=… (a Python 3.11 or newer on glibc, by an exact name).
ARG BASE_IMAGE=python:3.13.9-slim-trixie

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY requirements/runtime.txt requirements/
# Wheels alone: nothing is compiled from a source archive, so no stage has a compiler.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r requirements/runtime.txt
COPY tools/link_command.py tools/
COPY shared shared
COPY services services
COPY plans plans
# Bytecode is checked by nothing at run time: the image does not change, and a copied file may have another time.
RUN /opt/venv/bin/python tools/link_command.py \
 && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash -f /app/shared /app/services /opt/venv/lib \
 && /opt/venv/bin/pip uninstall --yes --quiet pip \
 && rm -r tools requirements

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="gongkai" \
      org.opencontainers.image.description="A county's government-openness work as cases, events and an explained quarterly score"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["gongkai"]
CMD ["--help"]
