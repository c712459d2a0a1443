// libFuzzer's way into the watch hub: the input is a program of what the user and the server do.
// With a server that behaves, every watch is told of every revision from its start on, once and in
// order, over any number of broken streams, or why no more. One that does not is sent too: whatever
// it says, the hub holds.
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include "client/src/scripted_watch_hub.h"

namespace etcdpp {
namespace {

void Require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);  // which nobody catches
}

WatchFrame ProgressFrame(int64_t id, int64_t revision) {
  WatchFrame frame;
  frame.header.revision = revision;
  frame.watch_id = id;
  return frame;
}

class Program : private ScriptedWatchHub {
 public:
  explicit Program(FuzzedDataProvider& input) : input_(input), behaves_(input.ConsumeBool()) {}

  void Run() {
    while (input_.remaining_bytes() > 0) {
      Step();
      Serve();
    }
    if (!behaves_) return hub_->Shutdown();
    timer_.Advance(kBackoffMax);
    // One that does not take what it has holds up the others, so all take turns.
    for (bool more = true; more;) {
      more = false;
      for (auto& user : users_) more = Take(&user, 1) || more;
    }
    for (const auto& user : users_) {
      Require(user.over || user.next > head_, "nothing is missing in the end");
    }
    hub_->Shutdown();
  }

 private:
  struct User {
    std::unique_ptr<WatchStream> watch;
    int64_t next = 0;  // the revision that it is to be told of next
    bool over = false;
  };

  void Step() {
    switch (input_.ConsumeIntegralInRange(0, 9)) {
      case 0:
        return Begin();
      case 1:
      case 2:
        return Write();
      case 3:
        return Compact();
      case 4:
        return DeliverSome(input_.ConsumeIntegralInRange(1, 8));
      case 5:
        if (User* user = Any()) (void)Take(user, input_.ConsumeIntegralInRange<size_t>(1, 4));
        return;
      case 6:
        if (User* user = Any()) user->watch->Cancel();
        return;
      case 7:
        return Break();
      case 8:
        if (User* user = Any()) user->watch->RequestProgress();
        return;
      default:
        return timer_.Advance(std::chrono::milliseconds(input_.ConsumeIntegralInRange(0, 1500)));
    }
  }

  User* Any() {
    if (users_.empty()) return nullptr;
    return &users_[input_.ConsumeIntegralInRange<size_t>(0, users_.size() - 1)];
  }

  // The user's side.

  void Begin() {
    if (users_.size() > 5) return;
    const int64_t start = input_.ConsumeIntegralInRange<int64_t>(1, head_ + 3);
    WatchOptions options{.start_revision = start, .buffer_bytes = 40};
    options.progress_notify = input_.ConsumeBool();
    users_.push_back({hub_->Watch({"k", options}, {}, timer_.Now()), start});
  }

  // Returns false where there is nothing more to take now.
  bool Take(User* user, size_t responses) {
    for (size_t n = 0; n < responses; ++n) {
      Serve();
      DeliverSome(1000);
      const auto response = user->watch->NextFor(std::chrono::milliseconds(0));
      if (!response.ok()) {
        user->over = response.status().code() != Code::kDeadlineExceeded;
        if (behaves_ && user->over) CheckEnd(*user, response.status());
        return false;
      }
      if (!behaves_) continue;
      for (const WatchEvent& event : response->events) {
        Require(event.kv.mod_revision == user->next, "every revision comes once, in order");
        ++user->next;
      }
      Require(response->header.revision <= head_, "nobody knows of what is to come");
      Require(
          !response->IsProgress() || response->header.revision < user->next || user->next > head_,
          "progress comes after what it is about");
    }
    return true;
  }

  void CheckEnd(const User& user, const Status& why) const {
    if (why.code() == Code::kCancelled) return;
    Require(why.reason() == Reason::kCompacted, "a watch ends when it is told to or must");
    Require(user.next < compacted_, "what is not compacted is told");
    Require(user.watch->compact_revision() > 0, "it is known what was compacted");
  }

  // The server's.

  void Write() {
    ++head_;
    for (const auto& [id, start] : active_) {
      if (start <= head_) outbox_.push_back(PutFrame(id, head_));
    }
  }

  void Compact() { compacted_ = input_.ConsumeIntegralInRange<int64_t>(compacted_, head_); }

  void Break() {
    if (streams_.opened() == 0 || broken_ == streams_.opened()) return;
    broken_ = streams_.opened();
    active_.clear();
    outbox_.clear();
    const bool closed = streams_.closed();
    streams_.Break(Unavailable());
    if (closed) timer_.Advance({});
  }

  // Answers what was asked.
  void Serve() {
    if (streams_.opened() == 0) return;
    if (served_ != streams_.opened()) {
      served_ = streams_.opened();
      active_.clear();
      outbox_.clear();
    }
    for (const WatchCommand& command : streams_.TakeSent()) {
      std::visit([this](const auto& asked) { Answer(asked); }, command);
    }
  }

  void Answer(const WatchCreate& create) {
    const int64_t start = create.request.options.start_revision;
    outbox_.push_back(CreatedFrame(create.watch_id, head_));
    if (start > 0 && start < compacted_) {
      outbox_.push_back(CanceledFrame(create.watch_id, compacted_, ""));
      return;
    }
    for (int64_t revision = start; revision > 0 && revision <= head_; ++revision) {
      outbox_.push_back(PutFrame(create.watch_id, revision));
    }
    active_[create.watch_id] = start;
  }
  void Answer(const WatchCancel& cancel) {
    active_.erase(cancel.watch_id);
    outbox_.push_back(CanceledFrame(cancel.watch_id, 0, ""));
  }
  void Answer(const WatchAskProgress& /*asked*/) { outbox_.push_back(ProgressFrame(-1, head_)); }

  void DeliverSome(int frames) {
    for (; frames > 0; --frames) {
      Serve();
      if (streams_.opened() == 0 || broken_ == streams_.opened() || streams_.closed()) return;
      if (!streams_.reading()) return;
      if (!behaves_) {
        streams_.Deliver(Nonsense());
        if (input_.remaining_bytes() == 0) return;
      } else if (!outbox_.empty()) {
        WatchFrame frame = std::move(outbox_.front());
        outbox_.pop_front();
        streams_.Deliver(std::move(frame));
      } else {
        return;
      }
    }
  }

  WatchFrame Nonsense() {
    WatchFrame frame = input_.ConsumeBool()
                           ? PutFrame(input_.ConsumeIntegralInRange(-2, 8), Revision())
                           : ProgressFrame(input_.ConsumeIntegralInRange(-2, 8), Revision());
    frame.created = input_.ConsumeBool();
    frame.canceled = input_.ConsumeBool();
    frame.fragment = input_.ConsumeBool();
    frame.compact_revision = input_.ConsumeIntegralInRange(-1, 5);
    if (input_.ConsumeBool()) frame.cancel_reason = input_.ConsumeRandomLengthString(40);
    return frame;
  }
  int64_t Revision() { return input_.ConsumeIntegralInRange<int64_t>(-1, 9); }

  FuzzedDataProvider& input_;
  const bool behaves_;
  std::deque<User> users_;
  int64_t head_ = 1;
  int64_t compacted_ = 0;
  size_t broken_ = 0;                  // the number of the stream that was broken last
  size_t served_ = 0;                  // of the one that is served
  std::map<int64_t, int64_t> active_;  // the watches of the stream, and where they start
  std::deque<WatchFrame> outbox_;
};

}  // namespace
}  // namespace etcdpp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  etcdpp::Program(input).Run();
  return 0;
}
