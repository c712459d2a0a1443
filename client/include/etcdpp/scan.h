#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etcdpp/options.h"
#include "etcdpp/status.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

struct ScanOptions {
  int64_t page_size = 1000;  // keys asked for at a time; at least 1
  int64_t revision = 0;      // 0: that of the first page
  bool keys_only = false;
  bool serializable = false;  // as in RangeOptions

  friend bool operator==(const ScanOptions&, const ScanOptions&) = default;
};

/// A range of any size, read in pages, all as of one revision: what is written meanwhile is not
/// seen.
///
///   Scan scan = client.Scan(KeyRange::Prefix("jobs/"));
///   auto kv = scan.Next();
///   for (; kv.ok() && *kv; kv = scan.Next()) Use(**kv);
///   if (!kv.ok()) return kv.status();
///
/// After a failure Next asks again for the page that failed, so that a scan goes on where it was.
/// One failure is for good: Reason::kCompacted, when the revision was compacted before the end;
/// what is left can then be had only as of now, from resume_key() on, with another Scan.
///
/// Not thread-safe.
class Scan {
 public:
  Scan(std::shared_ptr<Connection> connection, KeyRange range, const ScanOptions& options,
       CallOptions call);

  /// The next key in order, or nothing after the last one.
  Result<std::optional<KeyValue>> Next();

  /// What is left of the page under way, or else the next page; empty after the last one.
  Result<std::vector<KeyValue>> NextPage();

  /// As of which revision the scan reads; 0 before the first page.
  int64_t revision() const { return options_.revision; }

  /// The smallest key that may still come.
  std::string resume_key() const;

 private:
  Status Fetch();

  std::shared_ptr<Connection> connection_;
  KeyRange range_;  // of what is not fetched
  ScanOptions options_;
  CallOptions call_;
  std::vector<KeyValue> page_;
  size_t taken_ = 0;  // of page_
  bool more_ = true;  // after page_
};

}  // namespace etcdpp
