// A server's outside: HTTP, Unix sockets and TLS, and what of them is left when it stops.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// A connection that HTTP is typed into.
class Typist {
 public:
  explicit Typist(const Server& server) : Typist(server.endpoint()) {}
  explicit Typist(const std::string& endpoint) {
    if (endpoint.starts_with("unix:")) {
      sockaddr_un at{};
      at.sun_family = AF_UNIX;
      endpoint.copy(at.sun_path, sizeof(at.sun_path) - 1, 5);
      Connect(AF_UNIX, at);
    } else {
      sockaddr_in at{};
      at.sin_family = AF_INET;
      at.sin_port =
          htons(static_cast<uint16_t>(std::stoi(endpoint.substr(endpoint.find(':') + 1))));
      at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      Connect(AF_INET, at);
    }
  }
  ~Typist() { close(socket_); }
  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;

  void Type(std::string_view text) {
    EXPECT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// All that comes until `mark` has, or the connection has ended.
  std::string ReadUntil(std::string_view mark) {
    std::string text;
    char buffer[4096];
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    while (text.find(mark) == std::string::npos && poll(&ready, 1, 20'000) > 0) {
      const ssize_t size = recv(socket_, buffer, sizeof(buffer), 0);
      if (size <= 0) break;
      text.append(buffer, static_cast<size_t>(size));
    }
    return text;
  }
  std::string ReadToTheEnd() { return ReadUntil("never sent"); }
  bool IsAnsweredWithin(std::chrono::milliseconds time) const {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, static_cast<int>(time.count())) > 0;
  }

 private:
  template <typename Address>
  void Connect(int family, const Address& at) {
    socket_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
  }

  int socket_ = -1;
};

std::string Ask(const std::string& endpoint, const std::string& path,
                const std::string& more = "") {
  Typist typist(endpoint);
  typist.Type("GET " + path + " HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n" + more +
              "\r\n");
  return typist.ReadToTheEnd();
}

// A watch through the gateway, which is created when this returns.
std::unique_ptr<Typist> OpenWatch(const Server& server) {
  auto typist = std::make_unique<Typist>(server);
  typist->Type(
      "POST /v3/watch HTTP/1.1\r\nHost: x\r\nContent-Length: 33\r\n\r\n"
      R"({"create_request":{"key":"YQ=="}})");
  EXPECT_THAT(typist->ReadUntil("created"), StartsWith("HTTP/1.1 200 OK\r\n"));
  return typist;
}

TEST(ServerFrontTest, StopEndsWhatIsUnderWayOverHttp) {
  const auto server = Server::Start();
  const auto watch = OpenWatch(*server);
  Typist idle(*server);
  Typist half(*server);
  half.Type("GET /version HTTP/1.1\r\nHo");

  server->Stop();

  watch->ReadToTheEnd();
  EXPECT_EQ(idle.ReadToTheEnd(), "");
  EXPECT_EQ(half.ReadToTheEnd(), "");
  ASSERT_TRUE(server->Restart());
  EXPECT_THAT(Ask(server->endpoint(), "/health"), HasSubstr(R"("health":"true")"));
}

TEST(ServerFrontTest, EndsWithStreamsOpenOverHttp) {
  auto server = Server::Start();
  const auto one = OpenWatch(*server);
  const auto other = OpenWatch(*server);

  server.reset();

  one->ReadToTheEnd();
  other->ReadToTheEnd();
}

TEST(ServerFrontTest, ResetEndsStreamsOverHttpWithAnError) {
  const auto server = Server::Start();
  const auto watch = OpenWatch(*server);

  server->Reset();

  EXPECT_THAT(watch->ReadUntil("}}\n"), HasSubstr(R"({"error":{"code":14,"message":)"));
}

TEST(ServerFrontTest, AClientThatGoesTakesItsCallAlong) {
  const auto server = Server::Start();
  OpenWatch(*server).reset();

  EXPECT_THAT(Ask(server->endpoint(), "/version"), HasSubstr("etcdserver"));
}

TEST(ServerFrontTest, ListensAtAUnixSocketAndTidiesIt) {
  const std::string path = testing::TempDir() + "front.sock";
  auto server = Server::Start({.listen_addresses = {"unix://" + path}});
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->endpoint(), "unix:" + path);

  EXPECT_TRUE(TestClient(server->endpoint()).Put("k", "v").ok());
  EXPECT_THAT(Ask(server->endpoint(), "/version"), HasSubstr("etcdserver"));
  server->Stop();
  ASSERT_TRUE(server->Restart());
  EXPECT_TRUE(TestClient(server->endpoint()).Put("k", "v").ok());
  server.reset();

  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ServerFrontTest, LeavesASocketAloneThatItNeverListenedAt) {
  const std::string path = "unix://" + testing::TempDir() + "other.sock";
  const auto first = Server::Start({.listen_addresses = {path, "127.0.0.1:0"}});
  ASSERT_NE(first, nullptr);
  ASSERT_EQ(Server::Start({.listen_addresses = {path, first->endpoints()[1]}}), nullptr);

  EXPECT_TRUE(TestClient(first->endpoint()).Put("k", "v").ok());
}

// Without TestClient's patience for a connection that does not come about.
bool TakesGrpc(const std::string& endpoint) {
  const auto kv =
      pb::KV::NewStub(grpc::CreateChannel(endpoint, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::RangeRequest get;
  get.set_key("k");
  pb::RangeResponse response;
  return kv->Range(&context, get, &response).ok();
}

TEST(ServerFrontTest, ServesMetricsAndHealthApart) {
  const auto server = Server::Start({.listen_metrics_addresses = {"127.0.0.1:0"}});
  ASSERT_NE(server, nullptr);
  const std::string& at = server->metrics_endpoints().front();
  ASSERT_NE(at, server->endpoint());

  EXPECT_THAT(Ask(at, "/health"), HasSubstr(R"("health":"true")"));
  EXPECT_THAT(Ask(at, "/livez"), HasSubstr("ok\n"));
  EXPECT_THAT(Ask(at, "/metrics"), HasSubstr("etcd_server_has_leader 1\n"));
  EXPECT_THAT(Ask(at, "/version"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask(at, "//health"), StartsWith("HTTP/1.1 307"));
  EXPECT_FALSE(TakesGrpc(at));
  EXPECT_THAT(Ask(server->endpoint(), "/metrics"), StartsWith("HTTP/1.1 200"));
}

TEST(ServerFrontTest, ServesHttpApart) {
  const auto server = Server::Start({.listen_http_addresses = {"127.0.0.1:0"}});
  ASSERT_NE(server, nullptr);
  const std::string& at = server->http_endpoints().front();

  EXPECT_TRUE(TestClient(server->endpoint()).Put("k", "v").ok());
  EXPECT_FALSE(TakesGrpc(at));
  EXPECT_THAT(Ask(at, "/version"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(Ask(server->endpoint(), "/version"), "");
}

double ProcessorSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

TEST(ServerFrontTest, WaitsQuietlyWhileThereAreNoDescriptors) {
  const auto server = Server::Start();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit low{.rlim_cur = 256, .rlim_max = limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  std::vector<int> held;
  for (int fd = dup(0); fd >= 0; fd = dup(0)) held.push_back(fd);
  close(held.back());
  held.pop_back();

  Typist waiting(*server);  // takes the last one, so that the server gets none
  waiting.Type("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const double before = ProcessorSeconds();
  EXPECT_FALSE(waiting.IsAnsweredWithin(std::chrono::milliseconds(300)));
  EXPECT_LT(ProcessorSeconds() - before, 0.08);

  for (const int fd : held) close(fd);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(waiting.ReadToTheEnd(), HasSubstr("etcdserver"));
}

TEST(ServerFrontTest, MakesUpACertificate) {
  const auto server =
      Server::Start({.listen_addresses = {"https://127.0.0.1:0"}, .tls = {.auto_tls = true}});
  ASSERT_NE(server, nullptr);

  EXPECT_THAT(server->endpoint(), StartsWith("https://127.0.0.1:"));
}

TEST(ServerFrontTest, ServesPlainAndSecuredAtOnePort) {
  std::string port;
  {
    const auto free = Server::Start();
    port = free->endpoint();
  }
  const auto server = Server::Start(
      {.listen_addresses = {"http://" + port, "https://" + port}, .tls = {.auto_tls = true}});
  ASSERT_NE(server, nullptr);

  EXPECT_THAT(server->endpoints(), ElementsAre(port, "https://" + port));
  EXPECT_THAT(TestClient(port).ClientUrls(), ElementsAre("http://" + port, "https://" + port));
  Typist secured(port);
  secured.Type(std::string("\x16\x03\x01\0\x04\xff\0\0\0", 9));  // TLS, and no greeting
  EXPECT_THAT(secured.ReadToTheEnd(), StartsWith("\x15\x03"));   // an alert
}

// What a client says that offers HTTP/2, and no TLS above 1.2.
TEST(ServerFrontTest, TakesNoTlsBelowWhatItWasTold) {
  const auto server = Server::Start({.listen_addresses = {"https://127.0.0.1:0"},
                                     .tls = {.auto_tls = true, .min_version = "TLS1.3"}});
  ASSERT_NE(server, nullptr);
  const std::string alpn = std::string("\0\x10\0\x05\0\x03\x02h2", 9);
  const std::string body = std::string("\x03\x03") + std::string(32, 'r') +
                           std::string("\0\0\x02\xc0\x2b\x01\0\0\x09", 9) + alpn;
  const std::string message = std::string("\x01\0\0", 3) + static_cast<char>(body.size()) + body;
  Typist client(server->endpoint().substr(std::string("https://").size()));

  client.Type(std::string("\x16\x03\x01\0", 4) + static_cast<char>(message.size()) + message);

  const std::string protocol_version = "\x46";
  EXPECT_THAT(client.ReadToTheEnd(), AllOf(StartsWith("\x15\x03"), EndsWith(protocol_version)));
}

TEST(ServerFrontTest, TlsWithoutItsFilesIsAnErrorThatSaysSo) {
  const auto start = [](const Server::Tls& tls) {
    std::string error;
    EXPECT_EQ(Server::Start({.listen_addresses = {"https://127.0.0.1:0"}, .tls = tls}, &error),
              nullptr);
    return error;
  };
  const std::string empty = testing::TempDir() + "empty.pem";
  std::ofstream(empty).close();

  EXPECT_EQ(start({}), "KeyFile and CertFile must both be present[key: , cert: ]");
  EXPECT_EQ(start({.cert_file = "/nope.pem", .key_file = empty}),
            "open /nope.pem: no such file or directory");
  EXPECT_THAT(start({.cert_file = empty, .key_file = empty}),
              StartsWith("tls: failed to find any PEM data in certificate input"));
}

TEST(ServerFrontTest, AsksWhoMayAsk) {
  const auto server =
      Server::Start({.cors = {"http://good"}, .host_whitelist = {"localhost", "other"}});

  EXPECT_THAT(Ask(server->endpoint(), "/version", "Origin: http://good\r\n"),
              HasSubstr("Access-Control-Allow-Origin: http://good\r\n"));
  EXPECT_THAT(Ask(server->endpoint(), "/version", "Origin: http://bad\r\n"),
              testing::Not(HasSubstr("Access-Control")));
  Typist stranger(*server);
  stranger.Type("GET /version HTTP/1.1\r\nHost: evil:80\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(stranger.ReadToTheEnd(),
              testing::AllOf(StartsWith("HTTP/1.1 421 "), HasSubstr("--host-whitelist \"evil\"")));
}

TEST(ServerFrontTest, HasNoGatewayWhereThatIsTurnedOff) {
  const auto server = Server::Start({.enable_grpc_gateway = false});

  EXPECT_THAT(Ask(server->endpoint(), "/v3/kv/range"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

}  // namespace
}  // namespace fakeetcd
