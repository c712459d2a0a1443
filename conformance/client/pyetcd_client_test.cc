// python-etcd3's tests of the cluster, of errors and of what its objects are made of, each by its
// name and with its intent.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/auth_corner.h"
#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"
#include "etcdpp/mocks/mock_connection.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace cmp = etcdpp::cmp;

using etcdpp::Alarm;
using etcdpp::AlarmType;
using etcdpp::Client;
using etcdpp::Code;
using etcdpp::Compare;
using etcdpp::SortOrder;
using etcdpp::SortTarget;
using etcdpp::Status;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::NiceMock;
using testing::Return;
using testing::UnorderedElementsAre;

TEST(PyEtcd, MemberList) {
  Corner c;
  const auto members = Must(c.client().cluster().ListMembers()).members;
  ASSERT_EQ(members.size(), std::max(size_t{1}, target().endpoints.size()));
  for (const etcdpp::Member& member : members) {
    EXPECT_NE(member.id, 0U);
    EXPECT_TRUE(member.started());
    EXPECT_FALSE(member.peer_urls.empty());
    for (const std::string& url : member.client_urls) EXPECT_TRUE(url.starts_with("http"));
  }
}

TEST(PyEtcd, StatusMember) {
  Corner c;
  const auto status = Must(c.client().maintenance().GetStatus());
  const auto members = Must(c.client().cluster().ListMembers()).members;
  EXPECT_TRUE(std::any_of(members.begin(), members.end(), [&](const etcdpp::Member& member) {
    return member.id == status.leader;
  }));
}

TEST(PyEtcd, Hash) {
  Corner c;
  EXPECT_TRUE(c.client().maintenance().Hash().ok());
}

TEST(PyEtcd, Snapshot) {
  Corner c;
  std::string bytes;
  etcdpp::SnapshotRequest request;
  request.sink = [&bytes](std::string_view piece) {
    bytes.append(piece);
    return Status();
  };
  const auto taken = c.client().maintenance().Snapshot(std::move(request));
  ASSERT_TRUE(taken.ok()) << taken.status();  // its digest is right, then
  EXPECT_GT(bytes.size(), 512U);
}

/// Alarms, which are there for nobody else to see: disarmed when the case ends.
class Alarms {
 public:
  ~Alarms() {
    for (const Alarm& alarm : List()) (void)maintenance().DisarmAlarm(alarm);
  }

  etcdpp::Maintenance maintenance() { return c_.client().maintenance(); }
  std::vector<Alarm> List() { return Must(maintenance().ListAlarms()).alarms; }
  etcdpp::MemberId SomeMember() { return Must(c_.client().cluster().ListMembers()).members[0].id; }

 private:
  Corner c_;
};

Alarm NoSpace(etcdpp::MemberId member = 0) {
  Alarm alarm;
  alarm.type = AlarmType::kNoSpace;
  alarm.member_id = member;
  return alarm;
}

TEST(PyEtcdAlarms, CreateAlarmAllMembers) {
  Alarms a;
  EXPECT_THAT(Must(a.maintenance().ActivateAlarm(NoSpace())).alarms, ElementsAre(NoSpace()));
}

TEST(PyEtcdAlarms, CreateAlarmSpecificMember) {
  Alarms a;
  const Alarm alarm = NoSpace(a.SomeMember());
  EXPECT_THAT(Must(a.maintenance().ActivateAlarm(alarm)).alarms, ElementsAre(alarm));
}

TEST(PyEtcdAlarms, ListAlarms) {
  Alarms a;
  const Alarm of_one = NoSpace(a.SomeMember());
  ASSERT_TRUE(a.maintenance().ActivateAlarm(NoSpace()).ok());
  ASSERT_TRUE(a.maintenance().ActivateAlarm(of_one).ok());
  EXPECT_THAT(a.List(), UnorderedElementsAre(NoSpace(), of_one));
}

TEST(PyEtcdAlarms, DisarmAlarm) {
  Alarms a;
  ASSERT_TRUE(a.maintenance().ActivateAlarm(NoSpace()).ok());
  EXPECT_THAT(a.List(), ElementsAre(NoSpace()));
  EXPECT_TRUE(a.maintenance().DisarmAlarm(NoSpace()).ok());
  EXPECT_THAT(a.List(), IsEmpty());
}

// A client whose reads fail so.
Client Failing(Code code) {
  auto connection = std::make_shared<NiceMock<etcdpp::mocks::MockConnection>>();
  ON_CALL(*connection, Range).WillByDefault(Return(Status(code, "made up")));
  return Client(connection);
}

TEST(PyEtcd, InternalExceptionOnInternalError) {
  EXPECT_EQ(Failing(Code::kInternal).Get("foo").status().code(), Code::kInternal);
}

TEST(PyEtcd, GrpcExceptionOnUnknownCode) {
  EXPECT_EQ(Failing(Code::kDataLoss).Get("foo").status().code(), Code::kDataLoss);
}

etcdpp::Options Impatient(std::vector<std::string> endpoints) {
  etcdpp::Options options;
  options.endpoints = std::move(endpoints);
  options.call_timeout = 2s;
  options.retry.max_attempts = 1;
  return options;
}

TEST(PyEtcd, ConnectionFailureExceptionOnConnectionFailure) {
  Proxy proxy(target().endpoint);
  proxy.Cut();
  Client client(Impatient({proxy.endpoint()}));
  EXPECT_EQ(client.Get("foo").status().code(), Code::kUnavailable);
}

TEST(PyEtcd, ConnectionTimeoutExceptionOnConnectionTimeout) {
  Corner c;
  EXPECT_EQ(c.client().Get(c("foo"), {}, {.timeout = 0ms}).status().code(),
            Code::kDeadlineExceeded);
  EXPECT_TRUE(c.client().Get(c("foo")).ok());  // it was the caller's haste, not the server's fault
}

TEST(PyEtcd, SingleEndpointFailover) {
  Proxy proxy(target().endpoint);
  proxy.Cut();
  Client client(Impatient({proxy.endpoint()}));
  EXPECT_EQ(client.Get("foo").status().code(), Code::kUnavailable);
  EXPECT_EQ(client.Get("foo").status().code(), Code::kUnavailable);
}

TEST(PyEtcdFailover, EndpointOffline) {
  Corner c;
  Proxy proxy(target().endpoint);
  proxy.Cut();
  etcdpp::Options options = Impatient({proxy.endpoint(), target().endpoint});
  options.retry = {};
  Client client(options);
  // The call itself goes to the next endpoint, where python-etcd3's has to be made again.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(client.Get(c("foo")).ok());
}

TEST(PyEtcdFailover, FailoverDuringWatch) {
  Corner c;
  Proxy proxy(target().endpoint);
  etcdpp::Options options = Impatient({proxy.endpoint(), target().endpoint});
  options.retry = {};
  Client client(options);
  std::vector<etcdpp::Watch> watches;  // one on each endpoint, at least
  for (int i = 0; i < 4; ++i) watches.push_back(client.Watch(c("foo"), {.own_stream = true}));
  proxy.Cut();
  c.Put("foo", "foo");
  for (etcdpp::Watch& watch : watches) {
    EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("foo=foo"));
  }
}

// Text that is no sort target is a ValueError there; here it does not compile.
TEST(PyEtcdClient, SortTarget) {
  Corner c;
  for (const SortTarget by : {SortTarget::kKey, SortTarget::kVersion, SortTarget::kCreateRevision,
                              SortTarget::kModRevision, SortTarget::kValue}) {
    EXPECT_TRUE(c.client().Range(c.All(), {.sort_target = by}).ok());
  }
  EXPECT_FALSE((std::is_convertible_v<const char*, SortTarget>));
}

TEST(PyEtcdClient, SortOrder) {
  Corner c;
  for (const SortOrder order : {SortOrder::kNone, SortOrder::kAscend, SortOrder::kDescend}) {
    EXPECT_TRUE(c.client().Range(c.All(), {.sort_order = order}).ok());
  }
  EXPECT_FALSE((std::is_convertible_v<const char*, SortOrder>));
}

TEST(PyEtcdClient, ChannelWithNoCert) {
  Client client(target().endpoint);
  EXPECT_TRUE(client.Get("foo").ok());
}

TEST(PyEtcdClient, UserPwdAuth) {
  AuthCorner c;
  c.Enable();
  EXPECT_TRUE(c.root().Get(c("foo")).ok());
  EXPECT_FALSE(c.client().Get(c("foo")).ok());
}

// A token travels as metadata by this name, with TLS and without.
TEST(PyEtcd, TokenCallback) {
  AuthCorner c;
  c.Enable();
  const auto token = Must(c.client().auth().Authenticate("root", "root")).token;
  EXPECT_TRUE(c.client().Get(c("foo"), {}, {.metadata = {{"token", token}}}).ok());
}

struct CompareCase {
  Compare compare;
  Compare::Relation relation;
  Compare::Target target;
};

void ExpectEach(const std::vector<CompareCase>& cases) {
  for (const CompareCase& c : cases) {
    EXPECT_EQ(c.compare.relation, c.relation);
    EXPECT_EQ(c.compare.target, c.target);
  }
}

TEST(PyEtcdCompares, CompareVersion) {
  const auto target = Compare::Target::kVersion;
  ExpectEach({{cmp::Version("key") == 1, Compare::Relation::kEqual, target},
              {cmp::Version("key") != 2, Compare::Relation::kNotEqual, target},
              {cmp::Version("key") < 91, Compare::Relation::kLess, target},
              {cmp::Version("key") > 92, Compare::Relation::kGreater, target}});
}

TEST(PyEtcdCompares, CompareValue) {
  const auto target = Compare::Target::kValue;
  ExpectEach({{cmp::Value("key") == "b", Compare::Relation::kEqual, target},
              {cmp::Value("key") != "b", Compare::Relation::kNotEqual, target},
              {cmp::Value("key") < "b", Compare::Relation::kLess, target},
              {cmp::Value("key") > "b", Compare::Relation::kGreater, target}});
}

TEST(PyEtcdCompares, CompareMod) {
  const auto target = Compare::Target::kModRevision;
  ExpectEach({{cmp::ModRevision("key") == -100, Compare::Relation::kEqual, target},
              {cmp::ModRevision("key") != -100, Compare::Relation::kNotEqual, target},
              {cmp::ModRevision("key") < 19, Compare::Relation::kLess, target},
              {cmp::ModRevision("key") > 21, Compare::Relation::kGreater, target}});
}

TEST(PyEtcdCompares, CompareCreate) {
  const auto target = Compare::Target::kCreateRevision;
  ExpectEach({{cmp::CreateRevision("key") == 10, Compare::Relation::kEqual, target},
              {cmp::CreateRevision("key") != 10, Compare::Relation::kNotEqual, target},
              {cmp::CreateRevision("key") < 155, Compare::Relation::kLess, target},
              {cmp::CreateRevision("key") > -12, Compare::Relation::kGreater, target}});
}

}  // namespace
}  // namespace conformance
