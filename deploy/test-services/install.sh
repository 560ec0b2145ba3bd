#!/bin/sh
# Installs the servers and browsers that tests use, on Debian and its kin. Elsewhere it says what is missing.
# Tests start each server themselves, on 127.0.0.1 with data of their own; none has to run.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
fi

if [ -z "$missing" ]; then
    echo "Everything that the tests use is installed."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "Please install:$missing (as root on Debian: make services). Their tests are skipped until then."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# Debian's package makes a cluster and starts it; the tests need its programs only.
mkdir -p /etc/postgresql-common
test -e /etc/postgresql-common/createcluster.conf || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core
