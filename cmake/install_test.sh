#!/bin/sh
# install_test.sh BUILD_DIR CXX [LAUNCHER]: installs what is built, and uses it as a stranger would:
# the examples as a project of their own that finds the package, and a program by pkg-config.
set -eu

build=$1 cxx=$2 launcher=${3:-}
source=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cmake --install "$build" --prefix "$dir/usr" > "$dir/log" || { cat "$dir/log"; exit 1; }
"$dir/usr/bin/fake-etcd" --version

cmake -S "$source/examples" -B "$dir/examples" -G Ninja -DCMAKE_PREFIX_PATH="$dir/usr" \
  -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" -DCMAKE_UNITY_BUILD=ON
cmake --build "$dir/examples"
ctest --test-dir "$dir/examples" --output-on-failure

cat > "$dir/main.cc" << 'END'
#include <etcdpp/client.h>

int main() {
  etcdpp::Client client("nonsense:x");
  return client.Put("k", "v").ok() ? 1 : 0;
}
END
PKG_CONFIG_PATH=$(dirname "$(find "$dir/usr" -name etcdpp.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046  # flags are words
"$cxx" -std=c++20 "$dir/main.cc" $(pkg-config --cflags --libs etcdpp) -o "$dir/main"
"$dir/main"
echo "The installed package can be used."
