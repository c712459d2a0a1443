#include "fakeserver/services/stream_call.h"

#include <chrono>
#include <memory>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

/// Says three things, each when the one before it is written, and each time that more will come.
class Talker : public StreamCall {
 public:
  explicit Talker(OpenStreams& streams) : StreamCall(streams) {}
  void Start(const std::shared_ptr<Talker>& self) {
    Begin(self);
    OnWritten();
  }

 private:
  void OnMessage(const grpc::ByteBuffer& /*message*/) override {}
  void OnWritten() override {
    if (said_ == 3) return End(grpc::Status::OK);
    ++said_;
    Write(Bytes("x"), said_ < 3);
  }

  int said_ = 0;
};

class TalkingService : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* /*context*/) override {
    const auto talker = std::make_shared<Talker>(streams_);
    talker->Start(talker);
    return talker.get();
  }

 private:
  OpenStreams streams_;
};

/// Counts what it reads, to the end.
class Listener : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Listener(const std::shared_ptr<grpc::Channel>& channel) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context_.set_wait_for_ready(true);
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, "/a/b", {}, this);
    StartRead(&message_);
    StartCall();
  }

  grpc::Status Wait() {
    MutexLock lock(mu_);
    changed_.wait(lock.native(), [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return over_; });
    return status_;
  }
  int heard() const { return heard_; }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    ++heard_;
    StartRead(&message_);
  }
  void OnDone(const grpc::Status& status) override {
    const MutexLock lock(mu_);
    status_ = status;
    over_ = true;
    changed_.notify_all();
  }

  grpc::ClientContext context_;
  grpc::ByteBuffer message_;
  int heard_ = 0;
  Mutex mu_;
  std::condition_variable changed_;
  bool over_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mu_);
};

TEST(StreamCallTest, SendsTheFirstMessageEvenIfMoreWillFollow) {
  TalkingService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  Listener listener(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));

  EXPECT_TRUE(listener.Wait().ok());
  EXPECT_EQ(listener.heard(), 3);
}

}  // namespace
}  // namespace fakeetcd
