#include "client/src/range_stream_call.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include <grpcpp/support/client_callback.h>

#include "client/src/call.h"
#include "client/src/convert.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;

const CallKind kRangeStream{"/etcdserverpb.KV/RangeStream", Idempotency::kRead};

class PieceReactor;

/// A stream of pieces, of which one at most waits to be taken.
class RangeStreamCall final : public AsyncCall {
 public:
  RangeStreamCall(Transport& transport, const RangeRequest& request, CallOptions call)
      : AsyncCall(transport, kRangeStream, std::move(call)), request_(ToProto(request)) {}

  Result<std::optional<RangeResponse>> Next(milliseconds timeout);

  void Cancel() override;

  /// Takes a piece, and keeps `reader` from reading on until that is taken. Returns false where
  /// there is nobody to take it.
  bool Park(PieceReactor* reader, RangeResponse piece);

 private:
  void Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) override;
  bool MayRepeat() const override {
    const std::lock_guard lock(mu_);
    return !begun_;
  }
  void Deliver(Status status) override;

  const pb::RangeRequest request_;

  mutable std::mutex mu_;  // guards what follows
  std::condition_variable changed_;
  std::optional<RangeResponse> piece_;
  PieceReactor* parked_ = nullptr;  // waits for piece_ to be taken
  std::optional<Status> ended_;
  bool begun_ = false;  // a piece has come
  bool cancelled_ = false;
};

/// Reads one stream to its end. Deletes itself when gRPC is done with it.
class PieceReactor final : public grpc::ClientReadReactor<pb::RangeStreamResponse> {
 public:
  PieceReactor(RangeStreamCall& call, AsyncCall::AttemptDone done)
      : call_(call), done_(std::move(done)) {}

  void Start(const Stubs& stubs, grpc::ClientContext* context, const pb::RangeRequest* request) {
    stubs.kv->async()->RangeStream(context, request, this);
    AddHold();  // reads come from outside of reactions, too
    StartRead(&piece_);
    StartCall();
  }

  void ReadOn() { StartRead(&piece_); }

  void OnReadDone(bool ok) override {
    if (!ok) return RemoveHold();
    if (!call_.Park(this, FromProto(std::move(*piece_.mutable_range_response())))) ReadOn();
  }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<PieceReactor> self(this);
    done_(status);
  }

 private:
  RangeStreamCall& call_;
  const AsyncCall::AttemptDone done_;
  pb::RangeStreamResponse piece_;
};

void RangeStreamCall::Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) {
  // Owns itself from here on.
  std::make_unique<PieceReactor>(*this, std::move(done))
      .release()
      ->Start(stubs, context, &request_);
}

bool RangeStreamCall::Park(PieceReactor* reader, RangeResponse piece) {
  const std::lock_guard lock(mu_);
  begun_ = true;
  if (cancelled_) return false;
  piece_ = std::move(piece);
  parked_ = reader;
  changed_.notify_all();
  return true;
}

void RangeStreamCall::Deliver(Status status) {
  const std::lock_guard lock(mu_);
  if (!ended_) ended_ = std::move(status);
  changed_.notify_all();
}

void RangeStreamCall::Cancel() {
  AsyncCall::Cancel();
  PieceReactor* reader = nullptr;
  {
    const std::lock_guard lock(mu_);
    cancelled_ = true;
    piece_.reset();
    reader = std::exchange(parked_, nullptr);
  }
  if (reader != nullptr) reader->ReadOn();  // to the end, which is near
}

Result<std::optional<RangeResponse>> RangeStreamCall::Next(milliseconds timeout) {
  std::unique_lock lock(mu_);
  const auto ready = [this] { return piece_ || ended_; };
  if (timeout == kNoTimeout) {
    changed_.wait(lock, ready);
  } else if (!changed_.wait_for(lock, timeout, ready)) {
    ended_ = Status(Code::kDeadlineExceeded, "the next piece of the range took too long");
    lock.unlock();
    Cancel();
    lock.lock();
  }
  if (piece_) {
    std::optional<RangeResponse> taken = std::exchange(piece_, std::nullopt);
    PieceReactor* const reader = std::exchange(parked_, nullptr);
    lock.unlock();
    reader->ReadOn();
    return taken;
  }
  if (!ended_->ok()) return *ended_;
  return std::optional<RangeResponse>();
}

class GrpcRangeStream final : public RangeStream {
 public:
  GrpcRangeStream(std::shared_ptr<RangeStreamCall> call, milliseconds timeout)
      : call_(std::move(call)), timeout_(timeout) {}
  ~GrpcRangeStream() override { call_->Cancel(); }
  GrpcRangeStream(const GrpcRangeStream&) = delete;
  GrpcRangeStream& operator=(const GrpcRangeStream&) = delete;

  Result<std::optional<RangeResponse>> Next() override { return call_->Next(timeout_); }
  void Cancel() override { call_->Cancel(); }

 private:
  const std::shared_ptr<RangeStreamCall> call_;
  const milliseconds timeout_;  // of each piece
};

}  // namespace

std::unique_ptr<RangeStream> StartRangeStream(Transport& transport, RangeParams params) {
  const milliseconds timeout = params.call.timeout.value_or(transport.options.call_timeout);
  params.call.timeout = kNoTimeout;
  auto call = std::make_shared<RangeStreamCall>(transport, params.request, std::move(params.call));
  call->Start();
  return std::make_unique<GrpcRangeStream>(std::move(call), timeout);
}

}  // namespace etcdpp
