#include "client/src/snapshot_call.h"

#include <memory>
#include <utility>

#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/sync_stream.h>

#include "client/src/call.h"
#include "client/src/convert.h"
#include "client/src/snapshot_digest.h"

namespace etcdpp {
namespace {

const CallKind kSnapshot{"/etcdserverpb.Maintenance/Snapshot", Idempotency::kRead};

/// What of a snapshot has come. Not thread-safe.
class SnapshotReceiver {
 public:
  explicit SnapshotReceiver(SnapshotRequest request) : request_(std::move(request)) {}

  bool empty() const { return digest_.size_bytes() == 0; }

  /// Hands a piece on. Returns false where the sink wants no more, and is given no more then.
  bool Take(pb::SnapshotResponse&& piece) noexcept {
    if (!sink_status_.ok()) return false;
    if (!piece.version().empty()) response_.version = std::move(*piece.mutable_version());
    remaining_bytes_ = piece.remaining_bytes();
    digest_.Add(piece.blob());
    if (request_.sink) sink_status_ = request_.sink(piece.blob());
    if (!sink_status_.ok()) return false;
    if (request_.progress) request_.progress({digest_.size_bytes(), remaining_bytes_});
    return true;
  }

  /// The result, once the stream has ended with `status`.
  Result<SnapshotResponse> Finish(Status status) {
    if (!sink_status_.ok()) return sink_status_;
    if (!status.ok()) return status;
    if (Status verified = digest_.Verify(); !verified.ok()) return verified;
    response_.size_bytes = digest_.size_bytes();
    return std::move(response_);
  }

 private:
  const SnapshotRequest request_;
  SnapshotDigest digest_;
  SnapshotResponse response_;
  uint64_t remaining_bytes_ = 0;
  Status sink_status_;
};

class SnapshotAttempt final : public Attempt {
 public:
  explicit SnapshotAttempt(SnapshotRequest request) : receiver_(std::move(request)) {}

  grpc::Status Run(const Stubs& stubs, grpc::ClientContext* context) override {
    const auto stream = stubs.maintenance->Snapshot(context, {});
    pb::SnapshotResponse piece;
    while (stream->Read(&piece)) {
      if (!receiver_.Take(std::move(piece))) context->TryCancel();
    }
    return stream->Finish();
  }

  bool MayRepeat() const override { return receiver_.empty(); }

  SnapshotReceiver& receiver() { return receiver_; }

 private:
  SnapshotReceiver receiver_;
};

/// Reads one stream to its end. Deletes itself when gRPC is done with it.
class SnapshotReactor final : public grpc::ClientReadReactor<pb::SnapshotResponse> {
 public:
  SnapshotReactor(SnapshotReceiver& receiver, grpc::ClientContext* context,
                  AsyncCall::AttemptDone done)
      : receiver_(receiver), context_(context), done_(std::move(done)) {}

  void Start(const Stubs& stubs) {
    stubs.maintenance->async()->Snapshot(context_, &request_, this);
    StartRead(&piece_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      const CallbackScope scope;
      if (!receiver_.Take(std::move(piece_))) context_->TryCancel();
    }
    StartRead(&piece_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<SnapshotReactor> self(this);
    done_(status);
  }

 private:
  SnapshotReceiver& receiver_;
  grpc::ClientContext* const context_;
  const AsyncCall::AttemptDone done_;
  const pb::SnapshotRequest request_;
  pb::SnapshotResponse piece_;
};

class SnapshotCall final : public AsyncCall {
 public:
  SnapshotCall(Transport& transport, SnapshotParams params, Callback<SnapshotResponse> done)
      : AsyncCall(transport, kSnapshot, std::move(params.call)),
        receiver_(std::move(params.request)),
        done_(std::move(done)) {}

 private:
  void Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) override {
    // Owns itself from here on.
    std::make_unique<SnapshotReactor>(receiver_, context, std::move(done)).release()->Start(stubs);
  }
  bool MayRepeat() const override { return receiver_.empty(); }
  void Deliver(Status status) override {
    std::exchange(done_, nullptr)(receiver_.Finish(std::move(status)));
  }

  SnapshotReceiver receiver_;
  Callback<SnapshotResponse> done_;
};

// However large the database is: only a caller can know how long is too long.
SnapshotParams WithOwnDeadline(SnapshotParams params) {
  if (!params.call.timeout) params.call.timeout = kNoTimeout;
  return params;
}

}  // namespace

Result<SnapshotResponse> TakeSnapshot(Transport& transport, SnapshotParams params) {
  params = WithOwnDeadline(std::move(params));
  SnapshotAttempt attempt(std::move(params.request));
  Status status = Call(transport, kSnapshot, attempt, params.call);
  return attempt.receiver().Finish(std::move(status));
}

void StartSnapshot(Transport& transport, SnapshotParams params, Callback<SnapshotResponse> done) {
  std::make_shared<SnapshotCall>(transport, WithOwnDeadline(std::move(params)), std::move(done))
      ->Start();
}

}  // namespace etcdpp
