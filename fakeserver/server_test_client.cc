#include "fakeserver/server_test_client.h"

#include <grpcpp/generic/generic_stub.h>

namespace fakeetcd {
namespace {

std::shared_ptr<grpc::Channel> Connect(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 10);
  // Which is, in spite of its name, how long an attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 10);
  arguments.SetMaxReceiveMessageSize(-1);
  const auto channel =
      grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
  // A process's first connections may fail for no reason in older gRPC, which looks at errno late
  // (grpc/grpc#35064), and a call that does not wait fails with them.
  channel->WaitForConnected(Soon());
  return channel;
}

}  // namespace

TestClient::TestClient(const std::string& endpoint)
    : channel(Connect(endpoint)),
      kv(pb::KV::NewStub(channel)),
      lease(pb::Lease::NewStub(channel)),
      watch(pb::Watch::NewStub(channel)),
      maintenance(pb::Maintenance::NewStub(channel)),
      cluster(pb::Cluster::NewStub(channel)) {}

grpc::Status TestClient::Put(const std::string& key, const std::string& value, int64_t lease_id) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::PutRequest request;
  request.set_key(key);
  request.set_value(value);
  request.set_lease(lease_id);
  pb::PutResponse response;
  return kv->Put(&context, request, &response);
}

std::optional<std::string> TestClient::Get(const std::string& key) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::RangeRequest request;
  request.set_key(key);
  pb::RangeResponse response;
  if (!kv->Range(&context, request, &response).ok() || response.kvs().empty()) return std::nullopt;
  return response.kvs(0).value();
}

grpc::Status TestClient::GetStatus(pb::StatusResponse* response) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  return maintenance->Status(&context, pb::StatusRequest(), response);
}

grpc::Status TestClient::Grant(int64_t id, int64_t ttl) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::LeaseGrantRequest request;
  request.set_id(id);
  request.set_ttl(ttl);
  pb::LeaseGrantResponse response;
  return lease->LeaseGrant(&context, request, &response);
}

pb::LeaseTimeToLiveResponse TestClient::TimeToLive(int64_t id) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::LeaseTimeToLiveRequest request;
  request.set_id(id);
  pb::LeaseTimeToLiveResponse response;
  lease->LeaseTimeToLive(&context, request, &response);
  return response;
}

std::vector<std::string> TestClient::ClientUrls() {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  pb::MemberListResponse response;
  if (!cluster->MemberList(&context, {}, &response).ok() || response.members().empty()) return {};
  const auto& urls = response.members(0).clienturls();
  return {urls.begin(), urls.end()};
}

grpc::Status TestClient::SendRaw(const std::string& path, const std::string& bytes) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(Soon());
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, path, &queue);
  const grpc::Slice slice(bytes);
  grpc::ByteBuffer response;
  grpc::Status status;
  bool ok = false;
  void* tag = nullptr;
  call->StartCall(&status);
  queue.Next(&tag, &ok);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), &status);
  queue.Next(&tag, &ok);
  call->Read(&response, &status);
  queue.Next(&tag, &ok);
  call->Finish(&status, &status);
  queue.Next(&tag, &ok);
  return status;
}

TestWatch::TestWatch(TestClient& client) {
  context_.set_deadline(Soon());
  stream_ = client.watch->Watch(&context_);
}

TestWatch::~TestWatch() {
  if (ended_) return;
  Cancel();
  End();
}

pb::WatchResponse TestWatch::Create(const std::string& key, int64_t start_revision) {
  pb::WatchRequest request;
  request.mutable_create_request()->set_key(key);
  request.mutable_create_request()->set_start_revision(start_revision);
  stream_->Write(request);
  return Next().value_or(pb::WatchResponse());
}

std::optional<pb::WatchResponse> TestWatch::Next() {
  pb::WatchResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response;
}

grpc::Status TestWatch::End() {
  while (Next()) {
  }
  ended_ = true;
  return stream_->Finish();
}

}  // namespace fakeetcd
