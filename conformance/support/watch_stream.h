#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/support/scratch.h"
#include "etcdpp_proto/watch.pb.h"

namespace conformance {

struct WatchOptions {
  std::string range_end = {};
  int64_t start_revision = 0;
  bool progress_notify = false;
  bool prev_kv = false;
  bool fragment = false;
  int64_t watch_id = 0;
  std::vector<int> filters = {};
};
pb::WatchCreateRequest WatchCreate(const std::string& key, const WatchOptions& options = {});

/// One stream of the Watch service.
///
///   WatchStream stream(s);
///   const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
///   s.Put("a", "1");
///   EXPECT_THAT(stream.Events(id, 1), ElementsAre(…));
///   s.Put("b", "1");
///   EXPECT_THAT(stream.UntilFence(), IsEmpty());          // nothing came for it
///
/// Waits are bounded; one that ends in vain ends the case, as a failure.
class WatchStream {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  explicit WatchStream(const Scratch& scratch,
                       const CallOptions& options = {.timeout = std::chrono::seconds(120)});
  /// Cancels the stream.
  ~WatchStream();
  WatchStream(const WatchStream&) = delete;
  WatchStream& operator=(const WatchStream&) = delete;

  bool Send(const pb::WatchRequest& request);
  bool SendCreate(const pb::WatchCreateRequest& create);
  bool SendCancel(int64_t watch_id);
  bool SendProgress();
  void HalfClose();
  void Cancel();

  /// Leaves answers with the server, as a client that is too slow does; one more may be taken.
  void StopReading();
  void ResumeReading();

  /// Sends `create` and waits for its `created` response, which may be of a failed create.
  pb::WatchResponse Create(const pb::WatchCreateRequest& create);

  /// The next response, of whichever watch.
  pb::WatchResponse Next();
  /// The next response of the watch `watch_id`; what came before it for others is kept.
  pb::WatchResponse NextOf(int64_t watch_id);
  /// Nothing if none comes in time.
  std::optional<pb::WatchResponse> TryNext(std::chrono::milliseconds timeout);

  /// The next events of a watch, of as many responses as it takes for `count` of them to come.
  std::vector<mvccpb::Event> Events(int64_t watch_id, size_t count);

  /// All responses not yet taken that came before the event of a change made now, without that:
  /// so what a change made earlier caused is there, or will never come. This holds for watches
  /// that are in sync; one that starts in the past catches up on a clock of its own.
  std::vector<pb::WatchResponse> UntilFence();

  /// How the stream ended.
  grpc::Status End();

 private:
  struct Recorder;

  const Scratch& scratch_;
  bool fenced_ = false;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace conformance
