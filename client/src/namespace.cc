#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "client/src/refuse.h"
#include "etcdpp/client.h"
#include "etcdpp/decorator.h"

namespace etcdpp {
namespace {

/// Adds a prefix to keys, and takes it away.
class Prefix {
 public:
  explicit Prefix(std::string_view prefix) : prefix_(prefix), end_(PrefixRangeEnd(prefix)) {}

  void Add(std::string* key) const { key->insert(0, prefix_); }

  void Add(KeyRange* range) const {
    static const std::string kNoEnd(1, '\0');
    std::string begin = prefix_ + range->key();
    if (range->end().empty()) {
      *range = KeyRange(std::move(begin));
    } else {
      *range = KeyRange::HalfOpen(begin, range->end() == kNoEnd ? end_ : prefix_ + range->end());
    }
  }

  void Add(RangeRequest* request) const { Add(&request->range); }
  void Add(PutRequest* request) const { Add(&request->key); }
  void Add(DeleteRequest* request) const { Add(&request->range); }
  void Add(TxnRequest* request) const {
    for (Compare& compare : request->compares) Add(&compare.range);
    for (std::vector<Op>* ops : {&request->success, &request->failure}) {
      for (Op& op : *ops) {
        std::visit([this](auto& nested) { Add(&nested); }, op.request);
      }
    }
  }

  void Take(std::string* key) const { key->erase(0, prefix_.size()); }
  void Take(KeyValue* kv) const { Take(&kv->key); }
  void Take(std::vector<KeyValue>* kvs) const {
    for (KeyValue& kv : *kvs) Take(&kv);
  }
  void Take(RangeResponse* response) const { Take(&response->kvs); }
  void Take(PutResponse* response) const {
    if (response->prev_kv) Take(&*response->prev_kv);
  }
  void Take(DeleteResponse* response) const { Take(&response->prev_kvs); }
  void Take(TxnResponse* response) const {
    for (OpResponse& op : response->responses) {
      std::visit([this](auto& nested) { Take(&nested); }, op.response);
    }
  }
  void Take(WatchResponse* response) const {
    for (WatchEvent& event : response->events) {
      Take(&event.kv);
      if (event.prev_kv) Take(&*event.prev_kv);
    }
  }
  /// A lease may have keys that do not begin with the prefix: those are left out.
  void Take(TimeToLiveResponse* response) const {
    std::erase_if(response->keys,
                  [this](const std::string& key) { return !key.starts_with(prefix_); });
    for (std::string& key : response->keys) Take(&key);
  }

  template <typename Response>
  Result<Response> Taken(Result<Response> result) const {
    if (result.ok()) Take(&*result);
    return result;
  }

 private:
  const std::string prefix_;
  const std::string end_;  // of all that begins with it
};

// With a prefix before it, an empty key would no longer be the mistake that it is.
bool HasKey(const RangeRequest& request) { return !request.range.key().empty(); }
bool HasKey(const PutRequest& request) { return !request.key.empty(); }
bool HasKey(const DeleteRequest& request) { return !request.range.key().empty(); }
bool HasKey(const TxnRequest& request) {
  const auto has_key = [](const Op& op) {
    return std::visit([](const auto& nested) { return HasKey(nested); }, op.request);
  };
  return std::all_of(request.compares.begin(), request.compares.end(),
                     [](const Compare& compare) { return !compare.range.key().empty(); }) &&
         std::all_of(request.success.begin(), request.success.end(), has_key) &&
         std::all_of(request.failure.begin(), request.failure.end(), has_key);
}

Status NoKey() { return {Code::kInvalidArgument, "etcdserver: key is not provided"}; }

/// A stream whose pairs lose the prefix.
class NamespacedRangeStream final : public RangeStream {
 public:
  NamespacedRangeStream(std::unique_ptr<RangeStream> inner, std::shared_ptr<const Prefix> prefix)
      : inner_(std::move(inner)), prefix_(std::move(prefix)) {}

  Result<std::optional<RangeResponse>> Next() override {
    auto piece = inner_->Next();
    if (piece.ok() && *piece) prefix_->Take(&**piece);
    return piece;
  }
  void Cancel() override { inner_->Cancel(); }

 private:
  const std::unique_ptr<RangeStream> inner_;
  const std::shared_ptr<const Prefix> prefix_;
};

/// A stream that cannot be.
class FailedRangeStream final : public RangeStream {
 public:
  explicit FailedRangeStream(Status status) : status_(std::move(status)) {}

  Result<std::optional<RangeResponse>> Next() override { return status_; }
  void Cancel() override {}

 private:
  const Status status_;
};

/// A watch whose events lose the prefix.
class NamespacedWatch final : public WatchStream {
 public:
  NamespacedWatch(std::unique_ptr<WatchStream> inner, std::shared_ptr<const Prefix> prefix)
      : inner_(std::move(inner)), prefix_(std::move(prefix)) {}

  Result<WatchResponse> Next() override { return prefix_->Taken(inner_->Next()); }
  Result<WatchResponse> NextFor(std::chrono::milliseconds timeout) override {
    return prefix_->Taken(inner_->NextFor(timeout));
  }
  void AsyncNext(std::chrono::milliseconds timeout,
                 std::function<void(Result<WatchResponse>)> done) override {
    inner_->AsyncNext(timeout,
                      [prefix = prefix_, done = std::move(done)](Result<WatchResponse> result) {
                        done(prefix->Taken(std::move(result)));
                      });
  }
  void RequestProgress() override { inner_->RequestProgress(); }
  void Cancel() override { inner_->Cancel(); }
  int64_t compact_revision() const override { return inner_->compact_revision(); }

 private:
  const std::unique_ptr<WatchStream> inner_;
  const std::shared_ptr<const Prefix> prefix_;
};

class NamespacedConnection final : public ConnectionDecorator {
 public:
  NamespacedConnection(std::shared_ptr<Connection> inner, std::string_view prefix)
      : ConnectionDecorator(std::move(inner)), prefix_(std::make_shared<const Prefix>(prefix)) {}

  Result<RangeResponse> Range(RangeParams params) override {
    return Blocking(&Connection::Range, std::move(params));
  }
  Result<PutResponse> Put(PutParams params) override {
    return Blocking(&Connection::Put, std::move(params));
  }
  Result<DeleteResponse> Delete(DeleteParams params) override {
    return Blocking(&Connection::Delete, std::move(params));
  }
  Result<TxnResponse> Txn(TxnParams params) override {
    return Blocking(&Connection::Txn, std::move(params));
  }
  Result<TimeToLiveResponse> TimeToLive(TimeToLiveParams params) override {
    return prefix_->Taken(inner().TimeToLive(std::move(params)));
  }

  void AsyncRange(RangeParams params, Callback<RangeResponse> done) override {
    Async(&Connection::AsyncRange, std::move(params), std::move(done));
  }
  void AsyncPut(PutParams params, Callback<PutResponse> done) override {
    Async(&Connection::AsyncPut, std::move(params), std::move(done));
  }
  void AsyncDelete(DeleteParams params, Callback<DeleteResponse> done) override {
    Async(&Connection::AsyncDelete, std::move(params), std::move(done));
  }
  void AsyncTxn(TxnParams params, Callback<TxnResponse> done) override {
    Async(&Connection::AsyncTxn, std::move(params), std::move(done));
  }
  void AsyncTimeToLive(TimeToLiveParams params, Callback<TimeToLiveResponse> done) override {
    inner().AsyncTimeToLive(std::move(params), Taking(std::move(done)));
  }

  std::unique_ptr<RangeStream> StreamRange(RangeParams params) override {
    if (!HasKey(params.request)) return std::make_unique<FailedRangeStream>(NoKey());
    prefix_->Add(&params.request);
    return std::make_unique<NamespacedRangeStream>(inner().StreamRange(std::move(params)), prefix_);
  }

  std::unique_ptr<WatchStream> Watch(WatchParams params) override {
    // As etcd takes it: the smallest key there is.
    if (params.request.range.key().empty()) {
      params.request.range = KeyRange::HalfOpen(std::string(1, '\0'), params.request.range.end());
    }
    prefix_->Add(&params.request.range);
    return std::make_unique<NamespacedWatch>(inner().Watch(std::move(params)), prefix_);
  }

 private:
  template <typename Response, typename Request>
  Result<Response> Blocking(Result<Response> (Connection::*call)(Params<Request>),
                            Params<Request> params) {
    if (!HasKey(params.request)) return NoKey();
    prefix_->Add(&params.request);
    return prefix_->Taken((inner().*call)(std::move(params)));
  }

  template <typename Response, typename Request>
  void Async(void (Connection::*call)(Params<Request>, Callback<Response>), Params<Request> params,
             Callback<Response> done) {
    if (!HasKey(params.request)) return Refuse(inner(), NoKey(), std::move(done));
    prefix_->Add(&params.request);
    (inner().*call)(std::move(params), Taking(std::move(done)));
  }

  template <typename Response>
  Callback<Response> Taking(Callback<Response> done) const {
    return [prefix = prefix_, done = std::move(done)](Result<Response> result) {
      done(prefix->Taken(std::move(result)));
    };
  }

  const std::shared_ptr<const Prefix> prefix_;
};

}  // namespace

std::shared_ptr<Connection> WithNamespace(std::shared_ptr<Connection> connection,
                                          std::string_view prefix) {
  return std::make_shared<NamespacedConnection>(std::move(connection), prefix);
}

Client Client::InNamespace(std::string_view prefix) const {
  return Client(WithNamespace(connection_, prefix));
}

}  // namespace etcdpp
