#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etcdpp/types.h"

namespace etcdpp {

enum class SortOrder { kNone = 0, kAscend = 1, kDescend = 2 };
enum class SortTarget { kKey = 0, kVersion = 1, kCreateRevision = 2, kModRevision = 3, kValue = 4 };

struct GetOptions {
  int64_t revision = 0;       // 0: now
  bool serializable = false;  // as in RangeOptions

  friend bool operator==(const GetOptions&, const GetOptions&) = default;
};

struct RangeOptions {
  int64_t limit = 0;     // 0: no limit
  int64_t revision = 0;  // 0: now
  /// With kNone and a target other than kKey, etcd cuts off at `limit` before it sorts.
  SortOrder sort_order = SortOrder::kNone;
  SortTarget sort_target = SortTarget::kKey;
  /// Answered by one member alone: faster, and possibly out of date.
  bool serializable = false;
  bool keys_only = false;
  bool count_only = false;
  // Bounds, inclusive, on the pairs returned but not on `count`; 0: no bound.
  int64_t min_mod_revision = 0;
  int64_t max_mod_revision = 0;
  int64_t min_create_revision = 0;
  int64_t max_create_revision = 0;

  friend bool operator==(const RangeOptions&, const RangeOptions&) = default;
};

struct RangeRequest {
  KeyRange range = {};
  RangeOptions options = {};

  friend bool operator==(const RangeRequest&, const RangeRequest&) = default;
};

struct RangeResponse {
  ResponseHeader header = {};
  std::vector<KeyValue> kvs = {};
  bool more = false;  // the limit cut something off
  int64_t count = 0;  // keys in the range, whatever the limit and the bounds

  friend bool operator==(const RangeResponse&, const RangeResponse&) = default;
};

struct PutOptions {
  LeaseId lease = 0;  // the key goes when the lease does
  bool prev_kv = false;
  bool ignore_value = false;  // keep the value the key has, which must exist
  bool ignore_lease = false;  // keep the lease the key has, which must exist

  friend bool operator==(const PutOptions&, const PutOptions&) = default;
};

struct PutRequest {
  std::string key = {};
  std::string value = {};
  PutOptions options = {};

  friend bool operator==(const PutRequest&, const PutRequest&) = default;
};

struct PutResponse {
  ResponseHeader header = {};
  std::optional<KeyValue> prev_kv = {};  // where asked for and there was one

  friend bool operator==(const PutResponse&, const PutResponse&) = default;
};

struct DeleteOptions {
  bool prev_kv = false;

  friend bool operator==(const DeleteOptions&, const DeleteOptions&) = default;
};

struct DeleteRequest {
  KeyRange range = {};
  DeleteOptions options = {};

  friend bool operator==(const DeleteRequest&, const DeleteRequest&) = default;
};

struct DeleteResponse {
  ResponseHeader header = {};
  int64_t deleted = 0;
  std::vector<KeyValue> prev_kvs = {};  // where asked for, in key order

  friend bool operator==(const DeleteResponse&, const DeleteResponse&) = default;
};

struct CompactOptions {
  /// Answer only when the old versions are gone from the member's disk too.
  bool physical = false;

  friend bool operator==(const CompactOptions&, const CompactOptions&) = default;
};

struct CompactRequest {
  int64_t revision = 0;
  CompactOptions options = {};

  friend bool operator==(const CompactRequest&, const CompactRequest&) = default;
};

struct CompactResponse {
  ResponseHeader header = {};

  friend bool operator==(const CompactResponse&, const CompactResponse&) = default;
};

}  // namespace etcdpp
