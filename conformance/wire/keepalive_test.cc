// How many pings a connection may send: clients that keep connections alive must know.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/raw_http2.h"
#include "conformance/target.h"

namespace conformance {
namespace {

constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr uint8_t kAck = 1;

// GOAWAY's payload: the last stream that was seen, ENHANCE_YOUR_CALM, and why.
std::string TooManyPings(char last_stream) {
  return std::string("\0\0\0", 3) + last_stream + std::string("\0\0\0\x0b", 4) + "too_many_pings";
}

// Sends that many pings, one after the other's answer.
void PingInTurn(RawHttp2& connection, int times) {
  for (int i = 0; i < times; ++i) {
    connection.SendPing("8 bytes.");
    auto answer = connection.Next(RawHttp2::kPing);
    // etcd sends pings of its own, to measure the bandwidth.
    while (answer && answer->flags != kAck) answer = connection.Next(RawHttp2::kPing);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->payload, "8 bytes.");
  }
}

// One ping too many.
void ExpectToBeSentAway(RawHttp2& connection, char last_stream) {
  connection.SendPing("8 bytes.");
  const auto away = connection.Next(RawHttp2::kGoAway);
  ASSERT_TRUE(away.has_value());
  EXPECT_EQ(away->payload, TooManyPings(last_stream));
  EXPECT_FALSE(connection.Next(RawHttp2::kGoAway).has_value());
}

TEST(Keepalive, OfAnIdleConnectionIsSentAwayAtTheFourthPing) {
  RawHttp2 connection(target().endpoint);
  PingInTurn(connection, 3);
  ExpectToBeSentAway(connection, 0);
}

TEST(Keepalive, OfAConnectionWithAStreamIsSentAwayAtTheFourthPingWithinFiveSeconds) {
  RawHttp2 connection(target().endpoint);
  connection.SendCall(1, kHealthWatch);
  ASSERT_TRUE(connection.Next(RawHttp2::kData).has_value());
  PingInTurn(connection, 3);
  ExpectToBeSentAway(connection, 1);
}

TEST(Keepalive, MayStartAnewWhenTheServerHasAnswered) {
  RawHttp2 connection(target().endpoint);
  PingInTurn(connection, 3);
  connection.SendCall(1, kHealthCheck);
  ASSERT_TRUE(connection.Next(RawHttp2::kData).has_value());
  PingInTurn(connection, 3);
}

}  // namespace
}  // namespace conformance
