#include "etcdpp/discovery.h"

#include <array>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/src/srv_lookup.h"

namespace etcdpp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Zone = std::map<std::string, std::vector<SrvRecord>>;

SrvLookup LookupIn(const Zone& zone) {
  return [zone](const std::string& name) -> Result<std::vector<SrvRecord>> {
    const auto found = zone.find(name);
    if (found == zone.end()) return Status(Code::kNotFound, "no " + name);
    return found->second;
  };
}

TEST(DiscoveryTest, TakesThoseWithTlsFirstAndThenByPriorityAndWeight) {
  const Zone zone = {
      {"_etcd-client._tcp.example.com", {{0, 0, 2379, "plain.example.com"}}},
      {"_etcd-client-ssl._tcp.example.com",
       {{20, 0, 2379, "c"}, {10, 5, 2379, "b"}, {10, 9, 2380, "a"}, {30, 0, 1, "fd00::1"}}},
  };
  EXPECT_THAT(*DiscoverEndpoints("example.com", {.lookup = LookupIn(zone)}),
              ElementsAre("https://a:2380", "https://b:2379", "https://c:2379",
                          "https://[fd00::1]:1", "http://plain.example.com:2379"));
}

TEST(DiscoveryTest, AsksForTheServiceNameThatIsGiven) {
  const Zone zone = {{"_etcd-client-prod._tcp.d", {{0, 0, 1, "a"}}},
                     {"_etcd-client-ssl-prod._tcp.d", {{0, 0, 2, "b"}}}};
  EXPECT_THAT(*DiscoverEndpoints("d", {.service_name = "prod", .lookup = LookupIn(zone)}),
              ElementsAre("https://b:2", "http://a:1"));
}

TEST(DiscoveryTest, FailsWhereNeitherNameIsThere) {
  EXPECT_EQ(DiscoverEndpoints("d", {.lookup = LookupIn({})}).status().code(), Code::kNotFound);
  const Zone not_here = {{"_etcd-client._tcp.d", {{0, 0, 0, ""}}}};
  EXPECT_EQ(DiscoverEndpoints("d", {.lookup = LookupIn(not_here)}).status().code(),
            Code::kNotFound);
  const auto silent = [](const std::string& name) -> Result<std::vector<SrvRecord>> {
    if (name.find("ssl") != std::string::npos) return Status(Code::kNotFound, "none");
    return Status(Code::kUnavailable, "nobody said");
  };
  EXPECT_EQ(DiscoverEndpoints("d", {.lookup = silent}).status().code(), Code::kUnavailable);
}

/// A name server on loopback that answers one question with what a test says.
class NameServer {
 public:
  using Bytes = std::vector<unsigned char>;

  NameServer(unsigned char code, Bytes records, unsigned char count) {
    socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, code, records, count] { AnswerOnce(code, records, count); });
  }
  ~NameServer() {
    if (thread_.joinable()) thread_.join();
    close(socket_);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  uint16_t port() const { return port_; }
  /// What was asked for, with a length before each label. Waits until it was answered.
  const std::string& Question() {
    thread_.join();
    return question_;
  }

  /// One SRV record about the name in the question.
  static Bytes Srv(unsigned char priority, unsigned char weight, uint16_t port,
                   const std::string& label) {
    const auto low = [](uint16_t number) { return static_cast<unsigned char>(number & 0xff); };
    const auto high = [](uint16_t number) { return static_cast<unsigned char>(number >> 8); };
    Bytes record = {0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60};
    record.insert(record.end(),
                  {0, static_cast<unsigned char>(8 + label.size()), 0, priority, 0, weight,
                   high(port), low(port), static_cast<unsigned char>(label.size())});
    record.insert(record.end(), label.begin(), label.end());
    record.push_back(0);
    return record;
  }

 private:
  void AnswerOnce(unsigned char code, const Bytes& records, unsigned char count) {
    std::array<unsigned char, 512> request{};
    sockaddr_in from{};
    socklen_t from_size = sizeof(from);
    const auto length = recvfrom(socket_, request.data(), request.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_size);
    size_t end = 12;  // of the header; then labels, an empty one, type and class
    while (static_cast<ssize_t>(end) < length && request.at(end) != 0) end += request.at(end) + 1U;
    end += 5;
    question_.assign(request.begin() + 12, request.begin() + static_cast<long>(end));
    Bytes answer(request.begin(), request.begin() + static_cast<long>(end));
    answer.at(2) = 0x85;  // an answer, by who should know
    answer.at(3) = static_cast<unsigned char>(0x80 | code);
    answer.at(7) = count;
    answer.at(11) = 0;  // nothing additional
    answer.insert(answer.end(), records.begin(), records.end());
    sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), from_size);
  }

  int socket_ = -1;
  uint16_t port_ = 0;
  std::string question_;
  std::thread thread_;
};

TEST(SrvLookupTest, ReadsWhatANameServerAnswers) {
  auto records = NameServer::Srv(10, 1, 2379, "one");
  const auto second = NameServer::Srv(20, 2, 65535, "two");
  records.insert(records.end(), second.begin(), second.end());
  NameServer server(0, records, 2);
  const auto found = LookUpSrv("_etcd-client._tcp.example.com", server.port());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre(SrvRecord{10, 1, 2379, "one"}, SrvRecord{20, 2, 65535, "two"}));
  EXPECT_THAT(server.Question(), HasSubstr("_etcd-client"));
}

TEST(SrvLookupTest, TellsNothingThereFromNobodyKnows) {
  {
    NameServer no_such_name(3, {}, 0);
    EXPECT_EQ(LookUpSrv("a.example.com", no_such_name.port()).status().code(), Code::kNotFound);
  }
  NameServer cut_off(0, {0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 9, 1}, 1);
  EXPECT_EQ(LookUpSrv("a.example.com", cut_off.port()).status().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace etcdpp
