// README's support table against the running server: every method of the protos, in every release,
// called for real. When it fails it prints the table as it should be.

#include <chrono>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/election.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/lock.pb.h"
#include "etcdpp_proto/maintenance.pb.h"
#include "etcdpp_proto/watch.pb.h"
#include "fakeetcd/server.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto;

constexpr char kBegin[] = "<!-- support table: begin -->\n";
constexpr char kEnd[] = "<!-- support table: end -->";
const std::vector<std::string> kReleases = {"3.4", "3.5", "3.6", "3.7"};

// What a method does only in part; the table says so instead of "complete".
const std::map<std::string, std::string> kPartly = {};

std::vector<const google::protobuf::ServiceDescriptor*> Services() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const google::protobuf::Descriptor* message :
       {pb::etcdserverpb::PutRequest::descriptor(), pb::etcdserverpb::WatchRequest::descriptor(),
        pb::etcdserverpb::LeaseGrantRequest::descriptor(),
        pb::etcdserverpb::MemberListRequest::descriptor(),
        pb::etcdserverpb::StatusRequest::descriptor(),
        pb::etcdserverpb::AuthEnableRequest::descriptor(), pb::v3lockpb::LockRequest::descriptor(),
        pb::v3electionpb::CampaignRequest::descriptor()}) {
    services.push_back(message->file()->service(0));
  }
  return services;
}

// The method's path on the wire: etcd's package, not ours.
std::string PathOf(const google::protobuf::MethodDescriptor& method) {
  const std::string service = method.service()->full_name();
  return "/" + service.substr(service.find('.') + 1) + "/" + method.name();
}

// A server of one release and a way to call anything on it.
class Release {
 public:
  explicit Release(const std::string& emulate)
      : server_(Server::Start({.emulate = emulate})),
        stub_(grpc::CreateChannel(server_->endpoint(), grpc::InsecureChannelCredentials())) {}

  // How an empty message is answered. A stream that stays open ends by the deadline.
  grpc::Status Call(const std::string& path) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
    const grpc::Slice nothing(std::string{});
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, path, {}, &request, &response,
                    [&done](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }

 private:
  std::unique_ptr<Server> server_;
  grpc::GenericStub stub_;
};

std::string Cell(const std::string& name, const grpc::Status& status) {
  if (status.error_code() != grpc::UNIMPLEMENTED) {
    const auto partly = kPartly.find(name);
    return partly == kPartly.end() ? "complete" : partly->second;
  }
  return status.error_message().starts_with("fake-etcd: ") ? "not supported" : "–";
}

std::string FieldsOf(const google::protobuf::Descriptor& message) {
  std::string fields;
  for (int i = 0; i < message.field_count(); ++i) {
    fields += (i == 0 ? "" : ", ") + message.field(i)->name();
  }
  return fields;
}

std::string Table() {
  std::map<std::string, std::unique_ptr<Release>> releases;
  for (const std::string& name : kReleases) releases[name] = std::make_unique<Release>(name);
  std::string table = "\n| RPC | 3.4 | 3.5 | 3.6 | 3.7 | request fields |\n";
  table += "| --- | --- | --- | --- | --- | --- |\n";
  for (const google::protobuf::ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const std::string name = service->name() + "." + method.name();
      table += "| " + name;
      for (const std::string& release : kReleases) {
        table += " | " + Cell(name, releases[release]->Call(PathOf(method)));
      }
      table += " | " + FieldsOf(*method.input_type()) + " |\n";
    }
  }
  return table + "\n";
}

std::string TableInReadme() {
  std::ifstream file(README);
  std::stringstream text;
  text << file.rdbuf();
  const std::string readme = text.str();
  const size_t begin = readme.find(kBegin);
  const size_t end = readme.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos) return "(no table)";
  return readme.substr(begin + sizeof(kBegin) - 1, end - begin - sizeof(kBegin) + 1);
}

TEST(SupportTableTest, IsWhatTheServerDoes) {
  const std::string table = Table();
  EXPECT_EQ(TableInReadme(), table) << "README.md should have, between its marks:\n" << table;
}

}  // namespace
}  // namespace fakeetcd
