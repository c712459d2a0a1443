#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "fakeserver/mvcc/version.h"

namespace fakeetcd {

// Requests and responses of the key space as the engine sees them: etcd's messages without the
// wire. Field names are etcd's. Requests are views: the strings must outlive the call. Responses
// share the stored versions and may be read after the engine's lock is gone.

/// What a range is sorted by, and which way; values beyond these can come over the wire.
enum class SortOrder : int { kNone = 0, kAscend = 1, kDescend = 2 };
enum class SortTarget : int { kKey = 0, kVersion = 1, kCreate = 2, kMod = 3, kValue = 4 };

struct RangeRequest {
  std::string_view key;
  std::string_view range_end;
  int64_t limit = 0;
  int64_t revision = 0;
  SortOrder sort_order = SortOrder::kNone;
  SortTarget sort_target = SortTarget::kKey;
  bool serializable = false;
  bool keys_only = false;
  bool count_only = false;
  int64_t min_mod_revision = 0;
  int64_t max_mod_revision = 0;
  int64_t min_create_revision = 0;
  int64_t max_create_revision = 0;
};

struct RangeResponse {
  int64_t revision = 0;  // of the header
  std::vector<VersionPtr> kvs;
  int64_t count = 0;
  bool more = false;
  bool keys_only = false;      // leave the values out
  bool without_lease = false;  // and the leases
};

struct PutRequest {
  std::string_view key;
  std::string_view value;
  int64_t lease = 0;
  bool prev_kv = false;
  bool ignore_value = false;
  bool ignore_lease = false;
};

struct PutResponse {
  int64_t revision = 0;
  VersionPtr prev_kv;
};

struct DeleteRangeRequest {
  std::string_view key;
  std::string_view range_end;
  bool prev_kv = false;
};

struct DeleteRangeResponse {
  int64_t revision = 0;
  int64_t deleted = 0;
  std::vector<VersionPtr> prev_kvs;
};

/// How a compare relates the stored value to its operand; values beyond these hold always.
enum class CompareResult : int { kEqual = 0, kGreater = 1, kLess = 2, kNotEqual = 3 };
/// What a compare looks at; values beyond these count as equal.
enum class CompareTarget : int { kVersion = 0, kCreate = 1, kMod = 2, kValue = 3, kLease = 4 };

struct Compare {
  CompareResult result = CompareResult::kEqual;
  CompareTarget target = CompareTarget::kVersion;
  std::string_view key;
  std::string_view range_end;
  // The operand of `target`; 0 or empty when the request held none or another's.
  int64_t number = 0;
  std::string_view value;
};

struct RequestOp;

struct TxnRequest {
  std::vector<Compare> compare;
  std::vector<RequestOp> success;
  std::vector<RequestOp> failure;
};

/// One operation of a transaction; monostate is one that came without any.
struct RequestOp {
  std::variant<std::monostate, RangeRequest, PutRequest, DeleteRangeRequest, TxnRequest> request;
};

struct ResponseOp;

struct TxnResponse {
  int64_t revision = 0;
  bool succeeded = false;
  std::vector<ResponseOp> responses;
};

struct ResponseOp {
  std::variant<RangeResponse, PutResponse, DeleteRangeResponse, TxnResponse> response;
};

}  // namespace fakeetcd
