#!/bin/sh
# install-deps.sh [GROUP...]: installs the Debian 12 packages of each group. `build`, the default,
# is for make run, build, test and bench. A second run only asks dpkg, and says nothing.
set -eu

build="build-essential cmake ninja-build ccache pkg-config
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libabsl-dev
  libgtest-dev libgmock-dev libbenchmark-dev libcli11-dev libboost-dev libssl-dev libcrypt-dev
  libyaml-dev libnghttp2-dev zlib1g-dev
  ca-certificates"
lint="clang-14 clang-format-14 clang-tidy-14"
fuzz="clang-14 libclang-rt-14-dev"
docs="doxygen"
# The languages of make test-matrix, where no newer one is on the PATH.
matrix=""
have() { command -v "$1" >/dev/null 2>&1; }
have node || matrix="$matrix nodejs"
have npm || matrix="$matrix npm"
have go || matrix="$matrix golang-go"
have curl || matrix="$matrix curl"
have javac || matrix="$matrix default-jdk-headless"
have mvn || matrix="$matrix maven"
have cargo || matrix="$matrix cargo-web"  # newer than Debian 12's cargo, which the crates need
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || matrix="$matrix python3 python3-venv"

say() { echo "install-deps: $*"; }
fail() { say "$*" >&2; exit 1; }

wanted=""
for group in "${@:-build}"; do
  case $group in
    build) wanted="$wanted $build" ;;
    lint) wanted="$wanted $lint" ;;
    fuzz) wanted="$wanted $fuzz" ;;
    docs) wanted="$wanted $docs" ;;
    matrix) wanted="$wanted $matrix" ;;
    *) fail "unknown group '$group': build, lint, fuzz, docs or matrix" ;;
  esac
done

if ! have dpkg-query || ! have apt-get; then
  os=$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME") || os="this machine"
  fail "$os has no apt: install what the list in $0 names in your own way, then run
  cmake --preset dev && cmake --build build && ctest --preset dev"
fi

missing=""
for package in $wanted; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  have sudo || fail "needs root to install:$missing"
  as_root=sudo
fi
say "installing from Debian${as_root:+ (with sudo)}:$missing"
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq -y --no-install-recommends $missing >/dev/null
say "done"
