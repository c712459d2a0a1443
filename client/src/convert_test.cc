#include "client/src/convert.h"

#include <string>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

namespace mvccpb = etcdpp_proto::mvccpb;

TEST(ConvertTest, TheEnumeratorsHaveTheWiresNumbers) {
  const auto same = [](auto ours, auto wire) {
    return static_cast<int>(ours) == static_cast<int>(wire);
  };
  EXPECT_TRUE(same(SortOrder::kAscend, pb::RangeRequest::ASCEND));
  EXPECT_TRUE(same(SortOrder::kDescend, pb::RangeRequest::DESCEND));
  EXPECT_TRUE(same(SortTarget::kKey, pb::RangeRequest::KEY));
  EXPECT_TRUE(same(SortTarget::kVersion, pb::RangeRequest::VERSION));
  EXPECT_TRUE(same(SortTarget::kCreateRevision, pb::RangeRequest::CREATE));
  EXPECT_TRUE(same(SortTarget::kModRevision, pb::RangeRequest::MOD));
  EXPECT_TRUE(same(SortTarget::kValue, pb::RangeRequest::VALUE));
  EXPECT_TRUE(same(Compare::Relation::kEqual, pb::Compare::EQUAL));
  EXPECT_TRUE(same(Compare::Relation::kGreater, pb::Compare::GREATER));
  EXPECT_TRUE(same(Compare::Relation::kLess, pb::Compare::LESS));
  EXPECT_TRUE(same(Compare::Relation::kNotEqual, pb::Compare::NOT_EQUAL));
  EXPECT_TRUE(same(Compare::Target::kVersion, pb::Compare::VERSION));
  EXPECT_TRUE(same(Compare::Target::kCreateRevision, pb::Compare::CREATE));
  EXPECT_TRUE(same(Compare::Target::kModRevision, pb::Compare::MOD));
  EXPECT_TRUE(same(Compare::Target::kValue, pb::Compare::VALUE));
  EXPECT_TRUE(same(Compare::Target::kLease, pb::Compare::LEASE));
  EXPECT_TRUE(same(Code::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED));
}

TEST(ConvertTest, ARangeSendsEveryOption) {
  const pb::RangeRequest wire = ToProto(RangeRequest{KeyRange::HalfOpen("a", "c"),
                                                     {.limit = 1,
                                                      .revision = 2,
                                                      .sort_order = SortOrder::kDescend,
                                                      .sort_target = SortTarget::kModRevision,
                                                      .serializable = true,
                                                      .keys_only = true,
                                                      .count_only = true,
                                                      .min_mod_revision = 3,
                                                      .max_mod_revision = 4,
                                                      .min_create_revision = 5,
                                                      .max_create_revision = 6}});

  EXPECT_EQ(wire.ShortDebugString(),
            "key: \"a\" range_end: \"c\" limit: 1 revision: 2 sort_order: DESCEND sort_target: MOD "
            "serializable: true keys_only: true count_only: true min_mod_revision: 3 "
            "max_mod_revision: 4 min_create_revision: 5 max_create_revision: 6");
}

TEST(ConvertTest, APutSendsEveryOption) {
  const pb::PutRequest wire = ToProto(PutRequest{
      "k", "v", {.lease = -7, .prev_kv = true, .ignore_value = true, .ignore_lease = true}});

  EXPECT_EQ(wire.ShortDebugString(),
            "key: \"k\" value: \"v\" lease: -7 prev_kv: true ignore_value: true ignore_lease: "
            "true");
}

TEST(ConvertTest, ATransactionSendsItsConditionsAndOperations) {
  const pb::TxnRequest wire = ToProto(
      TxnRequest()
          .If(cmp::Value("a") != "x", cmp::Lease(KeyRange::HalfOpen("b", "c")) > 3)
          .Then(op::Put("a", "y"), op::Txn(TxnRequest().Then(op::Delete("d", {.prev_kv = true}))))
          .Else(op::Get("a", {.limit = 1})));

  EXPECT_EQ(wire.ShortDebugString(),
            "compare { result: NOT_EQUAL target: VALUE key: \"a\" value: \"x\" } "
            "compare { result: GREATER target: LEASE key: \"b\" lease: 3 range_end: \"c\" } "
            "success { request_put { key: \"a\" value: \"y\" } } "
            "success { request_txn { success { request_delete_range { key: \"d\" prev_kv: true } } "
            "} } "
            "failure { request_range { key: \"a\" limit: 1 } }");
}

TEST(ConvertTest, ATransactionGivesItsResultsInTheirShape) {
  pb::TxnResponse wire;
  wire.set_succeeded(true);
  wire.mutable_header()->set_revision(9);
  wire.add_responses()->mutable_response_put()->mutable_prev_kv()->set_value("old");
  pb::TxnResponse* nested = wire.add_responses()->mutable_response_txn();
  nested->add_responses()->mutable_response_delete_range()->set_deleted(2);
  nested->add_responses()->mutable_response_range()->set_count(5);

  const TxnResponse response = FromProto(std::move(wire));

  EXPECT_TRUE(response.succeeded);
  EXPECT_EQ(response.header.revision, 9);
  ASSERT_EQ(response.responses.size(), 2U);
  ASSERT_NE(response.responses[0].put(), nullptr);
  EXPECT_EQ(response.responses[0].put()->prev_kv->value, "old");
  const TxnResponse* inner = response.responses[1].txn();
  ASSERT_NE(inner, nullptr);
  EXPECT_FALSE(inner->succeeded);
  EXPECT_EQ(inner->responses[0].deletion()->deleted, 2);
  EXPECT_EQ(inner->responses[1].range()->count, 5);
}

TEST(ConvertTest, AKeyValueKeepsEveryField) {
  pb::RangeResponse wire;
  mvccpb::KeyValue* kv = wire.add_kvs();
  kv->set_key("k");
  kv->set_value(std::string("v\0w", 3));
  kv->set_create_revision(2);
  kv->set_mod_revision(3);
  kv->set_version(4);
  kv->set_lease(5);

  const RangeResponse response = FromProto(std::move(wire));

  const KeyValue want{"k", std::string("v\0w", 3), 2, 3, 4, 5};
  ASSERT_EQ(response.kvs.size(), 1U);
  EXPECT_EQ(response.kvs[0], want);
}

TEST(ConvertTest, AWatchSendsEveryOption) {
  const pb::WatchRequest wire = ToProto(WatchCreate{3,
                                                    {KeyRange::HalfOpen("a", "c"),
                                                     {.start_revision = 7,
                                                      .prev_kv = true,
                                                      .progress_notify = true,
                                                      .no_puts = true,
                                                      .no_deletes = true,
                                                      .fragment = true}}});

  EXPECT_EQ(wire.ShortDebugString(),
            "create_request { key: \"a\" range_end: \"c\" start_revision: 7 progress_notify: true "
            "filters: NOPUT filters: NODELETE prev_kv: true watch_id: 3 fragment: true }");
}

TEST(ConvertTest, AWatchSendsItsCancelAndItsProgressRequest) {
  EXPECT_EQ(ToProto(WatchCancel{3}).ShortDebugString(), "cancel_request { watch_id: 3 }");
  EXPECT_EQ(ToProto(WatchAskProgress{}).ShortDebugString(), "progress_request { }");
}

TEST(ConvertTest, AnEventKeepsItsTypeAndWhatWasBefore) {
  pb::WatchResponse wire;
  mvccpb::Event* event = wire.add_events();
  event->set_type(mvccpb::Event::DELETE);
  event->mutable_kv()->set_key("k");
  event->mutable_prev_kv()->set_value("old");
  wire.add_events();

  const WatchFrame frame = FromProto(std::move(wire));

  ASSERT_EQ(frame.events.size(), 2U);
  EXPECT_EQ(frame.events[0].type, WatchEvent::Type::kDelete);
  EXPECT_EQ(frame.events[0].kv.key, "k");
  EXPECT_EQ(frame.events[0].prev_kv->value, "old");
  EXPECT_EQ(frame.events[1].type, WatchEvent::Type::kPut);
  EXPECT_EQ(frame.events[1].prev_kv, std::nullopt);
}

TEST(ConvertTest, AStatusKeepsCodeAndTextAndLearnsItsReason) {
  const Status status =
      FromGrpc({grpc::StatusCode::NOT_FOUND, "etcdserver: requested lease not found"});

  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.reason(), Reason::kLeaseNotFound);
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

}  // namespace
}  // namespace etcdpp
