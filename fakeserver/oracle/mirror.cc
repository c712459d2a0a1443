#include "fakeserver/oracle/mirror.h"

#include <utility>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "etcdpp_proto/lease.pb.h"
#include "fakeserver/oracle/incoming_call.h"
#include "fakeserver/oracle/mirrored_streams.h"
#include "fakeserver/oracle/waiting_room.h"
#include "fakeserver/oracle/workers.h"

namespace fakeetcd {
namespace {

constexpr char kWatch[] = "/etcdserverpb.Watch/Watch";
constexpr char kKeepAlive[] = "/etcdserverpb.Lease/LeaseKeepAlive";
constexpr char kLeaseGrant[] = "/etcdserverpb.Lease/LeaseGrant";
constexpr char kCompact[] = "/etcdserverpb.KV/Compact";

bool IsOfEtcd(const std::string& method) {
  return method.starts_with("/etcdserverpb.") || method.starts_with("/v3lockpb.") ||
         method.starts_with("/v3electionpb.");
}

// The id that the fake has chosen is the lease's at the oracle, too.
void TakeOverId(const AskedCall& asked, const CallReply& fake, AskedCall* other) {
  namespace pb = etcdpp_proto::etcdserverpb;
  pb::LeaseGrantRequest request;
  pb::LeaseGrantResponse granted;
  if (asked.method != kLeaseGrant || !fake.status.ok() || !request.ParseFromString(other->bytes) ||
      request.id() != 0 || !granted.ParseFromString(fake.bytes)) {
    return;
  }
  request.set_id(granted.id());
  other->bytes = request.SerializeAsString();
}

}  // namespace

struct Mirror::Parts final : public grpc::CallbackGenericService {
  Parts(Oracle& asked_oracle, const std::shared_ptr<grpc::Channel>& fake_channel)
      : oracle(asked_oracle), fake(fake_channel), waiting(asked_oracle, fake_channel) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    auto call = IncomingCall::Accept(context);
    auto* const reactor = call.get();
    workers.Run([this, call = std::move(call)] { Serve(call); });
    return reactor;
  }

  void Serve(const std::shared_ptr<IncomingCall>& call) {
    const std::string& method = call->method();
    const bool known = IsOfEtcd(method);
    if (known && comparison::KindOf(method) == comparison::MethodKind::kUnary) {
      ServeUnary(*call);
    } else if (method == kWatch) {
      MirrorWatch({oracle, fake, workers}, call);
    } else if (method == kKeepAlive) {
      MirrorKeepAlive({oracle, fake, workers}, call);
    } else {
      PassOn({oracle, fake, workers}, call);
    }
  }

  void ServeUnary(IncomingCall& call) {
    const auto message = call.Receive();
    if (!message) return call.End({grpc::StatusCode::UNKNOWN, "EOF"});
    const AskedCall asked{call.method(), BytesOf(*message), call.metadata()};
    const CallReply reply =
        WaitingRoom::IsFor(asked.method) ? waiting.Serve(call, asked) : AskBoth(asked);
    if (reply.status.ok()) call.Send(BufferOf(reply.bytes));
    call.End(reply.status);
  }

  CallReply AskBoth(const AskedCall& asked) {
    const MutexLock order(oracle.order());
    // etcd looks for an event's previous pair when it sends the event, and not behind a compaction.
    if (asked.method == kCompact) oracle.SettleWatches();
    CallReply reply = OutgoingCall(fake, asked.method, asked.bytes, asked.metadata).Take();
    AskedCall other = oracle.Translated(asked);
    TakeOverId(asked, reply, &other);
    oracle.Compare(
        asked, reply,
        OutgoingCall(oracle.channel(), other.method, other.bytes, other.metadata).Take());
    oracle.Settle();
    return reply;
  }

  Oracle& oracle;
  const std::shared_ptr<grpc::Channel> fake;
  WaitingRoom waiting;
  std::unique_ptr<grpc::Server> server;
  Workers workers;  // the first to go
};

Mirror::Mirror(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->oracle.SetSettle([this] { parts_->waiting.Settle(); });
}

absl::StatusOr<std::unique_ptr<Mirror>> Mirror::Start(
    Oracle& oracle, std::shared_ptr<grpc::Channel> fake,
    const std::function<void(grpc::ServerBuilder&)>& configure) {
  if (auto status = oracle.Meet(fake); !status.ok()) return status;
  auto parts = std::make_unique<Parts>(oracle, fake);
  grpc::ServerBuilder builder;
  configure(builder);
  builder.RegisterCallbackGenericService(parts.get());
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr) return absl::InternalError("cannot start gRPC");
  return std::unique_ptr<Mirror>(new Mirror(std::move(parts)));
}

Mirror::~Mirror() {
  parts_->server->Shutdown(std::chrono::system_clock::now());
  parts_->server->Wait();
  parts_->oracle.SetSettle(nullptr);
}

std::shared_ptr<grpc::Channel> Mirror::ChannelToSelf() {
  return parts_->server->InProcessChannel(grpc::ChannelArguments());
}

}  // namespace fakeetcd
