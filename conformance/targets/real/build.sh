#!/bin/sh
# build.sh VERSION...: puts a real etcd, its etcdctl and, from 3.6 on, its etcdutl into
# build/real/VERSION/, where VERSION is 3.4 (Debian's packages, unpacked and never installed), 3.5,
# 3.6 or 3.7 (built with Go from the releases pinned in VERSION.mod).
# Kept in the user's cache: a second run downloads nothing.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/etcdpp/real

say() { echo "real etcd: $*"; }
fail() { say "$*" >&2; exit 1; }

# unpack_debian RELEASE: Debian's binaries as ./etcd and ./etcdctl.
unpack_debian() {
  command -v apt-get >/dev/null || fail "$1 comes from Debian 12's packages, and here is no apt-get"
  if ! apt-cache show etcd-server >/dev/null 2>&1; then
    [ "$(id -u)" -eq 0 ] && apt-get update -qq || sudo apt-get update -qq
  fi
  # As root, apt would drop to a user who may not write here, and warn that it did not.
  apt-get -qq -o APT::Sandbox::User="$(id -un)" download "etcd-server=$1*" "etcd-client=$1*" ||
    fail "apt offers no etcd-server and etcd-client $1: they are in Debian 12 (bookworm)"
  for package in ./*.deb; do dpkg -x "$package" unpacked; done
  mv unpacked/usr/bin/etcd unpacked/usr/bin/etcdctl .
  rm -r unpacked ./*.deb
}

# programs VERSION: what there is of it.
programs() {
  echo etcd
  [ "$1" != 3.4 ] || echo etcdctl
  [ "$1" = 3.4 ] || sed -n 's,.*go.etcd.io/etcd/\(etcdctl\|etcdutl\)/v3 v.*,\1,p' "$here/$1.mod"
}

# complete VERSION DIRECTORY: whether they are all there.
complete() {
  for name in $(programs "$1"); do [ -x "$2/$name" ] || return 1; done
}

# build_go VERSION: the binaries of the release in VERSION.mod as ./etcd, ./etcdctl and ./etcdutl.
build_go() {
  go=$("$here/toolchain.sh")
  say "building $1 with $("$go" version | cut -d' ' -f3): minutes the first time"
  for name in $(programs "$1"); do
    package=./$name
    [ "$name" != etcdutl ] || package=go.etcd.io/etcd/etcdutl/v3  # a program by itself
    (cd "$here" && GOROOT='' GOFLAGS='' GOWORK=off CGO_ENABLED=0 "$go" build -modfile="$1.mod" \
      -mod=readonly -trimpath -buildvcs=false -ldflags='-s -w' -o "$work/$name" "$package")
  done
}

# provide VERSION: fills the cache where it lacks the release, and links build/real/VERSION to it.
provide() {
  case $1 in
    3.4) release=3.4.23 ;;
    3.5 | 3.6 | 3.7) release=$(sed -n 's,.*go.etcd.io/etcd/server/v3 v,,p' "$here/$1.mod") ;;
    *) fail "unknown version '$1': 3.4, 3.5, 3.6 or 3.7" ;;
  esac
  if ! complete "$1" "$cache/$release"; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    if [ "$1" = 3.4 ]; then (cd "$work" && unpack_debian "$release"); else build_go "$1"; fi
    chmod 755 "$work"
    rm -rf "${cache:?}/$release"
    mv "$work" "$cache/$release"
    say "$release is in $cache/$release"
  fi
  mkdir -p "$root/build/real"
  ln -sfn "$cache/$release" "$root/build/real/$1"
}

[ $# -gt 0 ] || fail "usage: $0 VERSION..., of 3.4, 3.5, 3.6 and 3.7"
for version in "$@"; do provide "$version"; done
