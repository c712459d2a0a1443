#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etcdpp/options.h"
#include "etcdpp/range_stream.h"
#include "etcdpp/result_range.h"
#include "etcdpp/status.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

struct ScanOptions {
  /// Keys asked for at a time; at least 1. After the first page a server that can, since etcd 3.7,
  /// sends the rest in pieces of about 1.5 MB instead.
  int64_t page_size = 1000;
  int64_t revision = 0;  // 0: that of the first page
  bool keys_only = false;
  bool serializable = false;  // as in RangeOptions
  bool stream = true;         // false: ask for every page

  friend bool operator==(const ScanOptions&, const ScanOptions&) = default;
};

/// A range of any size, read in pages, all as of one revision: what is written meanwhile is not
/// seen.
///
///   Scan scan = client.Scan(KeyRange::Prefix("jobs/"));
///   for (const Result<KeyValue>& kv : scan) {
///     if (!kv.ok()) return kv.status();  // the last one
///     Use(*kv);
///   }
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

  ResultIterator<KeyValue> begin() {
    return ResultIterator<KeyValue>([this] { return Step(); });
  }
  static std::default_sentinel_t end() { return std::default_sentinel; }

  /// What is left of the page under way, or else the next page; empty after the last one.
  Result<std::vector<KeyValue>> NextPage();

  /// As of which revision the scan reads; 0 before the first page.
  int64_t revision() const { return options_.revision; }

  /// The smallest key that may still come.
  std::string resume_key() const;

 private:
  std::optional<Result<KeyValue>> Step();
  Status Fetch();
  Status FetchPage();
  Status FetchPiece();
  void Take(std::vector<KeyValue> kvs, bool more);

  std::shared_ptr<Connection> connection_;
  KeyRange range_;  // of what is not fetched
  ScanOptions options_;
  CallOptions call_;
  std::vector<KeyValue> page_;
  size_t taken_ = 0;   // of page_
  bool first_ = true;  // nothing was fetched yet
  bool more_ = true;   // after page_
  std::unique_ptr<RangeStream> pieces_;
};

}  // namespace etcdpp
