#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "conformance/support/exchange_log.h"

namespace conformance {

/// A two-way stream whose answers are read as they come and kept until the case asks for them.
/// Thread-safe.
template <typename Request, typename Response>
class StreamRecorder {
 public:
  using Stream = grpc::ClientReaderWriterInterface<Request, Response>;
  using Open = std::function<std::unique_ptr<Stream>(grpc::ClientContext*)>;

  /// Opens a stream with `open`, after `prepare` has set up its context.
  StreamRecorder(std::string method, const std::function<void(grpc::ClientContext*)>& prepare,
                 const Open& open)
      : method_(std::move(method)) {
    prepare(&context_);
    stream_ = open(&context_);
    reader_ = std::thread([this] { ReadToTheEnd(); });
  }

  /// Cancels the stream.
  ~StreamRecorder() {
    context_.TryCancel();
    SetReading(true);
    reader_.join();
  }

  StreamRecorder(const StreamRecorder&) = delete;
  StreamRecorder& operator=(const StreamRecorder&) = delete;

  /// False when the stream has ended.
  bool Send(const Request& request) {
    ExchangeLog::Current().Sent(method_, request);
    return stream_->Write(request);
  }

  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }

  /// While not reading, answers stay with the server once the transport is full; one more than had
  /// come may still be taken.
  void SetReading(bool reading) {
    const std::lock_guard lock(mu_);
    reading_ = reading;
    changed_.notify_all();
  }

  /// The oldest response not taken that `wanted` accepts; nothing if none comes in time or the
  /// stream ends.
  std::optional<Response> Next(std::chrono::milliseconds timeout,
                               const std::function<bool(const Response&)>& wanted) {
    std::unique_lock lock(mu_);
    auto found = responses_.end();
    changed_.wait_for(lock, timeout, [&] {
      for (found = responses_.begin(); found != responses_.end() && !wanted(*found);) ++found;
      return found != responses_.end() || ended_.has_value();
    });
    if (found == responses_.end()) return std::nullopt;
    std::optional<Response> response(std::move(*found));
    responses_.erase(found);
    return response;
  }

  /// How the stream ended; nothing if it has not within `timeout`.
  std::optional<grpc::Status> End(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, timeout, [&] { return ended_.has_value(); });
    return ended_;
  }

 private:
  void ReadToTheEnd() {
    Response response;
    while (stream_->Read(&response)) {
      ExchangeLog::Current().Received(response);
      std::unique_lock lock(mu_);
      responses_.push_back(std::move(response));
      changed_.notify_all();
      changed_.wait(lock, [this] { return reading_; });
    }
    const grpc::Status status = stream_->Finish();
    ExchangeLog::Current().Ended(status);
    const std::lock_guard lock(mu_);
    ended_ = status;
    changed_.notify_all();
  }

  const std::string method_;
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::deque<Response> responses_;     // guarded by mu_
  std::optional<grpc::Status> ended_;  // guarded by mu_
  bool reading_ = true;                // guarded by mu_
  std::thread reader_;
};

}  // namespace conformance
