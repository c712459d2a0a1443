#pragma once

#include <memory>
#include <optional>

#include "fakeserver/coordination/requester.h"
#include "fakeserver/engine/engine.h"

namespace fakeetcd {

/// One watch at a time, on a stream of its own. Not thread-safe.
class SingleWatch {
 public:
  explicit SingleWatch(Engine& engine) : engine_(engine) {}
  ~SingleWatch() { Close(); }

  SingleWatch(const SingleWatch&) = delete;
  SingleWatch& operator=(const SingleWatch&) = delete;

  /// Ends the watch before, if any. `sink` is woken when there is something to take.
  void Open(std::shared_ptr<WatchSink> sink, Requester& caller, WatchCreateRequest request);
  void Close();
  bool is_open() const { return stream_ != nullptr; }

  /// The next response that is not of the watch's creation; nullopt: the sink will be woken.
  /// REQUIRES: is_open().
  std::optional<WatchResponse> Next();

 private:
  Engine& engine_;
  std::shared_ptr<WatchStream> stream_;
};

}  // namespace fakeetcd
