// grpc.health.v1: how etcd answers load balancers and readiness probes that speak gRPC.
#include <memory>
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/server_stream.h"
#include "conformance/target.h"
#include "etcdpp_proto/health.grpc.pb.h"

namespace conformance {
namespace {

namespace health = etcdpp_proto::grpc::health::v1;

using testing::StartsWith;

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kList[] = "/grpc.health.v1.Health/List";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";

health::HealthCheckRequest Of(const std::string& service) {
  health::HealthCheckRequest request;
  request.set_service(service);
  return request;
}

class HealthStream : public ServerStream<health::HealthCheckResponse> {
 public:
  HealthStream(const Wire& wire, const std::string& service)
      : ServerStream(kWatch, {}, [&wire, &service](grpc::ClientContext* context) {
          return health::Health::NewStub(wire.channel())->Watch(context, Of(service));
        }) {}
};

// List came to the gRPC library that etcd is built with, not to etcd.
bool HasList() { return target().version.Since({V(3, 4, 42), V(3, 5, 28), V(3, 6, 9)}); }

TEST(Health, OfTheServerIsServing) {
  const Wire wire;
  const auto reply = wire.CallRaw(kCheck, "");
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(*reply, "\x08\x01");
}

TEST(Health, OfAnyServiceByNameIsUnknown) {
  const Wire wire;
  for (const char* name : {"etcdserverpb.KV", "grpc.health.v1.Health", "nothing"}) {
    SCOPED_TRACE(name);
    EXPECT_THAT(wire.CallRaw(kCheck, Of(name).SerializeAsString()),
                FailsWith(grpc::NOT_FOUND, "unknown service"));
  }
}

TEST(Health, ThatIsNoMessageIsAnInternalError) {
  const Wire wire;
  const auto reply = wire.CallRaw(kCheck, "\xff\xff\xff");
  EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
  EXPECT_THAT(reply.status.error_message(), StartsWith("grpc: error unmarshalling request: "));
}

// Not decoded by the library that decodes etcd's own messages.
TEST(Health, AsksOfNoServiceInAFieldOfAnotherWireType) {
  const Wire wire;
  EXPECT_THAT(wire.CallRaw(kCheck, "\x08\x01"), IsOk());
}

TEST(Health, HasNoOtherMethod) {
  const Wire wire;
  EXPECT_THAT(
      wire.CallRaw("/grpc.health.v1.Health/Set", ""),
      FailsWith(grpc::UNIMPLEMENTED, "unknown method Set for service grpc.health.v1.Health"));
}

TEST(HealthList, TellsOfTheServerAlone) {
  const Wire wire;
  const auto reply = wire.CallRaw(kList, "");
  if (!HasList()) {
    EXPECT_THAT(reply, FailsWith(grpc::UNIMPLEMENTED,
                                 "unknown method List for service grpc.health.v1.Health"));
    return;
  }
  health::HealthListResponse list;
  ASSERT_TRUE(list.ParseFromString(*reply));
  ASSERT_EQ(list.statuses().size(), 1U);
  EXPECT_EQ(list.statuses().at("").status(), health::HealthCheckResponse::SERVING);
}

TEST(HealthList, OfARequestThatIsNoMessageIsRefusedByMethodFirst) {
  const Wire wire;
  EXPECT_EQ(wire.CallRaw(kList, "\xff\xff\xff").status.error_code(),
            HasList() ? grpc::INTERNAL : grpc::UNIMPLEMENTED);
}

TEST(HealthWatch, SaysAtOnceThatTheServerIsServing) {
  const Wire wire;
  HealthStream stream(wire, "");
  EXPECT_EQ(stream.Next().status(), health::HealthCheckResponse::SERVING);
}

TEST(HealthWatch, SaysAtOnceThatAServiceIsUnknown) {
  const Wire wire;
  HealthStream stream(wire, "etcdserverpb.KV");
  EXPECT_EQ(stream.Next().status(), health::HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST(HealthWatch, StaysOpenUntilCancelled) {
  const Wire wire;
  for (const char* service : {"", "nothing"}) {
    HealthStream stream(wire, service);
    stream.Next();
    EXPECT_FALSE(stream.TryNext(std::chrono::milliseconds(100)).has_value());
    stream.Cancel();
    EXPECT_EQ(stream.End().error_code(), grpc::CANCELLED);
  }
}

TEST(HealthWatch, OfWhatIsNoMessageEndsWithAnInternalError) {
  const Wire wire;
  const auto reply = wire.CallRaw(kWatch, "\xff\xff\xff");
  EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
  EXPECT_THAT(reply.status.error_message(),
              StartsWith("grpc: failed to unmarshal the received message"));
}

}  // namespace
}  // namespace conformance
