#!/bin/sh
# Builds the image of deploy/Dockerfile: by docker, podman or buildah, the first that works here.
#
#   make image    or    sh deploy/image.sh [options of `docker build`]
#
# BUILDER  which program; IMAGE  the image's name (localhost/fairest); BASE  what it is built on, where not the Dockerfile's own;
# PIP_INDEX_URL, PIP_CERT, UV_DEFAULT_INDEX, SSL_CERT_FILE  as pip and uv have them, for an index that is not the public
# one; docker's base must have the certificates, the others are lent them.
# Without the right to make namespaces: BUILDER=buildah BUILDAH_ISOLATION=chroot.
set -eu
cd "$(dirname "$0")/.."

works() {
    command -v "$1" > /dev/null && "$1" info > /dev/null 2>&1
}

if [ -z "${BUILDER:-}" ]; then
    for BUILDER in docker podman buildah none; do
        works "$BUILDER" && break
    done
fi
if [ "$BUILDER" = none ]; then
    echo "Expected docker, podman or buildah that works here; there is none. On Debian: apt-get install buildah" >&2
    exit 2
fi

if [ -n "${SSL_CERT_FILE:-}" ] && [ "$BUILDER" != docker ]; then
    set -- -v "$SSL_CERT_FILE:$SSL_CERT_FILE:ro" "$@"
fi
# Of OCI's own form a health check is no part.
export BUILDAH_FORMAT=docker
exec "$BUILDER" build -f deploy/Dockerfile -t "${IMAGE:-localhost/fairest}" ${BASE:+--build-arg "BASE=$BASE"} \
    --build-arg PIP_INDEX_URL --build-arg PIP_CERT --build-arg UV_DEFAULT_INDEX --build-arg SSL_CERT_FILE "$@" .
