#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>

#include "fakeserver/oracle/incoming_call.h"

namespace fakeetcd {

std::string BytesOf(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer BufferOf(const std::string& bytes);

/// How a call ended, and what it was answered with if it did not fail.
struct CallReply {
  grpc::Status status;
  std::string bytes;
};

/// A unary call under way.
class OutgoingCall {
 public:
  OutgoingCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
               const std::string& bytes, const CallMetadata& metadata);
  /// Cancels the call unless it has ended, and waits for that.
  ~OutgoingCall();
  OutgoingCall(const OutgoingCall&) = delete;
  OutgoingCall& operator=(const OutgoingCall&) = delete;

  bool EndsWithin(std::chrono::milliseconds patience) const;
  void Cancel() { context_.TryCancel(); }
  /// Waits for the end. Called once.
  CallReply Take();

 private:
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::promise<grpc::Status> end_;
  std::future<grpc::Status> ended_;
};

/// A stream of any kind. Sending and receiving may be done by two threads.
class OutgoingStream {
 public:
  OutgoingStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                 const CallMetadata& metadata);
  /// Cancels the stream.
  ~OutgoingStream();
  OutgoingStream(const OutgoingStream&) = delete;
  OutgoingStream& operator=(const OutgoingStream&) = delete;

  bool Send(const grpc::ByteBuffer& message) { return stream_->Write(message); }
  void SendNoMore() { stream_->WritesDone(); }
  /// False at the end.
  bool Receive(grpc::ByteBuffer* message) { return stream_->Read(message); }
  void Cancel() { context_.TryCancel(); }
  /// After Receive has returned false.
  grpc::Status End() { return stream_->Finish(); }

 private:
  const std::string method_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream_;
};

}  // namespace fakeetcd
