#include "bench/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr size_t kPrefixBytes = 5;
constexpr int32_t kWindow = 1 << 30;

absl::Status Lost(const char* doing) {
  return absl::UnavailableError(std::string(doing) + ": " + std::strerror(errno));
}

nghttp2_nv Header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string_view Text(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

int ConnectTo(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(endpoint.c_str() + colon + 1)));
  inet_pton(AF_INET, endpoint.substr(0, colon).c_str(), &address.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(socket);
    return -1;
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

}  // namespace

std::string Framed(std::string_view message) {
  std::string framed(kPrefixBytes, '\0');
  const uint32_t size = htonl(static_cast<uint32_t>(message.size()));
  std::memcpy(framed.data() + 1, &size, sizeof(size));
  return framed.append(message);
}

void Call::Reset(std::string_view requests, bool more_follows) {
  requests_ = requests;
  more_follows_ = more_follows;
  prefix_.clear();
  message_rest_ = 0;
  code_ = -1;
  text_.clear();
}

void Call::Read(std::string_view bytes) {
  while (!bytes.empty()) {
    if (prefix_.size() < kPrefixBytes) {
      const size_t taken = std::min(kPrefixBytes - prefix_.size(), bytes.size());
      prefix_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (prefix_.size() < kPrefixBytes) return;
      uint32_t size = 0;
      std::memcpy(&size, prefix_.data() + 1, sizeof(size));
      message_rest_ = ntohl(size);
    }
    const size_t taken = std::min(message_rest_, bytes.size());
    message_rest_ -= taken;
    bytes.remove_prefix(taken);
    if (message_rest_ > 0) return;
    prefix_.clear();
    OnMessage();
  }
}

absl::Status Call::Outcome(uint32_t http2_error) const {
  if (code_ >= 0) return {static_cast<absl::StatusCode>(code_), text_};
  return absl::UnavailableError(std::string("the stream ended without a status: ") +
                                nghttp2_http2_strerror(http2_error));
}

/// What nghttp2 calls; `user` is nobody: the calls say all.
struct Connection::Callbacks {
  static Call* Find(nghttp2_session* session, int32_t stream) {
    return static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream));
  }

  static ssize_t Body(nghttp2_session* /*session*/, int32_t /*stream*/, uint8_t* buffer,
                      size_t size, uint32_t* flags, nghttp2_data_source* source, void* /*user*/) {
    Call& call = *static_cast<Call*>(source->ptr);
    const size_t taken = std::min(size, call.requests_.size());
    if (taken == 0 && call.more_follows_) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(buffer, call.requests_.data(), taken);
    call.requests_.remove_prefix(taken);
    if (call.requests_.empty() && !call.more_follows_) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(taken);
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t /*flags*/,
                      void* /*user*/) {
    Call* call = Find(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    const std::string_view text = Text(value, value_size);
    if (Text(name, name_size) == "grpc-status") {
      std::from_chars(text.data(), text.data() + text.size(), call->code_);
    } else if (Text(name, name_size) == "grpc-message") {
      call->text_ = text;
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t /*flags*/, int32_t stream,
                    const uint8_t* data, size_t size, void* /*user*/) {
    if (Call* call = Find(session, stream)) call->Read(Text(data, size));
    return 0;
  }

  static int OnClose(nghttp2_session* session, int32_t stream, uint32_t error, void* /*user*/) {
    if (Call* call = Find(session, stream)) call->OnEnd(call->Outcome(error));
    return 0;
  }
};

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& endpoint) {
  const int socket = ConnectTo(endpoint);
  if (socket < 0) return Lost("connect");
  return std::unique_ptr<Connection>(new Connection(socket, endpoint));
}

Connection::Connection(int socket, std::string authority)
    : socket_(socket), authority_(std::move(authority)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::OnClose);
  nghttp2_session_client_new(&session_, callbacks, nullptr);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &settings, 1);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
}

Connection::~Connection() {
  nghttp2_session_del(session_);
  close(socket_);
}

void Connection::Begin(Call& call, const std::string& method, std::string_view requests,
                       bool more_follows) {
  call.Reset(requests, more_follows);
  const std::array<nghttp2_nv, 6> headers = {
      Header(":method", "POST"), Header(":scheme", "http"),
      Header(":path", method),   Header(":authority", authority_),
      Header("te", "trailers"),  Header("content-type", "application/grpc")};
  const nghttp2_data_provider body{{.ptr = &call}, &Callbacks::Body};
  nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &body, &call);
}

absl::Status Connection::Send() {
  for (;;) {
    if (sent_ == unsent_.size()) {
      unsent_.clear();
      sent_ = 0;
      const uint8_t* bytes = nullptr;
      // A segment may hold no more than a frame; they go out together.
      for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &bytes)) > 0;) {
        unsent_.append(Text(bytes, static_cast<size_t>(size)));
      }
      if (unsent_.empty()) return absl::OkStatus();
    }
    const ssize_t size =
        send(socket_, unsent_.data() + sent_, unsent_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN ? absl::OkStatus() : Lost("send");
    sent_ += static_cast<size_t>(size);
  }
}

absl::Status Connection::Receive() {
  std::array<uint8_t, 64 << 10> buffer;
  const ssize_t size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN ? absl::OkStatus() : Lost("receive");
  if (size == 0) return absl::UnavailableError("the server has closed the connection");
  if (nghttp2_session_mem_recv(session_, buffer.data(), static_cast<size_t>(size)) < 0) {
    return absl::UnavailableError("the server does not speak HTTP/2");
  }
  return absl::OkStatus();
}

}  // namespace bench
