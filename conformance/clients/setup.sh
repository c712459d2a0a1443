#!/bin/sh
# setup.sh check: says which tools the clients of other languages lack here, and fails if any.
# setup.sh WHICH DIRECTORY: gets the clients of python, node, go, java or rust, or python's for the
# JSON gateway, into DIRECTORY, at the versions pinned beside the programs. Does nothing where that is
# done.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "clients: $*" >&2; exit 1; }

check() {
  missing=""
  command -v go >/dev/null || missing="$missing go;"
  command -v curl >/dev/null || missing="$missing curl;"
  command -v node >/dev/null || missing="$missing node;"
  command -v npm >/dev/null || missing="$missing npm;"
  command -v javac >/dev/null || missing="$missing javac;"
  command -v mvn >/dev/null || missing="$missing mvn;"
  command -v cargo >/dev/null || missing="$missing cargo;"
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3 with venv;"
  [ -z "$missing" ] ||
    fail "missing:$missing 'cmake/install-deps.sh matrix' installs them"
}

get_packages() {
  python3 -m venv --clear "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/$1/requirements.txt"
}

get_python() { get_packages python "$1"; }
get_gateway() { get_packages gateway "$1"; }

get_node() {
  cp "$here/node/package.json" "$here/node/package-lock.json" "$1"
  npm ci --prefix "$1" --silent --no-audit --no-fund
}

get_go() {
  (cd "$here/go" && GOFLAGS='' GOWORK=off CGO_ENABLED=0 go build -mod=readonly -trimpath \
    -buildvcs=false -o "$1/matrix" .)
}

get_java() {
  cp -r "$here/java/." "$1"
  mvn -q -B -f "$1/pom.xml" package
}

get_rust() { cargo build -q --locked --manifest-path "$here/rust/Cargo.toml" --target-dir "$1"; }

case $1 in
  check) check ;;
  python | gateway | node | go | java | rust)
    # What was got for other sources than these is got anew.
    stamp=$(find "$here/$1" "$0" -type f -not -path '*/target/*' -exec cat {} + | cksum)
    [ "$(cat "$2/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
    rm -rf "$2"
    mkdir -p "$2"
    "get_$1" "$(cd "$2" && pwd)"
    echo "$stamp" > "$2/stamp"
    ;;
  *) fail "usage: $0 check | $0 python|gateway|node|go|java|rust DIRECTORY" ;;
esac
