#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <grpcpp/channel.h>

#include "conformance/support/stream_recorder.h"
#include "conformance/support/wire.h"

namespace conformance {

/// A stream that only the server talks on. Waits are bounded; one that ends in vain ends the case,
/// as a failure.
///
///   ServerStream<electionpb::LeaderResponse> stream(
///       "/v3electionpb.Election/Observe", {}, [&](grpc::ClientContext* context) {
///         return electionpb::Election::NewStub(wire.channel())->Observe(context, request);
///       });
template <typename Response>
class ServerStream {
 public:
  static constexpr std::chrono::seconds kPatience{10};
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Response>>(grpc::ClientContext*)>;

  ServerStream(std::string method, const CallOptions& options, const Open& open)
      : recorder_(
            std::move(method),
            [&options](grpc::ClientContext* context) { Prepare(options, context); },
            [&open](grpc::ClientContext* context) {
              return std::make_unique<ReadOnly>(open(context));
            }) {}

  void Cancel() { recorder_.Cancel(); }

  /// The oldest message not yet taken.
  Response Next() {
    auto response = TryNext(kPatience);
    if (!response) throw std::runtime_error("waited in vain for a message of the stream");
    return *std::move(response);
  }

  /// Nothing if none comes in time.
  std::optional<Response> TryNext(std::chrono::milliseconds timeout) {
    return recorder_.Next(timeout, [](const Response&) { return true; });
  }

  /// How the stream ended.
  grpc::Status End() {
    const auto status = recorder_.End(kPatience);
    if (!status) throw std::runtime_error("waited in vain for the end of the stream");
    return *status;
  }

 private:
  // What the recorder takes, of a stream that is only read.
  class ReadOnly final : public grpc::ClientReaderWriterInterface<Response, Response> {
   public:
    explicit ReadOnly(std::unique_ptr<grpc::ClientReader<Response>> reader)
        : reader_(std::move(reader)) {}

    bool Read(Response* message) override { return reader_->Read(message); }
    bool NextMessageSize(uint32_t* size) override { return reader_->NextMessageSize(size); }
    bool Write(const Response&, grpc::WriteOptions) override { return false; }
    bool WritesDone() override { return true; }
    void WaitForInitialMetadata() override { reader_->WaitForInitialMetadata(); }
    grpc::Status Finish() override { return reader_->Finish(); }

   private:
    std::unique_ptr<grpc::ClientReader<Response>> reader_;
  };

  StreamRecorder<Response, Response> recorder_;
};

}  // namespace conformance
