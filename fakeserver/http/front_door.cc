#include "fakeserver/http/front_door.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakeserver/http/http_parser.h"
#include "fakeserver/http/http_text.h"
#include "fakeserver/http/sniff.h"

namespace fakeetcd {
namespace {

namespace asio = boost::asio;
using StreamDescriptor = asio::posix::stream_descriptor;

// How long a connection stays half open behind its last answer, for the client to hang up.
constexpr std::chrono::milliseconds kLingerTime{500};
// What a client may send ahead while a request of its is being answered.
constexpr size_t kAheadMax = 64 << 10;
// How long no connection is accepted after one could not be.
constexpr std::chrono::milliseconds kPauseOfAccepting{20};

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

/// The door's thread, and what runs on it.
class FrontDoor::Loop {
 public:
  class Connection;

  Loop(std::vector<Listener> listeners, Handlers handlers, std::shared_ptr<const TlsContext> tls)
      : handlers_(std::move(handlers)), tls_(std::move(tls)) {
    for (const Listener& listener : listeners) {
      acceptors_.push_back(
          {listener, StreamDescriptor(io_, listener.socket), asio::steady_timer(io_)});
    }
    for (Acceptor& acceptor : acceptors_) Accept(acceptor);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Loop();

  asio::io_context& io() { return io_; }
  const Handlers& handlers() const { return handlers_; }
  const TlsContext* tls() const { return tls_.get(); }
  void Forget(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }

 private:
  struct Acceptor {
    Listener listener;
    StreamDescriptor socket;
    asio::steady_timer pause;
  };

  void Accept(Acceptor& acceptor) {
    acceptor.socket.async_wait(StreamDescriptor::wait_read, [this, &acceptor](const auto& error) {
      if (error) return;
      while (true) {
        const int socket =
            accept4(acceptor.listener.socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) break;
        Welcome(acceptor.listener, socket);
      }
      if (errno == EAGAIN || errno == ECONNABORTED) return Accept(acceptor);
      // There are no descriptors left, say: who waits in the backlog would wake this at once.
      acceptor.pause.expires_after(kPauseOfAccepting);
      acceptor.pause.async_wait([this, &acceptor](const auto& stopped) {
        if (!stopped) Accept(acceptor);
      });
    });
  }

  void Welcome(const Listener& listener, int socket);

  const Handlers handlers_;
  const std::shared_ptr<const TlsContext> tls_;
  asio::io_context io_{1};
  std::vector<Acceptor> acceptors_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::thread thread_;
};

/// A connection from when it is accepted until it is closed or given to gRPC. Everything but the
/// exchange's calls happens on the loop's thread.
class FrontDoor::Loop::Connection final : public HttpExchange,
                                          public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, const Listener& listener, int socket)
      : loop_(loop), listener_(listener), socket_(loop.io(), socket), linger_(loop.io()) {}

  void Start() { Read(); }

  /// Drops it at once; a request under way is given up.
  void Close() {
    if (closed_) return;
    closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
    linger_.cancel(ignored);
    ClientIsGone();
    if (auto written = std::exchange(written_, nullptr)) written(false);
    loop_.Forget(shared_from_this());
  }

  HttpRequest& request() override { return parser_->request(); }
  void AddHeaders(std::vector<HttpHeader> headers) override { extra_headers_ = std::move(headers); }
  void OnGone(std::function<void()> gone) override { gone_ = std::move(gone); }

  void Reply(HttpReply reply) override {
    Post([reply = std::move(reply)](Connection& self) mutable {
      self.AddExtraHeaders(&reply);
      self.Send(ReplyText(reply, self.parser_->form()));
      self.Answered();
    });
  }
  void Begin(HttpReply head) override {
    Post([head = std::move(head)](Connection& self) mutable {
      self.AddExtraHeaders(&head);
      self.Send(StreamHeadText(head, self.parser_->form()));
    });
  }
  void Write(std::string piece, std::function<void(bool)> written) override {
    Post([piece = std::move(piece), written = std::move(written)](Connection& self) mutable {
      if (self.closed_) return written(false);
      self.written_ = std::move(written);
      self.Send(ChunkText(piece, self.parser_->form()));
    });
  }
  void End() override {
    Post([](Connection& self) {
      self.Send(LastChunkText(self.parser_->form()));
      self.Answered();
    });
  }

 private:
  enum class Phase {
    kSniffing,   // who is it?
    kReading,    // a request
    kAnswering,  // the request; what comes in waits
    kLingering,  // the last answer is sent; what comes in is dropped
  };

  template <typename Action>
  void Post(Action action) {
    asio::post(loop_.io(), [self = shared_from_this(), action = std::move(action)]() mutable {
      action(*self);
    });
  }

  // Reading.

  void Read() {
    if (reading_ || closed_ || in_.size() > InMax()) return;
    reading_ = true;
    socket_.async_wait(StreamDescriptor::wait_read, [self = shared_from_this()](const auto& error) {
      self->reading_ = false;
      if (!error && !self->closed_) self->Readable();
    });
  }

  size_t InMax() const { return phase_ == Phase::kAnswering ? kAheadMax : SIZE_MAX; }

  void Readable() {
    std::array<char, 16384> buffer;
    const ssize_t size = recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
    if (size < 0 && WouldBlock()) return Read();
    if (size <= 0) return Ended(size == 0);
    if (!Take({buffer.data(), static_cast<size_t>(size)})) return;
    Advance();
    Read();
  }

  // Returns false when the connection is over.
  bool Take(std::string_view bytes) {
    if (phase_ == Phase::kLingering) return true;
    if (tls_session_ == nullptr) {
      in_ += bytes;
      return true;
    }
    const bool goes_on = tls_session_->Receive(bytes, &in_, &out_);
    Flush();
    if (!goes_on && !closed_) Ended(true);
    return goes_on && !closed_;
  }

  // The client sends no more. It may still read, but a request that takes long is given up, as
  // Go's server does.
  void Ended(bool orderly) {
    if (!orderly || phase_ == Phase::kLingering || phase_ == Phase::kSniffing) return Close();
    ended_ = true;
    if (phase_ == Phase::kAnswering) return ClientIsGone();
    if (in_.empty() && parser_->state() == HttpParser::State::kHead) return Close();
    parser_->PutEnd();
    Dispatch();
  }

  void ClientIsGone() {
    if (auto gone = std::exchange(gone_, nullptr)) gone();
  }

  // Sorting out.

  void Advance() {
    if (phase_ == Phase::kSniffing) Sniff();
    if (phase_ == Phase::kReading && !closed_) Parse();
  }

  void Sniff() {
    // TLS begins with a record of type 22, no method of HTTP does.
    const bool tls = listener_.tls && (!listener_.plain || in_[0] == 22);
    Speech speech = tls ? SniffTls(in_) : SniffPlain(in_);
    // gRPC cannot be told to take nothing below 1.3: the handshake is made to fail elsewhere.
    const bool too_old = tls && loop_.tls()->only_1_3() && !OffersTls13(in_);
    if (speech == Speech::kGrpc && too_old) speech = Speech::kHttp;
    switch (speech) {
      case Speech::kUnclear:
        return;
      case Speech::kNonsense:
        return Close();
      case Speech::kGrpc:
        if (listener_.serves == Serves::kAll || listener_.serves == Serves::kGrpc) {
          return HandOver(tls);
        }
        return Close();
      case Speech::kHttp:
        if (listener_.serves == Serves::kGrpc) return Close();
        break;
    }
    parser_.emplace();
    phase_ = Phase::kReading;
    if (!tls) return;
    tls_session_ = std::make_unique<TlsSession>(*loop_.tls());
    const std::string read = std::exchange(in_, "");
    Take(read);
  }

  void HandOver(bool tls) {
    const auto self = shared_from_this();
    const int socket = socket_.release();
    closed_ = true;
    loop_.handlers().grpc(socket, in_, tls);
    loop_.Forget(self);
  }

  void Parse() {
    while (true) {
      const auto before = parser_->state();
      const size_t taken = parser_->Put(in_);
      in_.erase(0, taken);
      const auto state = parser_->state();
      const bool head_came =
          before == HttpParser::State::kHead && state != HttpParser::State::kHead;
      if (head_came && state == HttpParser::State::kBody && parser_->expects_continue()) {
        if (loop_.handlers().needs_body(parser_->request())) {
          Send("HTTP/1.1 100 Continue\r\n\r\n");
        } else {
          parser_->SkipBody();
        }
      }
      if (parser_->state() == HttpParser::State::kDone || state == HttpParser::State::kFailed) {
        return Dispatch();
      }
      if (taken == 0 || in_.empty()) return;
    }
  }

  void Dispatch() {
    if (parser_->state() == HttpParser::State::kFailed) {
      Send(parser_->error_text());
      return Linger();
    }
    phase_ = Phase::kAnswering;
    // The loop ends only when whoever has the request is done with it.
    work_.emplace(loop_.io().get_executor());
    HttpRequest& request = parser_->request();
    request.metrics_only = listener_.serves == Serves::kMetrics;
    request.secure = tls_session_ != nullptr;
    if (request.secure) request.common_name = tls_session_->common_name();
    loop_.handlers().http(shared_from_this());
  }

  // Answering.

  void AddExtraHeaders(HttpReply* reply) {
    for (HttpHeader& header : extra_headers_) reply->headers.push_back(std::move(header));
    extra_headers_.clear();
  }

  void Answered() {
    const auto self = shared_from_this();
    gone_ = nullptr;
    work_.reset();
    if (closed_) return;
    if (parser_->form().close || ended_ || !parser_->request().body_error.empty()) return Linger();
    parser_.emplace();
    phase_ = Phase::kReading;
    if (!in_.empty()) Advance();
    Read();
  }

  void Linger() {
    phase_ = Phase::kLingering;
    if (closed_) return;
    if (tls_session_ != nullptr) tls_session_->Close(&out_);
    Flush();
    if (closed_) return;
    Read();
  }

  void Send(std::string_view text) {
    if (closed_) return;
    if (tls_session_ == nullptr) {
      out_ += text;
    } else {
      tls_session_->Send(text, &out_);
    }
    Flush();
  }

  void Flush() {
    while (!out_.empty() && !writing_ && !closed_) {
      const ssize_t size = send(socket_.native_handle(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (size < 0 && !WouldBlock()) return Close();
      if (size < 0) {
        writing_ = true;
        socket_.async_wait(StreamDescriptor::wait_write,
                           [self = shared_from_this()](const auto& error) {
                             self->writing_ = false;
                             if (!error) self->Flush();
                           });
        return;
      }
      out_.erase(0, static_cast<size_t>(size));
    }
    if (!out_.empty() || closed_) return;
    if (auto written = std::exchange(written_, nullptr)) written(true);
    if (phase_ != Phase::kLingering) return;
    if (ended_) return Close();
    shutdown(socket_.native_handle(), SHUT_WR);
    linger_.expires_after(kLingerTime);
    linger_.async_wait([self = shared_from_this()](const auto& error) {
      if (!error) self->Close();
    });
  }

  Loop& loop_;
  const Listener listener_;
  StreamDescriptor socket_;
  asio::steady_timer linger_;
  Phase phase_ = Phase::kSniffing;
  std::string in_;   // read and not yet used
  std::string out_;  // to be sent
  bool reading_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool closed_ = false;
  std::unique_ptr<TlsSession> tls_session_;
  std::optional<HttpParser> parser_;
  std::vector<HttpHeader> extra_headers_;  // of the answer to come
  std::function<void()> gone_;
  std::function<void(bool)> written_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
};

void FrontDoor::Loop::Welcome(const Listener& listener, int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // fails for a Unix socket
  auto connection = std::make_shared<Connection>(*this, listener, socket);
  connections_.insert(connection);
  connection->Start();
}

FrontDoor::Loop::~Loop() {
  asio::post(io_, [this] {
    boost::system::error_code ignored;
    for (Acceptor& acceptor : acceptors_) {
      acceptor.socket.close(ignored);
      acceptor.pause.cancel(ignored);
    }
    for (const auto& connection : std::set(connections_)) connection->Close();
  });
  thread_.join();
}

FrontDoor::FrontDoor(std::vector<Listener> listeners, Handlers handlers,
                     std::shared_ptr<const TlsContext> tls)
    : loop_(std::make_unique<Loop>(std::move(listeners), std::move(handlers), std::move(tls))) {}

FrontDoor::~FrontDoor() = default;

}  // namespace fakeetcd
