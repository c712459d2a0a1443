#include "etcdpp/kubernetes.h"

#include <utility>

namespace etcdpp {
namespace {

// The key, where the first operation of a transaction has read it.
std::optional<KeyValue> FirstRead(TxnResponse* done) {
  if (done->responses.empty()) return std::nullopt;
  auto* range = std::get_if<RangeResponse>(&done->responses.front().response);
  if (range == nullptr || range->kvs.empty()) return std::nullopt;
  return std::move(range->kvs.front());
}

Result<Kubernetes::WriteResponse> WriteIfUnchanged(Client& client, std::string_view key,
                                                   int64_t expected_revision, TxnRequest request,
                                                   const CallOptions& call) {
  request.If(cmp::ModRevision(key) == expected_revision);
  auto done = client.Commit(std::move(request), call);
  if (!done.ok()) return done.status();
  Kubernetes::WriteResponse response{done->succeeded, std::nullopt, done->header.revision};
  if (!done->succeeded) response.kv = FirstRead(&*done);
  return response;
}

}  // namespace

Result<Kubernetes::GetResponse> Kubernetes::Get(std::string_view key,
                                                const KubernetesGetOptions& options,
                                                const CallOptions& call) {
  auto range = client_.Range(key, {.limit = 1, .revision = options.revision}, call);
  if (!range.ok()) return range.status();
  GetResponse response{std::nullopt, range->header.revision};
  if (!range->kvs.empty()) response.kv = std::move(range->kvs.front());
  return response;
}

Result<Kubernetes::ListResponse> Kubernetes::List(std::string_view prefix,
                                                  const KubernetesListOptions& options,
                                                  const CallOptions& call) {
  const std::string_view begin = options.resume_at.empty() ? prefix : options.resume_at;
  const auto keys = KeyRange::HalfOpen(begin, PrefixRangeEnd(prefix));
  auto range = client_.Range(keys, {.limit = options.limit, .revision = options.revision}, call);
  if (!range.ok()) return range.status();
  return ListResponse{std::move(range->kvs), range->count, range->header.revision};
}

Result<int64_t> Kubernetes::Count(std::string_view prefix, const CallOptions& call) {
  const auto range = client_.Range(KeyRange::Prefix(prefix), {.count_only = true}, call);
  if (!range.ok()) return range.status();
  return range->count;
}

Result<Kubernetes::WriteResponse> Kubernetes::OptimisticPut(std::string_view key,
                                                            std::string_view value,
                                                            int64_t expected_revision,
                                                            const KubernetesPutOptions& options,
                                                            const CallOptions& call) {
  TxnRequest request;
  request.Then(op::Put(key, value, {.lease = options.lease}));
  if (options.get_on_failure) request.Else(op::Get(key));
  return WriteIfUnchanged(client_, key, expected_revision, std::move(request), call);
}

Result<Kubernetes::WriteResponse> Kubernetes::OptimisticDelete(
    std::string_view key, int64_t expected_revision, const KubernetesDeleteOptions& options,
    const CallOptions& call) {
  TxnRequest request;
  request.Then(op::Delete(key));
  if (options.get_on_failure) request.Else(op::Get(key));
  return WriteIfUnchanged(client_, key, expected_revision, std::move(request), call);
}

}  // namespace etcdpp
