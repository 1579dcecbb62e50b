# One image for every part of Tallenne; docker-compose.yml says which command each container runs.
# It is made by setup/install, the script that 'make demo' and 'make test' call, so the three cannot differ.

FROM debian:bookworm-slim AS system
ENV LANG=C.UTF-8
WORKDIR /opt/tallenne
COPY setup/ setup/
RUN setup/install apt runtime && rm -rf /var/lib/apt/lists/*

# Node.js and npm are needed to set up and not to run: they stay behind in this stage.
FROM system AS installed
COPY . .
RUN setup/install runtime && rm -rf node_modules .make

FROM system
RUN groupadd --gid 10001 tallenne \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/tallenne --shell /usr/sbin/nologin tallenne \
    && install --directory --owner=tallenne --group=tallenne --mode=0750 /var/lib/tallenne /var/lib/tallenne/run \
        /var/spool/tallenne \
    && install --directory --owner=tallenne --group=tallenne --mode=0700 /var/lib/tallenne-shares \
    && install --directory --owner=tallenne --group=tallenne --mode=0700 /var/lib/tallenne-audit
COPY --from=installed /opt/tallenne /opt/tallenne
ENV PATH=/opt/tallenne/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TALLENNE_HOME=/var/lib/tallenne
WORKDIR /var/lib/tallenne
USER 10001:10001
ENTRYPOINT ["tallenne"]
CMD ["--help"]
