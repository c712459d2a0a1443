#include "fakeserver/services/encode.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using google::protobuf::util::MessageDifferencer;

pb::ResponseHeader Header(int64_t revision) {
  pb::ResponseHeader header;
  header.set_cluster_id(UINT64_MAX);
  header.set_member_id(7);
  header.set_revision(revision);
  header.set_raft_term(2);
  return header;
}

VersionPtr Pair(std::string_view key, std::string_view value, int64_t mod_revision,
                int64_t lease = 0) {
  return Version::Make(key, value,
                       {.modified = {mod_revision, 0},
                        .create_revision = 2,
                        .version = mod_revision - 1,
                        .lease = lease});
}

VersionPtr Tombstone(std::string_view key, int64_t mod_revision) {
  return Version::Make(key, "", {.modified = {mod_revision, 0}});
}

template <typename Message>
Message Parsed(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(bytes.Dump(&slices).ok());
  EXPECT_LE(slices.size(), 1u);
  Message message;
  for (const grpc::Slice& slice : slices) {
    EXPECT_TRUE(message.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
  }
  EXPECT_TRUE(message.GetReflection()->GetUnknownFields(message).empty());
  return message;
}

void Expect(const google::protobuf::Message& got, const google::protobuf::Message& want) {
  EXPECT_TRUE(MessageDifferencer::Equals(got, want)) << "got\n"
                                                     << got.DebugString() << "want\n"
                                                     << want.DebugString();
}

void Fill(etcdpp_proto::mvccpb::KeyValue& kv, const Version& version) {
  kv.set_key(std::string(version.key()));
  kv.set_value(std::string(version.value()));
  kv.set_create_revision(version.create_revision());
  kv.set_mod_revision(version.mod_revision());
  kv.set_version(version.version());
  kv.set_lease(version.lease());
}

TEST(EncodeTest, ARangeIsReadAsProtobufWritesIt) {
  RangeResponse response{.revision = 9, .count = 300, .more = true};
  response.kvs = {Pair("a", "1", 2), Pair("b", std::string(1000, 'x'), 3, -5)};
  pb::RangeResponse want;
  *want.mutable_header() = Header(9);
  for (const VersionPtr& kv : response.kvs) Fill(*want.add_kvs(), *kv);
  want.set_more(true);
  want.set_count(300);

  Expect(Parsed<pb::RangeResponse>(Encode(Header(9), response)), want);
}

TEST(EncodeTest, KeysOnlyLeavesTheValuesOut) {
  RangeResponse response{.revision = 9, .count = 1, .keys_only = true};
  response.kvs = {Pair("a", "1", 2, 4)};

  const auto got = Parsed<pb::RangeResponse>(Encode(Header(9), response));

  EXPECT_EQ(got.kvs(0).key(), "a");
  EXPECT_EQ(got.kvs(0).value(), "");
  EXPECT_EQ(got.kvs(0).lease(), 4);
}

TEST(EncodeTest, OperationsOfATransactionHaveHeadersOfRevisionsOnly) {
  TxnResponse nested{.revision = 8, .succeeded = true, .responses = {}};
  nested.responses.push_back({DeleteRangeResponse{.revision = 8, .deleted = 1, .prev_kvs = {}}});
  TxnResponse response{.revision = 8, .succeeded = true, .responses = {}};
  response.responses.push_back({RangeResponse{.revision = 7, .count = 3}});
  response.responses.push_back({PutResponse{.revision = 8, .prev_kv = Pair("k", "v", 3)}});
  response.responses.push_back({std::move(nested)});

  pb::TxnResponse want;
  *want.mutable_header() = Header(8);
  want.set_succeeded(true);
  auto& range = *want.add_responses()->mutable_response_range();
  range.mutable_header()->set_revision(7);
  range.set_count(3);
  auto& put = *want.add_responses()->mutable_response_put();
  put.mutable_header()->set_revision(8);
  Fill(*put.mutable_prev_kv(), *Pair("k", "v", 3));
  auto& txn = *want.add_responses()->mutable_response_txn();
  txn.mutable_header();
  txn.set_succeeded(true);
  auto& deletion = *txn.add_responses()->mutable_response_delete_range();
  deletion.mutable_header()->set_revision(8);
  deletion.set_deleted(1);
  Expect(Parsed<pb::TxnResponse>(Encode(Header(8), response)), want);
}

WatchResponse Events(std::vector<Change> changes) {
  return {.watch_id = 3,
          .revision = 9,
          .events = std::make_shared<const std::vector<Change>>(std::move(changes))};
}

TEST(EncodeTest, ADeletionTellsItsKeyAndWhen) {
  WatchMessages messages(Header(9), Events({{Tombstone("k", 9), Pair("k", "v", 4)}}), 1 << 20);

  const auto got = Parsed<pb::WatchResponse>(messages.Next());

  pb::WatchResponse want;
  *want.mutable_header() = Header(9);
  want.set_watch_id(3);
  auto& event = *want.add_events();
  event.set_type(etcdpp_proto::mvccpb::Event::DELETE);
  event.mutable_kv()->set_key("k");
  event.mutable_kv()->set_mod_revision(9);
  Expect(got, want);
  EXPECT_TRUE(messages.done());
}

TEST(EncodeTest, WhatWasBeforeIsToldWhenAskedFor) {
  WatchResponse response = Events({{Pair("k", "new", 9), Pair("k", "old", 4)}});
  response.prev_kv = true;
  WatchMessages messages(Header(9), std::move(response), 1 << 20);

  const auto got = Parsed<pb::WatchResponse>(messages.Next());

  EXPECT_EQ(got.events(0).kv().value(), "new");
  EXPECT_EQ(got.events(0).prev_kv().value(), "old");
}

// The sizes of the fragments that events of `value_bytes` each arrive in.
std::vector<int> Fragments(int events, size_t value_bytes, bool fragment) {
  std::vector<Change> changes;
  const std::string value(value_bytes, 'x');
  for (int i = 0; i < events; ++i) changes.push_back({Pair("k", value, 5 + i), {}});
  WatchResponse response = Events(std::move(changes));
  response.fragment = fragment;
  std::vector<int> sizes;
  for (WatchMessages messages(Header(9), std::move(response), 2 << 20); !messages.done();) {
    const auto got = Parsed<pb::WatchResponse>(messages.Next());
    EXPECT_EQ(got.fragment(), !messages.done());
    EXPECT_EQ(got.watch_id(), 3);
    sizes.push_back(got.events_size());
  }
  return sizes;
}

TEST(EncodeTest, LargeResponsesAreSplitForThoseWhoAskedForIt) {
  using testing::ElementsAre;

  EXPECT_THAT(Fragments(5, 1'000'000, true), ElementsAre(2, 2, 1));
  EXPECT_THAT(Fragments(5, 1'000'000, false), ElementsAre(5));
  EXPECT_THAT(Fragments(5, 100'000, true), ElementsAre(5));
  EXPECT_THAT(Fragments(3, 3'000'000, true), ElementsAre(1, 1, 1));
  EXPECT_THAT(Fragments(1, 3'000'000, true), ElementsAre(1));
}

}  // namespace
}  // namespace fakeetcd
