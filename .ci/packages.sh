#!/bin/sh
# Installs the Debian packages that are missing. `run`: what Keyward needs to start; `test`: what its tests
# need; `bench`: what its benchmarks need.
# Asks for nothing that is there already, so that it works offline once installed.
set -eu

wanted=""
need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null 2>&1 || wanted="$wanted $2"
}

case "${1:-}" in
run)
  # Any npm will do: it brings Node 24 along (package.json).
  need npm npm
  ;;
test)
  need curl curl
  need openssl openssl
  need chromium chromium
  need git git
  need ps procps
  # The weights of the local model come through pip.
  python3 -m pip --version >/dev/null 2>&1 || need pip3 python3-pip
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
  ;;
bench)
  need taskset util-linux
  ;;
*)
  echo "usage: packages.sh run|test|bench" >&2
  exit 2
  ;;
esac
[ -n "$wanted" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Please install:$wanted (this script knows only Debian's apt-get)." >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "Please install as root: apt-get install$wanted" >&2; exit 1; }
  as_root=sudo
fi
echo "Installing$wanted"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
