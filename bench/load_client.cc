#include "bench/load_client.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>

#include <poll.h>

namespace bench {

/// How far a run is.
struct LoadClient::Progress {
  const Calls& calls;
  const int64_t count;
  int64_t begun = 0;
  int64_t ended = 0;
  absl::Status failure;

  bool done() const { return ended == (failure.ok() ? count : begun); }
};

/// One call in flight, and when it is answered the next.
class LoadClient::Slot final : public Call {
 public:
  Slot(Connection& connection, Progress& progress) : connection_(connection), progress_(progress) {}

  void BeginNext() {
    const auto& requests = progress_.calls.requests;
    const auto index = static_cast<size_t>(progress_.begun++) % requests.size();
    connection_.Begin(*this, progress_.calls.method, requests[index]);
  }

  void OnEnd(const absl::Status& status) override {
    ++progress_.ended;
    progress_.failure.Update(status);
    if (progress_.failure.ok() && progress_.begun < progress_.count) BeginNext();
  }

 private:
  Connection& connection_;
  Progress& progress_;
};

class LoadClient::Stream final : public Call {
 public:
  Stream(LoadClient& client, std::string requests)
      : client_(client), requests_(std::move(requests)) {}

  const std::string& requests() const { return requests_; }

  void OnMessage() override { ++client_.messages_; }
  void OnEnd(const absl::Status& status) override {
    client_.stream_failure_.Update(status.ok() ? absl::UnavailableError("a stream has ended")
                                               : status);
  }

 private:
  LoadClient& client_;
  const std::string requests_;
};

LoadClient::LoadClient(std::string endpoint, int connections)
    : endpoint_(std::move(endpoint)), wanted_(static_cast<size_t>(connections)) {}

LoadClient::~LoadClient() = default;

absl::Status LoadClient::Connect() {
  while (connections_.size() < wanted_) {
    auto connection = Connection::Open(endpoint_);
    if (!connection.ok()) return connection.status();
    connections_.push_back(*std::move(connection));
  }
  return absl::OkStatus();
}

absl::Status LoadClient::Turn() {
  std::vector<pollfd> sockets;
  for (const auto& connection : connections_) {
    if (auto status = connection->Send(); !status.ok()) return status;
    const int events = connection->wants_to_send() ? POLLIN | POLLOUT : POLLIN;
    sockets.push_back({.fd = connection->socket(), .events = static_cast<int16_t>(events)});
  }
  if (poll(sockets.data(), sockets.size(), -1) < 0 && errno != EINTR) {
    return absl::InternalError(std::strerror(errno));
  }
  for (size_t i = 0; i < sockets.size(); ++i) {
    if ((sockets[i].revents & ~POLLOUT) == 0) continue;
    if (auto status = connections_[i]->Receive(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LoadClient::Run(const Calls& calls, int64_t count, int in_flight) {
  if (auto status = Connect(); !status.ok()) return status;
  Progress progress{.calls = calls, .count = count};
  std::deque<Slot> slots;  // whose elements stay where they are
  while (progress.begun < count && progress.begun < in_flight) {
    Connection& connection = *connections_[slots.size() % connections_.size()];
    slots.emplace_back(connection, progress).BeginNext();
  }
  while (!progress.done()) {
    if (auto status = Turn(); !status.ok()) {
      connections_.clear();  // with the calls on them, which the slots do not outlive
      return status;
    }
  }
  return progress.failure;
}

absl::Status LoadClient::OpenStream(const std::string& method, std::string requests) {
  if (auto status = Connect(); !status.ok()) return status;
  Connection& connection = *connections_[streams_.size() % connections_.size()];
  Stream& stream = *streams_.emplace_back(std::make_unique<Stream>(*this, std::move(requests)));
  connection.Begin(stream, method, stream.requests(), /*more_follows=*/true);
  return absl::OkStatus();
}

absl::Status LoadClient::AwaitMessages(int64_t count) {
  while (messages_ < count) {
    if (auto status = Turn(); !status.ok()) return status;
    if (!stream_failure_.ok()) return stream_failure_;
  }
  messages_ -= count;
  return absl::OkStatus();
}

}  // namespace bench
