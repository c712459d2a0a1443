#include "fakeserver/coordination/single_watch.h"

#include <utility>

namespace fakeetcd {

void SingleWatch::Open(std::shared_ptr<WatchSink> sink, Requester& caller,
                       WatchCreateRequest request) {
  Close();
  stream_ = engine_.WatchOpen(std::move(sink));
  caller.WatchCreate(*stream_, std::move(request));
}

void SingleWatch::Close() {
  if (const auto stream = std::exchange(stream_, nullptr)) engine_.WatchClose(*stream);
}

std::optional<WatchResponse> SingleWatch::Next() {
  auto response = engine_.WatchNext(*stream_);
  // A watch that is refused answers with its creation only.
  while (response && response->created && !response->canceled) {
    response = engine_.WatchNext(*stream_);
  }
  return response;
}

}  // namespace fakeetcd
