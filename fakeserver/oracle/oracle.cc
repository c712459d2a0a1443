#include "fakeserver/oracle/oracle.h"

#include <utility>
#include <vector>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;
using comparison::Outcome;
using google::protobuf::Message;

constexpr int64_t kLongerByMax = 3600;
constexpr int64_t kTtlMax = 9'000'000'000;  // lessor.go, MaxLeaseTTL
constexpr std::chrono::seconds kNewsPatience{1};
constexpr std::chrono::seconds kConnectTime{2};

constexpr char kAuthenticate[] = "/etcdserverpb.Auth/Authenticate";
constexpr char kHashKv[] = "/etcdserverpb.Maintenance/HashKV";
constexpr char kLeaseLeases[] = "/etcdserverpb.Lease/LeaseLeases";
constexpr char kLeaseRevoke[] = "/etcdserverpb.Lease/LeaseRevoke";
constexpr char kMemberList[] = "/etcdserverpb.Cluster/MemberList";
constexpr char kStatus[] = "/etcdserverpb.Maintenance/Status";
constexpr char kUserList[] = "/etcdserverpb.Auth/UserList";

// What two servers must have in common to begin with.
struct Contents {
  int64_t revision = 0;
  uint32_t hash = 0;
  int leases = 0;
  int users = 0;

  std::string ToString() const {
    return absl::StrCat("revision ", revision, ", hash ", hash, ", ", leases, " leases, ", users,
                        " users");
  }
};

absl::StatusOr<Contents> ContentsOf(const std::shared_ptr<grpc::Channel>& channel) {
  pb::HashKVResponse hash;
  pb::LeaseLeasesResponse leases;
  pb::AuthUserListResponse users;
  grpc::Status status = AskDirectly(channel, kHashKv, pb::HashKVRequest(), &hash);
  if (status.ok()) status = AskDirectly(channel, kLeaseLeases, pb::LeaseLeasesRequest(), &leases);
  if (status.ok()) status = AskDirectly(channel, kUserList, pb::AuthUserListRequest(), &users);
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  return Contents{.revision = hash.header().revision(),
                  .hash = hash.hash(),
                  .leases = leases.leases_size(),
                  .users = users.users_size()};
}

// What remains of a TTL is a matter of two clocks.
void MaskTime(Message* answer) {
  auto* const lease = dynamic_cast<pb::LeaseTimeToLiveResponse*>(answer);
  if (lease != nullptr && lease->ttl() > 0) lease->set_ttl(1);
}

std::string RequestText(const AskedCall& asked) {
  const auto request = comparison::NewRequest(asked.method);
  if (request != nullptr && request->ParseFromString(asked.bytes)) {
    return comparison::DescribeMessage(*request);
  }
  return absl::CHexEscape(asked.bytes);
}

}  // namespace

Oracle::Oracle(const std::string& endpoint, Tell tell)
    : channel_([&endpoint] {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(-1);
        return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
      }()),
      tell_(std::move(tell)) {
  // It may be just starting; and see grpc/grpc#35064 about a process's first connections.
  channel_->WaitForConnected(std::chrono::system_clock::now() + kConnectTime);
}

std::string Oracle::Version() const {
  pb::StatusResponse status;
  AskDirectly(channel_, kStatus, pb::StatusRequest(), &status);
  return status.version();
}

absl::Status Oracle::Meet(const std::shared_ptr<grpc::Channel>& fake) {
  const MutexLock lock(mu_);
  if (met_) return absl::OkStatus();
  const auto own = ContentsOf(fake);
  const auto other = ContentsOf(channel_);
  if (!own.ok()) return own.status();
  if (!other.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the oracle does not answer: ", other.status().message()));
  }
  if (own->ToString() != other->ToString()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the oracle is to hold what the fake does (", own->ToString(), "), as a fresh etcd does a ",
        "fresh fake, and it holds: ", other->ToString()));
  }
  pb::MemberListResponse own_members;
  pb::MemberListResponse other_members;
  AskDirectly(fake, kMemberList, pb::MemberListRequest(), &own_members);
  AskDirectly(channel_, kMemberList, pb::MemberListRequest(), &other_members);
  if (own_members.members_size() != 1 || other_members.members_size() != 1) {
    return absl::FailedPreconditionError("the oracle is to have one member");
  }
  fake_mask_.emplace(own_members);
  oracle_mask_.emplace(other_members);
  met_ = true;
  return absl::OkStatus();
}

CallMetadata Oracle::Translated(const CallMetadata& metadata) const {
  CallMetadata translated = metadata;
  const MutexLock lock(mu_);
  for (auto& [name, value] : translated) {
    const size_t at = value.rfind(' ') + 1;  // "Bearer TOKEN", or the token alone
    const auto found = tokens_.find(value.substr(at));
    if (found != tokens_.end()) value.replace(at, std::string::npos, found->second);
  }
  return translated;
}

// Bytes that are no message, and messages that mean the same to both, go as they came.
AskedCall Oracle::Translated(const AskedCall& asked) {
  AskedCall translated = asked;
  translated.metadata = Translated(asked.metadata);
  const auto request = comparison::NewRequest(asked.method);
  if (request == nullptr || !request->ParseFromString(asked.bytes)) return translated;
  const std::string before = request->SerializeAsString();
  if (auto* const grant = dynamic_cast<pb::LeaseGrantRequest*>(request.get())) {
    if (grant->ttl() > 0 && grant->ttl() <= kTtlMax - kLongerByMax) {
      grant->set_ttl(grant->ttl() + kLongerByMax);
    }
  }
  // Answered when it is done, as the fake's seems to be always: hashes tell how far it is.
  if (auto* const compact = dynamic_cast<pb::CompactionRequest*>(request.get())) {
    compact->set_physical(true);
  }
  {
    const MutexLock lock(mu_);
    oracle_mask_->Translate(*fake_mask_, *request);
  }
  std::string after = request->SerializeAsString();
  if (after != before) translated.bytes = std::move(after);
  return translated;
}

void Oracle::Compare(const AskedCall& asked, const CallReply& fake, const CallReply& oracle) {
  Outcome left = comparison::OutcomeOf(asked.method, fake.status, fake.bytes);
  Outcome right = comparison::OutcomeOf(asked.method, oracle.status, oracle.bytes);
  {
    const MutexLock lock(mu_);
    ++count_.compared;
    if (left.status.ok() && right.status.ok()) Learn(asked, *left.answer, *right.answer);
    for (const auto& [outcome, mask] :
         {std::pair(&left, &*fake_mask_), std::pair(&right, &*oracle_mask_)}) {
      if (!outcome->status.ok()) continue;
      MaskTime(outcome->answer.get());
      mask->Apply(*outcome->answer);
    }
  }
  if (left.Equals(right)) return;
  Report({.method = asked.method,
          .request = RequestText(asked),
          .fake = left.ToString(),
          .oracle = right.ToString()});
}

void Oracle::Learn(const AskedCall& asked, const Message& fake, Message& oracle) {
  fake_mask_->Learn(fake);
  oracle_mask_->Learn(oracle);
  const auto request = comparison::NewRequest(asked.method);
  if (!request->ParseFromString(asked.bytes)) return;
  if (asked.method == kAuthenticate) {
    const auto& token = static_cast<const pb::AuthenticateResponse&>(oracle).token();
    tokens_[static_cast<const pb::AuthenticateResponse&>(fake).token()] = token;
    const auto& login = static_cast<const pb::AuthenticateRequest&>(*request);
    if (login.name() == "root") root_login_ = asked.bytes;
  }
  LearnLease(*request, fake, oracle);
}

void Oracle::LearnLease(const Message& request, const Message& fake, Message& oracle) {
  if (auto* const grant = dynamic_cast<pb::LeaseGrantResponse*>(&oracle)) {
    const int64_t asked_ttl = static_cast<const pb::LeaseGrantRequest&>(request).ttl();
    const int64_t fake_ttl = static_cast<const pb::LeaseGrantResponse&>(fake).ttl();
    // A TTL that the fake has made longer to the least there is cannot be compared.
    const int64_t longer = fake_ttl > asked_ttl          ? grant->ttl() - fake_ttl
                           : grant->ttl() > kLongerByMax ? kLongerByMax
                                                         : 0;
    const bool is_longer = asked_ttl > 0 && asked_ttl <= kTtlMax - kLongerByMax;
    if (!is_longer) return;
    longer_leases_[grant->id()] = longer;
    grant->set_ttl(grant->ttl() - longer);
  } else if (auto* const kept = dynamic_cast<pb::LeaseKeepAliveResponse*>(&oracle)) {
    const auto found = longer_leases_.find(kept->id());
    if (found != longer_leases_.end() && kept->ttl() > 0)
      kept->set_ttl(kept->ttl() - found->second);
  } else if (auto* const asked = dynamic_cast<pb::LeaseTimeToLiveResponse*>(&oracle)) {
    const auto found = longer_leases_.find(asked->id());
    if (found == longer_leases_.end() || asked->grantedttl() == 0) return;
    asked->set_grantedttl(asked->grantedttl() - found->second);
  }
}

CallMetadata Oracle::LogInAsRoot() const {
  std::string login;
  {
    const MutexLock lock(mu_);
    login = root_login_;
  }
  pb::AuthenticateResponse answer;
  const CallReply reply = OutgoingCall(channel_, kAuthenticate, login, {}).Take();
  if (reply.status.ok()) answer.ParseFromString(reply.bytes);
  return {{"token", answer.token()}};
}

void Oracle::EndLease(int64_t id) {
  pb::LeaseRevokeRequest request;
  request.set_id(id);
  pb::LeaseRevokeResponse response;
  auto status = AskDirectly(channel_, kLeaseRevoke, request, &response);
  if (!status.ok()) {
    status = AskDirectly(channel_, kLeaseRevoke, request, &response, LogInAsRoot());
  }
  if (status.ok()) return;
  Report({.method = kLeaseRevoke,
          .request = comparison::DescribeMessage(request),
          .fake = "the lease ran out",
          .oracle = comparison::DescribeStatus(status)});
}

void Oracle::SetSettle(std::function<void()> settle) {
  const MutexLock order(order_);
  settle_ = std::move(settle);
}

void Oracle::Settle() {
  if (settle_) settle_();
}

void Oracle::SettleWatches() {
  std::vector<std::shared_ptr<WatchNews>> watches;
  {
    const MutexLock lock(mu_);
    watches.assign(watches_.begin(), watches_.end());
  }
  for (const auto& news : watches) news->AwaitEven(kNewsPatience);
}

void Oracle::Report(const Difference& difference) {
  {
    const MutexLock lock(mu_);
    ++count_.differences;
  }
  const MutexLock lock(telling_);
  if (tell_) tell_(difference);
}

void Oracle::CountComparison() {
  const MutexLock lock(mu_);
  ++count_.compared;
}

Oracle::Count Oracle::count() const {
  const MutexLock lock(mu_);
  return count_;
}

void Oracle::AddWatches(std::shared_ptr<WatchNews> news) {
  const MutexLock lock(mu_);
  watches_.push_back(std::move(news));
}

void Oracle::RemoveWatches(const std::shared_ptr<WatchNews>& news) {
  const MutexLock lock(mu_);
  watches_.remove(news);
}

}  // namespace fakeetcd
