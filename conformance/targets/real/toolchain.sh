#!/bin/sh
# toolchain.sh: prints the path of a `go` new enough to build every release here. That is the one on
# the PATH or, where that is older, as Debian 12's is, a newer one that it gets as a Go module:
# toolchain.sum names and pins it. Kept in the user's cache, and used for nothing else.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/etcdpp/go

fail() { echo "real etcd: $*" >&2; exit 1; }

command -v go >/dev/null ||
  fail "3.5 and later are built with Go, and 'go' is not on the PATH:" \
    "'cmake/install-deps.sh matrix' installs Debian's"
# In this folder a Go that gets itself newer ones answers for the one it would get.
need=$(sed -n 's/^go //p' "$here/go.mod")
version=$(cd "$here" && go env GOVERSION 2>/dev/null | sed 's/^go//')
if [ "$(printf '%s\n' "$need" "$version" | sort -V | head -n 1)" = "$need" ]; then
  command -v go
  exit 0
fi

platform=$(go env GOOS)-$(go env GOARCH)
read -r path release sum <<PINNED || true
$(grep -F ".$platform " "$here/toolchain.sum")
PINNED
[ -n "$sum" ] || fail "needs go $need or later, has $version, and toolchain.sum has none for $platform"
module=$path@$release
if [ ! -x "$cache/$module/bin/go" ]; then
  mkdir -p "$cache/$(dirname "$module")"
  work=$(mktemp -d "$cache/.work.XXXXXX")
  trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
  echo "real etcd: needs go $need or later, has $version: getting $module" >&2
  (cd "$work" && GOMODCACHE=$work/modules GOFLAGS='' GOWORK=off go mod download -json "$module") \
    > "$work/told" || fail "no $module: $(sed -n 's/^.*"Error": //p' "$work/told")"
  grep -qF "\"Sum\": \"$sum\"" "$work/told" || fail "$module is not what toolchain.sum pins"
  # What a module cannot hold: Go itself puts this right where it gets a toolchain in this way.
  unpacked=$work/modules/$module
  chmod -R u+w "$unpacked"
  chmod +x "$unpacked"/bin/* "$unpacked"/pkg/tool/*/*
  find "$unpacked/src" -name _go.mod | while read -r file; do
    mv "$file" "${file%_go.mod}go.mod"
  done
  # Unless another such run was first.
  [ -x "$cache/$module/bin/go" ] || mv "$unpacked" "$cache/$module"
fi
echo "$cache/$module/bin/go"
