#include "fakeserver/oracle/waiting_room.h"

#include <charconv>
#include <optional>
#include <utility>

#include "etcdpp_proto/election.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/lock.pb.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

constexpr char kLock[] = "/v3lockpb.Lock/Lock";
constexpr char kCampaign[] = "/v3electionpb.Election/Campaign";
constexpr char kRange[] = "/etcdserverpb.KV/Range";
constexpr char kLeaseGrant[] = "/etcdserverpb.Lease/LeaseGrant";
constexpr int64_t kSessionTtl = 60;  // client/v3/concurrency, defaultSessionTTL
constexpr std::chrono::seconds kPatience{10};

// Calls `use` with the request, of either kind.
template <typename Use>
bool WithRequest(AskedCall* asked, const Use& use) {
  const auto request = comparison::NewRequest(asked->method);
  if (!request->ParseFromString(asked->bytes)) return false;
  if (auto* lock = dynamic_cast<etcdpp_proto::v3lockpb::LockRequest*>(request.get())) use(*lock);
  if (auto* campaign = dynamic_cast<etcdpp_proto::v3electionpb::CampaignRequest*>(request.get())) {
    use(*campaign);
  }
  asked->bytes = request->SerializeAsString();
  return true;
}

std::string KeyOf(const std::string& name, int64_t lease) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), lease, 16).ptr;
  return name + "/" + std::string(digits, end);
}

}  // namespace

struct WaitingRoom::Call {
  AskedCall asked;
  std::string name;
  std::string key;
  int64_t create_revision = 0;
  std::unique_ptr<OutgoingCall> fake;
  std::unique_ptr<OutgoingCall> oracle;
  // Guarded by the room's mu_.
  std::optional<CallReply> reply;
  bool cancelled = false;
};

bool WaitingRoom::IsFor(const std::string& method) {
  return method == kLock || method == kCampaign;
}

// Without a lease etcd grants one of its own choosing; then it is the fake's choice.
void WaitingRoom::GrantLease(AskedCall* asked) {
  WithRequest(asked, [&](auto& request) {
    if (request.lease() != 0 || request.name().empty()) return;
    pb::LeaseGrantRequest grant;
    grant.set_ttl(kSessionTtl);
    AskedCall call{kLeaseGrant, grant.SerializeAsString(), asked->metadata};
    const CallReply fake = OutgoingCall(fake_, call.method, call.bytes, call.metadata).Take();
    pb::LeaseGrantResponse granted;
    if (!fake.status.ok() || !granted.ParseFromString(fake.bytes)) return;
    grant.set_id(granted.id());
    call.bytes = grant.SerializeAsString();
    const AskedCall other = oracle_.Translated(call);
    const CallReply oracle =
        OutgoingCall(oracle_.channel(), other.method, other.bytes, other.metadata).Take();
    oracle_.Compare(call, fake, oracle);
    request.set_lease(granted.id());
  });
}

bool WaitingRoom::IsThere(const std::shared_ptr<grpc::Channel>& channel, const Call& call,
                          const CallMetadata& metadata) const {
  pb::RangeRequest range;
  range.set_key(call.key);
  pb::RangeResponse found;
  AskDirectly(channel, kRange, range, &found, metadata);
  return found.kvs_size() > 0;
}

// Until the call has put its key, and waits, or has ended; true for the former.
bool WaitingRoom::AwaitPlace(const std::shared_ptr<grpc::Channel>& channel, const Call& call,
                             const OutgoingCall& outgoing, const CallMetadata& metadata) const {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!outgoing.EndsWithin(std::chrono::milliseconds(1))) {
    if (std::chrono::steady_clock::now() > deadline) return true;
    if (IsThere(channel, call, metadata)) return true;
  }
  return false;
}

bool WaitingRoom::SomebodyIsBefore(const Call& call) const {
  pb::RangeRequest range;
  range.set_key(call.name + "/");
  range.set_range_end(call.name + "0");
  range.set_max_create_revision(call.create_revision - 1);
  pb::RangeResponse found;
  AskDirectly(fake_, kRange, range, &found, call.asked.metadata);
  return found.kvs_size() > 0;
}

CallReply WaitingRoom::Serve(IncomingCall& incoming, AskedCall asked) {
  const auto call = std::make_shared<Call>();
  {
    const MutexLock order(oracle_.order());
    GrantLease(&asked);
    call->asked = asked;
    WithRequest(&asked, [&](const auto& request) {
      call->name = request.name();
      call->key = KeyOf(request.name(), request.lease());
    });
    const AskedCall other = oracle_.Translated(asked);
    call->fake = std::make_unique<OutgoingCall>(fake_, asked.method, asked.bytes, asked.metadata);
    call->oracle = std::make_unique<OutgoingCall>(oracle_.channel(), other.method, other.bytes,
                                                  other.metadata);
    const bool fake_waits = AwaitPlace(fake_, *call, *call->fake, asked.metadata);
    AwaitPlace(oracle_.channel(), *call, *call->oracle, other.metadata);
    pb::RangeRequest range;
    range.set_key(call->key);
    pb::RangeResponse found;
    AskDirectly(fake_, kRange, range, &found, asked.metadata);
    if (found.kvs_size() > 0) call->create_revision = found.kvs(0).create_revision();
    if (!fake_waits || !SomebodyIsBefore(*call)) {
      End(*call);
    } else {
      calls_.push_back(call);
    }
  }
  incoming.OnCancelled([this, call] {
    const MutexLock lock(mu_);
    call->cancelled = true;
    changed_.notify_all();
  });
  {
    MutexLock lock(mu_);
    while (!call->reply && !call->cancelled) changed_.wait(lock.native());
  }
  incoming.OnCancelled(nullptr);
  GiveUp(call);
  const MutexLock lock(mu_);
  return call->reply.value_or(CallReply{grpc::Status::CANCELLED, ""});
}

// One that gives up takes its key with it.
void WaitingRoom::GiveUp(const std::shared_ptr<Call>& call) {
  const MutexLock order(oracle_.order());
  calls_.remove(call);
  {
    const MutexLock lock(mu_);
    if (call->reply) return;
  }
  call->fake->Cancel();
  call->oracle->Cancel();
  const CallMetadata others = oracle_.Translated(call->asked.metadata);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (
      (IsThere(fake_, *call, call->asked.metadata) || IsThere(oracle_.channel(), *call, others)) &&
      std::chrono::steady_clock::now() < deadline) {
  }
}

void WaitingRoom::End(Call& call) {
  const bool fake_ended = call.fake->EndsWithin(kPatience);
  const bool oracle_ended = call.oracle->EndsWithin(fake_ended ? kPatience : kPatience / 10);
  const auto state = [](bool ended) { return ended ? "ends" : "waits for nobody"; };
  if (fake_ended != oracle_ended) {
    oracle_.Report({call.asked.method, call.key, state(fake_ended), state(oracle_ended)});
  }
  if (!fake_ended) call.fake->Cancel();
  CallReply reply = call.fake->Take();
  if (fake_ended && oracle_ended) oracle_.Compare(call.asked, reply, call.oracle->Take());
  const MutexLock lock(mu_);
  call.reply = std::move(reply);
  changed_.notify_all();
}

void WaitingRoom::Settle() {
  for (auto call = calls_.begin(); call != calls_.end();) {
    if (SomebodyIsBefore(**call)) {
      ++call;
      continue;
    }
    End(**call);
    call = calls_.erase(call);
  }
}

}  // namespace fakeetcd
