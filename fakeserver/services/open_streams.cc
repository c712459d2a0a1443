#include "fakeserver/services/open_streams.h"

#include <vector>

namespace fakeetcd {

void OpenStreams::Add(const std::shared_ptr<OpenStream>& stream) {
  const MutexLock lock(mu_);
  streams_.emplace(stream.get(), stream);
}

void OpenStreams::Remove(const OpenStream& stream) {
  const MutexLock lock(mu_);
  streams_.erase(&stream);
}

void OpenStreams::EndAll(const grpc::Status& status) {
  std::vector<std::shared_ptr<OpenStream>> open;
  {
    const MutexLock lock(mu_);
    open.reserve(streams_.size());
    for (const auto& entry : streams_) {
      if (auto stream = entry.second.lock()) open.push_back(std::move(stream));
    }
  }
  for (const auto& stream : open) stream->End(status);
}

}  // namespace fakeetcd
