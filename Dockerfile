# The image of Keyferry: one bundle on a distroless Node 24 base. docs/image.md says how to build and verify it.
ARG BUILDER=docker.io/library/node:24.21.0-trixie-slim
# Distroless moves its tags: in production give a digest, --build-arg BASE=gcr.io/distroless/nodejs24-debian13@sha256:...
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

# What ships is the same for every platform: it is built once, on the platform that builds.
FROM --platform=$BUILDPLATFORM $BUILDER AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY hack/run hack/run
# The packages of the lock file, their scripts off. A registry of one's own is named in the secret `npmrc`.
RUN --mount=type=secret,id=npmrc NPM_CONFIG_USERCONFIG=/run/secrets/npmrc hack/run true
COPY hack hack
COPY src src
ARG SOURCE_DATE_EPOCH=0
RUN hack/run node hack/build.ts /out && hack/run node hack/sbom.ts /out && rm /out/*.map
COPY LICENSE /out/

# It says its platform because buildah 1.28 would take over that of the stage before.
FROM --platform=$TARGETPLATFORM $BASE
COPY --from=build --chown=0:0 /out /app
# Where distroless keeps Node comes first; other bases have it on the usual path.
ENV PATH=/nodejs/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_ENV=production
# As hack/node-env has them, which hack/keyferry sets too: small memory.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TOP_PAD_=16384
USER 65532:65532
WORKDIR /app
# The flags are those of hack/node-flags.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--heap-growing-percent=25", "--disable-sigusr1", "--expose-gc", "/app/keyferry.mjs"]
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Keyferry" \
      org.opencontainers.image.description="A Kubernetes operator that carries Akeyless secrets and company certificates into clusters" \
      org.opencontainers.image.source="https://github.com/keyferry/keyferry" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
