#include "fakeserver/engine/key_space.h"

#include <string>
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"

namespace fakeetcd {

absl::StatusOr<PutResponse> KeySpace::Put(const PutRequest& request) {
  if (request.lease != 0 && !leases_.Contains(request.lease)) return error::LeaseNotFound();
  OpTally tally(counts_);
  if ((request.ignore_value || request.ignore_lease) && !store_.Get(request.key)) {
    tally.Range();
    return error::KeyNotFound();
  }
  return ExecutePut(request, tally);
}

PutResponse KeySpace::ExecutePut(const PutRequest& request, OpTally& tally) {
  std::string_view value = request.value;
  int64_t lease = request.lease;
  VersionPtr kept;  // keeps the value that is kept alive
  if (request.ignore_value || request.ignore_lease) {
    kept = store_.Get(request.key);
    if (request.ignore_value) value = kept->value();
    if (request.ignore_lease) lease = kept->lease();
  }
  if (kept || request.prev_kv) tally.Range();
  tally.Put(request.key.size() + value.size());
  VersionPtr before = store_.Put(request.key, value, lease);
  const int64_t old_lease = before ? before->lease() : 0;
  if (old_lease != lease) {
    if (old_lease != 0) leases_.Detach(old_lease, request.key);
    if (lease != 0) leases_.Attach(lease, request.key);
  }
  PutResponse response{.revision = RevisionSoFar()};
  if (request.prev_kv) response.prev_kv = std::move(before);
  return response;
}

DeleteRangeResponse KeySpace::DeleteRange(const DeleteRangeRequest& request) {
  OpTally tally(counts_);
  return ExecuteDeleteRange(request, tally);
}

DeleteRangeResponse KeySpace::ExecuteDeleteRange(const DeleteRangeRequest& request,
                                                 OpTally& tally) {
  if (request.prev_kv) tally.Range();
  tally.Delete();
  std::vector<VersionPtr> deleted = store_.DeleteRange(KeyRange(request.key, request.range_end));
  for (const VersionPtr& version : deleted) {
    if (version->lease() != 0) leases_.Detach(version->lease(), version->key());
  }
  DeleteRangeResponse response{.revision = RevisionSoFar(),
                               .deleted = static_cast<int64_t>(deleted.size())};
  if (request.prev_kv) response.prev_kvs = std::move(deleted);
  return response;
}

void KeySpace::DeleteKeysOf(const LeaseTable::Ended& lease) {
  OpTally tally(counts_);
  for (const std::string& key : lease.keys) {
    tally.Delete();
    store_.DeleteRange(KeyRange(key, {}));
  }
}

}  // namespace fakeetcd
