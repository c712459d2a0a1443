#include "fakeserver/http/sniff.h"

#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// `bytes` behind their length in two bytes.
std::string Counted(const std::string& bytes) {
  return std::string{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())} + bytes;
}

std::string ClientHello(const std::string& protocols,
                        const std::string& versions = "\x02\x03\x04") {
  std::string extensions = std::string("\0\x2b", 2) + Counted(versions);
  if (!protocols.empty()) {
    extensions += std::string("\0\x10", 2) + Counted(Counted(protocols));
  }
  const std::string body = std::string(34, 'r') + std::string(1, '\0') +
                           Counted(std::string("\x13\x01")) + std::string("\x01\0", 2) +
                           Counted(extensions);
  const std::string message = std::string("\x01\0", 2) + Counted(body);
  return std::string("\x16\x03\x01") + Counted(message);
}

TEST(SniffTest, TellsGrpcByThePreface) {
  EXPECT_EQ(SniffPlain(kPreface), Speech::kGrpc);
  EXPECT_EQ(SniffPlain(kPreface + "more"), Speech::kGrpc);
}

TEST(SniffTest, WaitsForAllThatItTakes) {
  for (size_t size = 0; size < kPreface.size(); ++size) {
    EXPECT_EQ(SniffPlain(kPreface.substr(0, size)), Speech::kUnclear) << size;
  }
  EXPECT_EQ(SniffPlain("GET /version HTTP/1.1\r"), Speech::kUnclear);
}

TEST(SniffTest, TellsHttpByItsFirstLine) {
  EXPECT_EQ(SniffPlain("GET /version HTTP/1.1\r\n"), Speech::kHttp);
  EXPECT_EQ(SniffPlain("anything goes HTTP/1.0\n"), Speech::kHttp);
  EXPECT_EQ(SniffPlain("GET /version\r\n"), Speech::kNonsense);
  EXPECT_EQ(SniffPlain("GET /version HTTP/2.0\r\n"), Speech::kNonsense);
  EXPECT_EQ(SniffPlain("PRI * HTTP/2.0\r\nHost: x\r\n"), Speech::kNonsense);
  EXPECT_EQ(SniffPlain(std::string(4096, 'x')), Speech::kNonsense);
}

TEST(SniffTest, TellsWhoIsBehindTlsByTheProtocolsOffered) {
  const std::string h2 = "\x02h2";
  const std::string http = "\x08http/1.1";
  EXPECT_EQ(SniffTls(ClientHello(h2)), Speech::kGrpc);
  EXPECT_EQ(SniffTls(ClientHello("\x08grpc-exp" + h2)), Speech::kGrpc);
  EXPECT_EQ(SniffTls(ClientHello(h2 + http)), Speech::kHttp);
  EXPECT_EQ(SniffTls(ClientHello(http)), Speech::kHttp);
  EXPECT_EQ(SniffTls(ClientHello("")), Speech::kHttp);
  EXPECT_EQ(SniffTls("GET / HTTP/1.1\r\n"), Speech::kHttp);
}

TEST(SniffTest, WaitsForAWholeClientHello) {
  const std::string hello = ClientHello("\x02h2");
  for (size_t size = 0; size < hello.size(); ++size) {
    EXPECT_EQ(SniffTls(hello.substr(0, size)), Speech::kUnclear) << size;
  }
}

TEST(SniffTest, TellsWhetherTls13IsOffered) {
  EXPECT_TRUE(OffersTls13(ClientHello("\x02h2")));
  EXPECT_TRUE(OffersTls13(ClientHello("\x02h2", "\x04\x03\x03\x03\x04")));
  EXPECT_FALSE(OffersTls13(ClientHello("\x02h2", "\x02\x03\x03")));
  EXPECT_FALSE(OffersTls13(ClientHello("\x02h2", "")));
  EXPECT_FALSE(OffersTls13("GET / HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace fakeetcd
