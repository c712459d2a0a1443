// libFuzzer's way into the reader of databases:
//   cmake --preset fuzz && cmake --build --preset fuzz
//   build/fuzz/bin/bbolt_reader_fuzz -max_len=40960 DIRECTORY_WITH_SNAPSHOTS
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fakeserver/bbolt/reader.h"
#include "fakeserver/bbolt/trailer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto database = fakeetcd::DatabaseOfSnapshot(file);
  (void)fakeetcd::ReadBbolt(database.ok() ? *database : file);
  return 0;
}
