#!/usr/bin/env bash
# Installs the Debian packages that some tests need. CI calls it; on a machine without them those tests say so and are skipped.
set -euo pipefail
wanted=(pgbouncer postgresql)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0
apt-get update -qq
# The package would make a cluster of its own and start it.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
# Programs only: a test starts what it needs by itself, on a port of its own.
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
