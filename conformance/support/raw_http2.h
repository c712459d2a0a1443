#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// A connection that speaks HTTP/2 frame by frame, to say what no gRPC library would say. Waits are
/// bounded; one that ends in vain, and a connection that cannot be had, end the case, as a failure.
class RawHttp2 {
 public:
  enum Type : uint8_t { kData = 0, kHeaders = 1, kSettings = 4, kPing = 6, kGoAway = 7 };

  struct Frame {
    uint8_t type = 0;
    uint8_t flags = 0;
    uint32_t stream = 0;
    std::string payload = {};
  };

  /// Connects to "HOST:PORT", sends the preface and no settings, and waits for those to be taken.
  explicit RawHttp2(const std::string& endpoint);
  ~RawHttp2();
  RawHttp2(const RawHttp2&) = delete;
  RawHttp2& operator=(const RawHttp2&) = delete;

  void Send(const Frame& frame) const;
  /// `payload` has eight bytes.
  void SendPing(std::string_view payload) const;
  /// Calls the gRPC method at `path` on stream `stream` with one message, and half-closes.
  void SendCall(uint32_t stream, std::string_view path, std::string_view message = "") const;

  /// The next frame of the type; those of others are left out. nullopt: the connection has ended.
  std::optional<Frame> Next(Type type);

  /// The names of the headers in `frame`, the first of type kHeaders on its connection: what later
  /// ones say may refer to it.
  static std::vector<std::string> HeaderNames(const Frame& frame);

 private:
  std::optional<std::string> Take(size_t bytes);

  int socket_ = -1;
  std::string received_;
};

}  // namespace conformance
