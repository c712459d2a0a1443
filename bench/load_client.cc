#include "bench/load_client.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include <grpcpp/create_channel.h>

namespace bench {
namespace {

/// What the slots of a run share.
class Progress {
 public:
  Progress(int64_t count, int slots) : left_(count), slots_(slots) {}

  /// The number of the next call; negative when there are no more.
  int64_t Take() { return left_.fetch_sub(1) - 1; }

  void Fail(const grpc::Status& status) {
    const std::lock_guard<std::mutex> lock(mu_);
    if (failure_.ok()) failure_ = status;
    left_ = 0;
  }

  void SlotDone() {
    const std::lock_guard<std::mutex> lock(mu_);
    if (--slots_ == 0) done_.notify_one();
  }

  grpc::Status Wait() {
    std::unique_lock<std::mutex> lock(mu_);
    done_.wait(lock, [&] { return slots_ == 0; });
    return failure_;
  }

 private:
  std::atomic<int64_t> left_;
  std::mutex mu_;
  std::condition_variable done_;
  int slots_;
  grpc::Status failure_;
};

/// One call in flight, and when it is answered the next.
class Slot {
 public:
  Slot(grpc::GenericStub& stub, const Calls& calls, Progress& progress)
      : stub_(stub), calls_(calls), progress_(progress) {}

  void Next() {
    const int64_t number = progress_.Take();
    if (number < 0) return progress_.SlotDone();
    context_.emplace();
    response_.Clear();
    const auto& request = calls_.requests[static_cast<size_t>(number) % calls_.requests.size()];
    stub_.UnaryCall(&*context_, calls_.method, grpc::StubOptions(), &request, &response_,
                    [this](const grpc::Status& status) {
                      if (!status.ok()) progress_.Fail(status);
                      Next();
                    });
  }

 private:
  grpc::GenericStub& stub_;
  const Calls& calls_;
  Progress& progress_;
  std::optional<grpc::ClientContext> context_;
  grpc::ByteBuffer response_;
};

}  // namespace

LoadClient::LoadClient(const std::string& endpoint, int channels) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection each
  arguments.SetMaxReceiveMessageSize(-1);
  for (int i = 0; i < channels; ++i) {
    channels_.push_back(
        grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments));
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
  }
}

grpc::Status LoadClient::Run(const Calls& calls, int64_t count, int in_flight) {
  Progress progress(count, in_flight);
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < in_flight; ++i) {
    auto& stub = *stubs_[static_cast<size_t>(i) % stubs_.size()];
    slots.push_back(std::make_unique<Slot>(stub, calls, progress));
  }
  for (const auto& slot : slots) slot->Next();
  return progress.Wait();
}

}  // namespace bench
