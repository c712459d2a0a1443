#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakeserver/bbolt/writer.h"

namespace fakeetcd {

/// Buckets as tests write them down.
using TestBuckets = std::map<std::string, BboltEntryList::Entries>;

/// The database that holds `buckets`, as the writer writes it.
inline std::string WriteAll(const TestBuckets& buckets) {
  BboltWriter::Buckets sources;
  for (const auto& [name, entries] : buckets) {
    sources[name] = std::make_unique<BboltEntryList>(entries);
  }
  BboltWriter writer(std::move(sources));
  std::string file;
  while (!writer.done()) writer.AppendNext(file);
  return file;
}

/// Entries "key-00000"… with values of `size` bytes.
inline BboltEntryList::Entries ManyEntries(size_t count, size_t size) {
  BboltEntryList::Entries entries;
  for (size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 5 - number.size(), '0');
    entries.emplace_back("key-" + number, std::string(size, static_cast<char>('a' + i % 26)));
  }
  return entries;
}

}  // namespace fakeetcd
