#pragma once

#include <cassert>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "client/src/message_stream.h"

namespace etcdpp {

/// The streams somebody opened, with the server's side in the hands of a test. Thread-safe.
template <typename Outgoing, typename Incoming>
class ScriptedStreams {
 public:
  StreamOpener<Outgoing, Incoming> Opener() {
    return [this](StreamEvents<Incoming> events) {
      const std::lock_guard lock(mu_);
      streams_.push_back(std::make_shared<Stream>(*this, std::move(events)));
      return streams_.back();
    };
  }

  /// How many were opened so far.
  size_t opened() const {
    const std::lock_guard lock(mu_);
    return streams_.size();
  }

  /// Whether the latest one is wanted no more.
  bool closed() const {
    const std::lock_guard lock(mu_);
    return streams_.back()->closed;
  }

  /// Whether a message is asked for on the latest one.
  bool reading() const {
    const std::lock_guard lock(mu_);
    return streams_.back()->reading;
  }

  /// Takes what was sent on the latest one.
  std::vector<Outgoing> TakeSent() {
    const std::lock_guard lock(mu_);
    return std::exchange(streams_.back()->sent, {});
  }

  /// Has the latest stream, or the one opened as number `index`, deliver a message.
  /// REQUIRES: it is asked for.
  void Deliver(Incoming message) { Deliver(opened() - 1, std::move(message)); }
  void Deliver(size_t index, Incoming message) {
    Stream& stream = At(index);
    {
      const std::lock_guard lock(mu_);
      assert(stream.reading);
      stream.reading = false;
    }
    stream.events.on_message(std::move(message));
  }

  /// Has streams be refused for their tokens from now on, or no more.
  void OutdateTokens(bool outdated) {
    const std::lock_guard lock(mu_);
    tokens_outdated_ = outdated;
  }

  /// Has the latest stream end.
  void Break(Status status) { At(opened() - 1).events.on_end(std::move(status)); }

 private:
  struct Stream final : MessageStream<Outgoing> {
    Stream(ScriptedStreams& stream_owner, StreamEvents<Incoming> stream_events)
        : owner(stream_owner), events(std::move(stream_events)) {}

    void Send(Outgoing message) override {
      const std::lock_guard lock(owner.mu_);
      sent.push_back(std::move(message));
    }
    void Read() override {
      const std::lock_guard lock(owner.mu_);
      assert(!reading);
      reading = true;
    }
    void Close() override {
      const std::lock_guard lock(owner.mu_);
      closed = true;
    }

    bool TokenOutdated(const Status& refusal) override {
      const std::lock_guard lock(owner.mu_);
      return owner.tokens_outdated_ && refusal.reason() == Reason::kInvalidAuthToken;
    }

    ScriptedStreams& owner;
    const StreamEvents<Incoming> events;
    std::vector<Outgoing> sent;  // this and what follows is guarded by owner.mu_
    bool reading = false;
    bool closed = false;
  };

  Stream& At(size_t index) {
    const std::lock_guard lock(mu_);
    return *streams_[index];
  }

  mutable std::mutex mu_;
  std::vector<std::shared_ptr<Stream>> streams_;  // guarded by mu_
  bool tokens_outdated_ = false;                  // guarded by mu_
};

}  // namespace etcdpp
