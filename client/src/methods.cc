#include "client/src/methods.h"

#include <functional>
#include <utility>

#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/sync_stream.h>

namespace etcdpp {
namespace {

using Done = std::function<void(grpc::Status)>;
using Context = grpc::ClientContext;

grpc::Status EndedWithoutAnswer(const grpc::Status& status) {
  if (!status.ok()) return status;
  return {grpc::StatusCode::UNAVAILABLE, "the renewal's stream ended without an answer"};
}

grpc::Status RenewOnce(const Endpoint& endpoint, Context* context,
                       const pb::LeaseKeepAliveRequest& request,
                       pb::LeaseKeepAliveResponse* response) {
  const auto stream = endpoint.lease->LeaseKeepAlive(context);
  stream->Write(request);
  stream->WritesDone();
  const bool answered = stream->Read(response);
  const grpc::Status status = stream->Finish();
  return answered ? grpc::Status::OK : EndedWithoutAnswer(status);
}

/// RenewOnce without waiting. Deletes itself when gRPC is done with it.
class RenewOnceReactor final
    : public grpc::ClientBidiReactor<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> {
 public:
  RenewOnceReactor(pb::LeaseKeepAliveResponse* response, Done done)
      : response_(response), done_(std::move(done)) {}

  void Start(const Endpoint& endpoint, Context* context, const pb::LeaseKeepAliveRequest* request) {
    endpoint.lease->async()->LeaseKeepAlive(context, this);
    StartWriteLast(request, grpc::WriteOptions());
    StartRead(response_);
    StartCall();
  }

  void OnReadDone(bool ok) override { answered_ = ok; }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<RenewOnceReactor> self(this);
    done_(answered_ ? grpc::Status::OK : EndedWithoutAnswer(status));
  }

 private:
  pb::LeaseKeepAliveResponse* const response_;
  const Done done_;
  bool answered_ = false;
};

}  // namespace

const Rpc<pb::RangeRequest, pb::RangeResponse> kRange{
    [](auto& e, Context* c, auto& q, auto* r) { return e.kv->Range(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.kv->async()->Range(c, q, r, std::move(d));
    },
    Idempotency::kRead};

const Rpc<pb::PutRequest, pb::PutResponse> kPut{
    [](auto& e, Context* c, auto& q, auto* r) { return e.kv->Put(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.kv->async()->Put(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::DeleteRangeRequest, pb::DeleteRangeResponse> kDeleteRange{
    [](auto& e, Context* c, auto& q, auto* r) { return e.kv->DeleteRange(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.kv->async()->DeleteRange(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::TxnRequest, pb::TxnResponse> kTxn{
    [](auto& e, Context* c, auto& q, auto* r) { return e.kv->Txn(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.kv->async()->Txn(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::TxnRequest, pb::TxnResponse> kReadOnlyTxn{kTxn.call, kTxn.start, Idempotency::kRead};

const Rpc<pb::CompactionRequest, pb::CompactionResponse> kCompact{
    [](auto& e, Context* c, auto& q, auto* r) { return e.kv->Compact(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.kv->async()->Compact(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::LeaseGrantRequest, pb::LeaseGrantResponse> kLeaseGrant{
    [](auto& e, Context* c, auto& q, auto* r) { return e.lease->LeaseGrant(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.lease->async()->LeaseGrant(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::LeaseRevokeRequest, pb::LeaseRevokeResponse> kLeaseRevoke{
    [](auto& e, Context* c, auto& q, auto* r) { return e.lease->LeaseRevoke(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.lease->async()->LeaseRevoke(c, q, r, std::move(d));
    },
    Idempotency::kWrite};

const Rpc<pb::LeaseTimeToLiveRequest, pb::LeaseTimeToLiveResponse> kLeaseTimeToLive{
    [](auto& e, Context* c, auto& q, auto* r) { return e.lease->LeaseTimeToLive(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.lease->async()->LeaseTimeToLive(c, q, r, std::move(d));
    },
    Idempotency::kRead};

const Rpc<pb::LeaseLeasesRequest, pb::LeaseLeasesResponse> kLeaseLeases{
    [](auto& e, Context* c, auto& q, auto* r) { return e.lease->LeaseLeases(c, q, r); },
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      e.lease->async()->LeaseLeases(c, q, r, std::move(d));
    },
    Idempotency::kRead};

const Rpc<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> kLeaseKeepAliveOnce{
    RenewOnce,
    [](auto& e, Context* c, auto* q, auto* r, Done d) {
      // Owns itself from here on.
      std::make_unique<RenewOnceReactor>(r, std::move(d)).release()->Start(e, c, q);
    },
    Idempotency::kRead};  // renewing twice is renewing once

void StartWatch(const Endpoint& endpoint, grpc::ClientContext* context,
                WatchBidiStream::Reactor* reactor) {
  endpoint.watch->async()->Watch(context, reactor);
}

void StartKeepAlive(const Endpoint& endpoint, grpc::ClientContext* context,
                    KeepAliveBidiStream::Reactor* reactor) {
  endpoint.lease->async()->LeaseKeepAlive(context, reactor);
}

}  // namespace etcdpp
