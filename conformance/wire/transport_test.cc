// What comes before a request means anything: bytes that are no message, methods that do not
// exist, metadata and compression.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/raw_http2.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr char kPut[] = "/etcdserverpb.KV/Put";
constexpr char kRange[] = "/etcdserverpb.KV/Range";
constexpr char kTxn[] = "/etcdserverpb.KV/Txn";

// A field of protobuf that holds bytes. REQUIRES: `number` < 16 and `bytes` is short.
std::string Field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) +
         bytes;
}

TEST(Payload, ThatIsNoMessageIsAnInternalError) {
  const Wire wire;
  const struct {
    const char* name;
    std::string payload;
  } cases[] = {{"a field that ends too early",
                "\x0a\x05"
                "ab"},
               {"a number that does not end", "\xff\xff\xff"},
               {"a wire type that does not exist", "\x0f"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto reply = wire.CallRaw(kPut, c.payload);
    EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
    EXPECT_THAT(reply.status.error_message(), StartsWith("grpc: error unmarshalling request: "));
  }
}

TEST(Payload, ThatIsNoMessageOfAnyMethodIsAnInternalError) {
  const Wire wire;
  for (const char* method :
       {kRange, kTxn, "/etcdserverpb.KV/DeleteRange", "/etcdserverpb.KV/Compact",
        "/etcdserverpb.Lease/LeaseGrant", "/etcdserverpb.Lease/LeaseRevoke",
        "/etcdserverpb.Lease/LeaseTimeToLive", "/etcdserverpb.Maintenance/HashKV"}) {
    SCOPED_TRACE(method);
    EXPECT_EQ(wire.CallRaw(method, "\xff\xff\xff").status.error_code(), grpc::INTERNAL);
  }
}

TEST(Payload, ThatIsNoMessageLeavesTheConnectionUsable) {
  Scratch s;
  EXPECT_EQ(s.CallRaw(kPut, "\xff").status.error_code(), grpc::INTERNAL);
  EXPECT_THAT(s.Call(Put(s("a"), "1")), IsOk());
}

// A field of no message, begun as the group 26 and ended as the group 12.
TEST(Payload, MayHoldAnUnknownGroupThatEndsAsAnotherUpTo36) {
  Scratch s;
  const auto put = s.CallRaw(kPut, "\xd3\x01\x64" + Put(s("a"), "1").SerializeAsString());
  if (target().version.AtLeast(3, 7)) {
    EXPECT_EQ(put.status.error_code(), grpc::INTERNAL);
  } else {
    EXPECT_THAT(put, IsOk());
    EXPECT_EQ(s.Get("a").count(), 1);
  }
}

// The field 0x4142850a + 2^32, of which 32 bits leave an unknown one.
TEST(Payload, MayHoldAFieldOfANumberThatThereIsNotUpTo36) {
  Scratch s;
  const auto put =
      s.CallRaw(kPut, Put(s("a"), "1").SerializeAsString() + "\xd0\xd0\xd0\xd0\x20\x01");
  if (target().version.AtLeast(3, 7)) {
    EXPECT_EQ(put.status.error_code(), grpc::INTERNAL);
  } else {
    EXPECT_THAT(put, IsOk());
  }
}

// The lease of a put, in ten bytes of seven bits each.
TEST(Payload, MayHoldANumberOfMoreThan64BitsUpTo36) {
  Scratch s;
  const auto put = s.CallRaw(kPut, Put(s("a"), "1").SerializeAsString() +
                                       std::string("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"));
  if (target().version.AtLeast(3, 7)) {
    EXPECT_EQ(put.status.error_code(), grpc::INTERNAL);
  } else {
    EXPECT_THAT(put, IsOk());
  }
}

// Of the key, and of a field that nobody knows: where they would end is beyond 63 bits.
TEST(Payload, OfALengthThatEndsBeyond63BitsHasANegativeOneUpTo36) {
  if (!target().version.AtLeast(3, 5)) GTEST_SKIP() << "it ends an etcd 3.4";
  const std::string kMaximum = "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  const Wire wire;
  for (const std::string& field : {"\x0a" + kMaximum, "\xca\x18" + kMaximum}) {
    const auto put = wire.CallRaw(kPut, field);
    EXPECT_EQ(put.status.error_code(), grpc::INTERNAL);
    if (target().version.AtLeast(3, 7)) continue;
    EXPECT_EQ(put.status.error_message(),
              "grpc: error unmarshalling request: proto: negative length found during "
              "unmarshaling");
  }
}

TEST(Payload, OfNothingIsTheEmptyMessage) {
  const Wire wire;
  EXPECT_THAT(wire.CallRaw(kPut, ""), FailsWith(kEmptyKey));
  EXPECT_THAT(wire.CallRaw(kTxn, ""), IsOk());
}

TEST(Payload, MayHoldFieldsNobodyKnows) {
  Scratch s;
  const std::string payload = Put(s("a"), "1").SerializeAsString() + Field(15, "what is this");
  EXPECT_THAT(s.CallRaw(kPut, payload), IsOk());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(Payload, WithAFieldTwiceMeansTheLast) {
  Scratch s;
  const std::string payload = Put(s("a"), "1").SerializeAsString() + Field(2, "2");
  EXPECT_THAT(s.CallRaw(kPut, payload), IsOk());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "2")));
}

TEST(Payload, WithFieldsInAnyOrderMeansTheSame) {
  Scratch s;
  EXPECT_THAT(s.CallRaw(kPut, Field(2, "1") + Field(1, s("a"))), IsOk());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(Payload, WithTwoRequestsInOneOperationMeansTheLast) {
  Scratch s;
  s.Put("a", "1");
  const std::string op =
      Op(Delete(s("a"))).proto.SerializeAsString() + Op(Range(s("a"))).proto.SerializeAsString();
  const auto reply = s.CallRaw(kTxn, Field(2, op));
  ASSERT_THAT(reply, IsOk());
  pb::TxnResponse txn;
  ASSERT_TRUE(txn.ParseFromString(*reply));
  EXPECT_TRUE(txn.responses(0).has_response_range());
  EXPECT_EQ(s.Get("a").count(), 1);
}

TEST(Method, ThatAServiceDoesNotHaveIsUnimplemented) {
  const Wire wire;
  EXPECT_THAT(
      wire.CallRaw("/etcdserverpb.KV/Increment", ""),
      FailsWith(grpc::UNIMPLEMENTED, "unknown method Increment for service etcdserverpb.KV"));
  EXPECT_THAT(
      wire.CallRaw("/etcdserverpb.Lease/Grant", ""),
      FailsWith(grpc::UNIMPLEMENTED, "unknown method Grant for service etcdserverpb.Lease"));
}

TEST(Method, OfAServiceThatDoesNotExistIsUnimplemented) {
  const Wire wire;
  EXPECT_THAT(wire.CallRaw("/etcdserverpb.Kv/Put", ""),
              FailsWith(grpc::UNIMPLEMENTED, "unknown service etcdserverpb.Kv"));
}

TEST(Method, WithoutAServiceIsMalformed) {
  const Wire wire;
  const bool unimplemented = target().version.Since({V(3, 4, 28), V(3, 5, 0)});
  EXPECT_THAT(wire.CallRaw("/Put", ""),
              FailsWith(unimplemented ? grpc::UNIMPLEMENTED : grpc::RESOURCE_EXHAUSTED,
                        "malformed method name: \"/Put\""));
}

TEST(Method, DowngradeCameWith35) {
  const Wire wire;
  const auto reply = wire.CallRaw("/etcdserverpb.Maintenance/Downgrade", "\xff");
  if (target().version.AtLeast(3, 5)) {
    EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
    return;
  }
  EXPECT_THAT(reply, FailsWith(grpc::UNIMPLEMENTED,
                               "unknown method Downgrade for service etcdserverpb.Maintenance"));
}

TEST(Method, AuthStatusCameWith35) {
  const Wire wire;
  const auto status = wire.Call(pb::AuthStatusRequest());
  if (target().version.AtLeast(3, 5)) {
    EXPECT_THAT(status, IsOk());
    return;
  }
  EXPECT_THAT(status, FailsWith(grpc::UNIMPLEMENTED,
                                "unknown method AuthStatus for service etcdserverpb.Auth"));
}

TEST(Method, RangeStreamCameWith37) {
  const Wire wire;
  const auto reply = wire.CallRaw("/etcdserverpb.KV/RangeStream", "");
  if (target().version.AtLeast(3, 7)) {
    EXPECT_THAT(reply, FailsWith(kEmptyKey));
    return;
  }
  EXPECT_THAT(reply, FailsWith(grpc::UNIMPLEMENTED,
                               "unknown method RangeStream for service etcdserverpb.KV"));
}

TEST(Method, OfReflectionIsNotThere) {
  const Wire wire;
  EXPECT_THAT(
      wire.CallRaw("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", ""),
      FailsWith(grpc::UNIMPLEMENTED, "unknown service grpc.reflection.v1alpha.ServerReflection"));
}

TEST(Metadata, ThatRequiresALeaderIsMetWhereThereIsOne) {
  Scratch s;
  const CallOptions leader{.metadata = {{"hasleader", "true"}}};
  EXPECT_THAT(s.Call(Put(s("a"), "1"), leader), IsOk());
  EXPECT_THAT(s.Call(Range(s("a"), {.serializable = true}), leader), IsOk());
}

TEST(Metadata, OfTheClientVersionMayBeAnything) {
  Scratch s;
  for (const char* version : {"3.4", "99.0", "what is this", ""}) {
    SCOPED_TRACE(version);
    EXPECT_THAT(s.Call(Put(s("a"), "1"), {.metadata = {{"client-api-version", version}}}), IsOk());
  }
}

TEST(Metadata, NobodyKnowsIsIgnored) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1"), {.metadata = {{"x-trace", "1"}, {"x-trace", "2"}}}), IsOk());
}

TEST(Metadata, OfATokenIsIgnoredWhileAuthIsOffByNewPatches) {
  Scratch s;
  const auto put = s.Call(Put(s("a"), "1"), {.metadata = {{"token", "no token"}}});
  if (target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)})) {
    EXPECT_THAT(put, IsOk());
    return;
  }
  EXPECT_THAT(put, FailsWith(grpc::UNAUTHENTICATED, "etcdserver: invalid auth token"));
}

// How it is refused is the gRPC library's own choice of words.
TEST(Compression, WithGzipIsUnderstoodSince35) {
  Scratch s;
  const auto put = s.Call(Put(s("a"), std::string(10000, 'v')), {.gzip = true});
  EXPECT_EQ(put.status.error_code(),
            target().version.AtLeast(3, 5) ? grpc::OK : grpc::UNIMPLEMENTED);
}

TEST(Compression, IsNotOfferedInAnAnswersHeaders) {
  RawHttp2 connection(target().endpoint);
  connection.SendCall(1, kRange, Range("a").SerializeAsString());
  const auto headers = connection.Next(RawHttp2::kHeaders);
  ASSERT_TRUE(headers.has_value());
  EXPECT_THAT(RawHttp2::HeaderNames(*headers), ElementsAre(":status", "content-type"));
}

}  // namespace
}  // namespace conformance
