// One process with our protos and a second copy under etcd's own package names, as a program has
// that links another etcd client too. Each side calls the other over gRPC.

#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "etcd/api/kv.grpc.pb.h"

#include "etcdpp_proto/kv.grpc.pb.h"

namespace {

namespace ours = etcdpp_proto::etcdserverpb;
namespace official = etcdserverpb;

// Answers a Put with the key as the previous pair, so that the answer proves what arrived.
template <typename Service, typename Request, typename Response>
class EchoKv final : public Service {
 public:
  grpc::Status Put(grpc::ServerContext* /*context*/, const Request* request,
                   Response* response) override {
    response->mutable_header()->set_revision(2);
    response->mutable_prev_kv()->set_key(request->key());
    return grpc::Status::OK;
  }
};

template <typename Service>
std::unique_ptr<grpc::Server> Serve(Service& service, int& port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  return builder.BuildAndStart();
}

template <typename Stub, typename Request, typename Response>
std::string PutAndGetEcho(Stub& stub) {
  Request request;
  request.set_key("k");
  Response response;
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const grpc::Status status = stub.Put(&context, request, &response);
  return status.ok() ? response.prev_kv().key() : status.error_message();
}

std::shared_ptr<grpc::Channel> ChannelTo(int port) {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                             grpc::InsecureChannelCredentials());
}

TEST(ClashTest, AnOfficialClientTalksToOurServer) {
  EchoKv<ours::KV::Service, ours::PutRequest, ours::PutResponse> service;
  int port = 0;
  const auto server = Serve(service, port);
  ASSERT_NE(server, nullptr);

  const auto stub = official::KV::NewStub(ChannelTo(port));
  const auto echoed =
      PutAndGetEcho<official::KV::Stub, official::PutRequest, official::PutResponse>(*stub);

  EXPECT_EQ(echoed, "k");
}

TEST(ClashTest, OurClientTalksToAnOfficialServer) {
  EchoKv<official::KV::Service, official::PutRequest, official::PutResponse> service;
  int port = 0;
  const auto server = Serve(service, port);
  ASSERT_NE(server, nullptr);

  const auto stub = ours::KV::NewStub(ChannelTo(port));
  const auto echoed = PutAndGetEcho<ours::KV::Stub, ours::PutRequest, ours::PutResponse>(*stub);

  EXPECT_EQ(echoed, "k");
}

TEST(ClashTest, BothSetsOfDescriptorsAreRegistered) {
  EXPECT_EQ(ours::PutRequest::descriptor()->full_name(), "etcdpp_proto.etcdserverpb.PutRequest");
  EXPECT_EQ(official::PutRequest::descriptor()->full_name(), "etcdserverpb.PutRequest");
}

}  // namespace
