#include "etcdpp/queue.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "client/src/session_state.h"
#include "etcdpp/async_client.h"

namespace etcdpp {
namespace {

struct QueueRequest {
  std::shared_ptr<Connection> connection;
  std::string prefix;
  SortTarget order = SortTarget::kKey;  // in which values are taken
  bool try_only = false;
};

// Nothing: there is none, and it was not to be waited for.
Future<std::optional<std::string>> Take(QueueRequest queue, WaitOptions wait) {
  WaitScope scope(*queue.connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  AsyncClient async(queue.connection);
  RangeOptions first;
  first.limit = 1;
  first.sort_order = SortOrder::kAscend;
  first.sort_target = queue.order;
  while (true) {
    const auto found = co_await async.Range(KeyRange::Prefix(queue.prefix), first, scope.call());
    if (!found.ok()) co_return scope.Explain(found.status());
    if (!found->kvs.empty()) {
      const KeyValue& kv = found->kvs[0];
      TxnRequest txn;
      txn.If(cmp::ModRevision(kv.key) == kv.mod_revision).Then(op::Delete(kv.key));
      const auto taken = co_await async.Commit(std::move(txn), scope.call());
      if (!taken.ok()) co_return scope.Explain(taken.status());
      if (taken->succeeded) co_return std::optional<std::string>(kv.value);
      continue;
    }
    if (queue.try_only) co_return std::optional<std::string>();
    WatchParams params;
    params.call = scope.call();
    params.request.range = KeyRange::Prefix(queue.prefix);
    params.request.options.start_revision = found->header.revision + 1;
    params.request.options.no_deletes = true;
    Watch watch(queue.connection->Watch(std::move(params)));
    auto next = co_await watch.AsyncNext();
    while (next.ok() && next->IsProgress()) next = co_await watch.AsyncNext();
    // Where that is compacted something was put meanwhile: a look tells.
    if (!next.ok() && next.status().reason() != Reason::kCompacted) {
      co_return scope.Explain(next.status());
    }
  }
}

Future<std::string> Taken(Future<std::optional<std::string>> taking) {
  auto taken = co_await std::move(taking);
  if (!taken.ok()) co_return taken.status();
  co_return *std::move(*taken);
}

std::string Padded(int64_t number, int width) {
  char text[32];
  (void)std::snprintf(text, sizeof(text), "%0*lld", width, static_cast<long long>(number));
  return text;
}

int64_t NumberAtTheEnd(const std::string& key) {
  const size_t slash = key.rfind('/');
  int64_t number = -1;
  (void)std::from_chars(key.data() + slash + 1, key.data() + key.size(), number);
  return number;
}

}  // namespace

Queue::Queue(const Client& client, std::string_view name)
    : connection_(client.connection()), prefix_(std::string(name) + "/") {}

Status Queue::Enqueue(std::string_view value, const CallOptions& call) {
  Client client(connection_);
  while (true) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    const auto put = client.PutIfAbsent(prefix_ + std::to_string(nanos), value, {}, call);
    if (!put.ok()) return put.status();
    if (*put) return {};
  }
}

Result<std::string> Queue::Dequeue(const WaitOptions& wait) { return AsyncDequeue(wait).Get(); }

Future<std::string> Queue::AsyncDequeue(const WaitOptions& wait) {
  return Taken(Take({connection_, prefix_, SortTarget::kModRevision, false}, wait));
}

Result<std::optional<std::string>> Queue::TryDequeue(const WaitOptions& wait) {
  return Take({connection_, prefix_, SortTarget::kModRevision, true}, wait).Get();
}

PriorityQueue::PriorityQueue(const Client& client, std::string_view name)
    : connection_(client.connection()), prefix_(std::string(name) + "/") {}

Status PriorityQueue::Enqueue(std::string_view value, uint16_t priority, const CallOptions& call) {
  const std::string prefix = prefix_ + Padded(priority, 5);
  // Written with each value, so that a number is not given twice where the last one was taken.
  const std::string base = "__" + prefix;
  Client client(connection_);
  RangeOptions last;
  last.limit = 1;
  last.sort_order = SortOrder::kDescend;
  while (true) {
    const auto found = client.Range(KeyRange::Prefix(prefix), last, call);
    if (!found.ok()) return found.status();
    const int64_t number = found->kvs.empty() ? 0 : NumberAtTheEnd(found->kvs[0].key) + 1;
    const auto put = client.Txn()
                         .If(cmp::ModRevision(base) < found->header.revision + 1)
                         .Then(op::Put(base, ""), op::Put(prefix + "/" + Padded(number, 16), value))
                         .Commit(call);
    if (!put.ok()) return put.status();
    if (put->succeeded) return {};
  }
}

Result<std::string> PriorityQueue::Dequeue(const WaitOptions& wait) {
  return AsyncDequeue(wait).Get();
}

Future<std::string> PriorityQueue::AsyncDequeue(const WaitOptions& wait) {
  return Taken(Take({connection_, prefix_, SortTarget::kKey, false}, wait));
}

Result<std::optional<std::string>> PriorityQueue::TryDequeue(const WaitOptions& wait) {
  return Take({connection_, prefix_, SortTarget::kKey, true}, wait).Get();
}

}  // namespace etcdpp
