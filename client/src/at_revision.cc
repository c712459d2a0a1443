#include <memory>
#include <utility>
#include <variant>

#include "client/src/refuse.h"
#include "etcdpp/client.h"
#include "etcdpp/decorator.h"

namespace etcdpp {
namespace {

Status ReadOnly() { return {Code::kFailedPrecondition, "a view of a past revision is read-only"}; }

Status Compares() {
  return {Code::kFailedPrecondition,
          "a view of a past revision cannot compare: etcd compares keys as they are now"};
}

bool ComparesAnything(const TxnRequest& request) {
  if (!request.compares.empty()) return true;
  for (const auto* ops : {&request.success, &request.failure}) {
    for (const Op& op : *ops) {
      const auto* nested = std::get_if<TxnRequest>(&op.request);
      if (nested != nullptr && ComparesAnything(*nested)) return true;
    }
  }
  return false;
}

class PinnedConnection final : public ConnectionDecorator {
 public:
  PinnedConnection(std::shared_ptr<Connection> inner, int64_t revision)
      : ConnectionDecorator(std::move(inner)), revision_(revision) {}

  Result<RangeResponse> Range(RangeParams params) override {
    Pin(&params.request);
    return inner().Range(std::move(params));
  }
  Result<PutResponse> Put(PutParams /*params*/) override { return ReadOnly(); }
  Result<DeleteResponse> Delete(DeleteParams /*params*/) override { return ReadOnly(); }
  Result<TxnResponse> Txn(TxnParams params) override {
    if (Status allowed = Pin(&params.request); !allowed.ok()) return allowed;
    return inner().Txn(std::move(params));
  }

  void AsyncRange(RangeParams params, Callback<RangeResponse> done) override {
    Pin(&params.request);
    inner().AsyncRange(std::move(params), std::move(done));
  }
  void AsyncPut(PutParams /*params*/, Callback<PutResponse> done) override {
    Refuse(inner(), ReadOnly(), std::move(done));
  }
  void AsyncDelete(DeleteParams /*params*/, Callback<DeleteResponse> done) override {
    Refuse(inner(), ReadOnly(), std::move(done));
  }
  void AsyncTxn(TxnParams params, Callback<TxnResponse> done) override {
    if (Status allowed = Pin(&params.request); !allowed.ok()) {
      return Refuse(inner(), std::move(allowed), std::move(done));
    }
    inner().AsyncTxn(std::move(params), std::move(done));
  }

  std::unique_ptr<RangeStream> StreamRange(RangeParams params) override {
    Pin(&params.request);
    return inner().StreamRange(std::move(params));
  }
  std::unique_ptr<WatchStream> Watch(WatchParams params) override {
    int64_t& start = params.request.options.start_revision;
    if (start == 0) start = revision_ + 1;
    return inner().Watch(std::move(params));
  }

 private:
  void Pin(RangeRequest* request) const {
    if (request->options.revision == 0) request->options.revision = revision_;
  }

  Status Pin(TxnRequest* request) const {
    if (!IsReadOnly(*request)) return ReadOnly();
    if (ComparesAnything(*request)) return Compares();
    PinOps(request);
    return {};
  }

  void PinOps(TxnRequest* request) const {
    for (auto* ops : {&request->success, &request->failure}) {
      for (Op& op : *ops) {
        if (auto* range = std::get_if<RangeRequest>(&op.request)) Pin(range);
        if (auto* nested = std::get_if<TxnRequest>(&op.request)) PinOps(nested);
      }
    }
  }

  const int64_t revision_;
};

}  // namespace

std::shared_ptr<Connection> AtRevision(std::shared_ptr<Connection> connection, int64_t revision) {
  return std::make_shared<PinnedConnection>(std::move(connection), revision);
}

Client Client::At(int64_t revision) const { return Client(AtRevision(connection_, revision)); }

}  // namespace etcdpp
