#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/client.h"

namespace etcdpp {

struct KubernetesGetOptions {
  int64_t revision = 0;  // 0: now
};

struct KubernetesListOptions {
  int64_t revision = 0;  // 0: now
  int64_t limit = 0;     // 0: no limit
  /// Where to go on: the last key seen, with a zero byte added. Empty: at the first.
  std::string resume_at = {};
};

struct KubernetesPutOptions {
  bool get_on_failure = false;  // tell what the key is where it is not as expected
  LeaseId lease = 0;
};

struct KubernetesDeleteOptions {
  bool get_on_failure = false;
};

/// What Kubernetes needs of etcd, and no more: Go's clientv3/kubernetes. Thread-safe.
///
///   Kubernetes etcd(client);
///   auto list = etcd.List("/registry/pods/", {.limit = 500});
///   auto put = etcd.OptimisticPut(key, value, kv.mod_revision, {.get_on_failure = true});
///   if (put.ok() && !put->succeeded) TryAgainWith(put->kv);
class Kubernetes {
 public:
  struct GetResponse {
    std::optional<KeyValue> kv = {};
    int64_t revision = 0;  // of the store
  };

  struct ListResponse {
    std::vector<KeyValue> kvs = {};
    int64_t count = 0;     // from `resume_at` on, whatever the limit
    int64_t revision = 0;  // of the store
  };

  struct WriteResponse {
    bool succeeded = false;
    std::optional<KeyValue> kv = {};  // where it has not, was asked for and there is one
    int64_t revision = 0;             // of the store
  };

  explicit Kubernetes(const Client& client) : client_(client) {}

  Result<GetResponse> Get(std::string_view key, const KubernetesGetOptions& options = {},
                          const CallOptions& call = {});

  /// The keys that begin with `prefix`, in order.
  Result<ListResponse> List(std::string_view prefix, const KubernetesListOptions& options = {},
                            const CallOptions& call = {});

  /// How many keys begin with `prefix`.
  Result<int64_t> Count(std::string_view prefix, const CallOptions& call = {});

  /// Writes, or deletes, where the key was last written at `expected_revision`; 0: where it does
  /// not exist.
  Result<WriteResponse> OptimisticPut(std::string_view key, std::string_view value,
                                      int64_t expected_revision,
                                      const KubernetesPutOptions& options = {},
                                      const CallOptions& call = {});
  Result<WriteResponse> OptimisticDelete(std::string_view key, int64_t expected_revision,
                                         const KubernetesDeleteOptions& options = {},
                                         const CallOptions& call = {});

 private:
  Client client_;
};

}  // namespace etcdpp
