#pragma once

#include <cstdint>
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/errors.h"
#include "conformance/support/reply.h"
#include "conformance/support/rpc.h"

namespace conformance {

// A Reply prints itself, a grpc::Status does not.
inline void Explain(const grpc::Status& status, testing::MatchResultListener* listener) {
  *listener << DescribeStatus(status);
}
template <typename Message>
void Explain(const Reply<Message>&, testing::MatchResultListener*) {}

/// Of a grpc::Status or a Reply.
MATCHER(IsOk, negation ? "failed" : "succeeded") {
  Explain(arg, result_listener);
  return StatusOf(arg).ok();
}

/// Of a grpc::Status or a Reply: the code, and the whole text.
MATCHER_P2(FailsWith, code, text,
           std::string(negation ? "does not fail with " : "fails with ") +
               DescribeStatus(grpc::Status(code, text))) {
  Explain(arg, result_listener);
  return StatusOf(arg).error_code() == code && StatusOf(arg).error_message() == text;
}

/// The same, by one of the names of errors.h.
MATCHER_P(FailsWith, error,
          std::string(negation ? "does not fail with " : "fails with ") +
              DescribeStatus(grpc::Status(error.code, error.text))) {
  Explain(arg, result_listener);
  return StatusOf(arg).error_code() == error.code && StatusOf(arg).error_message() == error.text;
}

/// The same where it is a table's or the release's to say whether it fails at all; then kOk.
MATCHER_P(EndsAs, error,
          std::string(negation ? "does not end with " : "ends with ") +
              DescribeStatus(grpc::Status(error.code, error.text))) {
  Explain(arg, result_listener);
  return StatusOf(arg).error_code() == error.code && StatusOf(arg).error_message() == error.text;
}

/// Of a response: its header's revision.
MATCHER_P(AtRevision, revision,
          std::string(negation ? "is not" : "is") + " at revision " +
              testing::PrintToString(revision)) {
  *result_listener << "which is at revision " << arg.header().revision();
  return arg.has_header() && arg.header().revision() == revision;
}

/// Of a header: it says which cluster and member answered, at which revision and in which term.
MATCHER(IsFullHeader, negation ? "misses a field" : "has every field") {
  *result_listener << DescribeMessage(arg);
  return arg.cluster_id() != 0 && arg.member_id() != 0 && arg.revision() > 0 &&
         arg.raft_term() != 0;
}

/// Of a header: `revision` and nothing else.
MATCHER_P(HasOnlyRevision, revision,
          std::string(negation ? "is not only" : "is only") + " revision " +
              testing::PrintToString(revision)) {
  *result_listener << DescribeMessage(arg);
  return arg.cluster_id() == 0 && arg.member_id() == 0 && arg.raft_term() == 0 &&
         arg.revision() == revision;
}

/// What a pair is expected to be, every field of it.
struct Pair {
  std::string key = {};
  std::string value = {};
  int64_t create_revision = 0;
  int64_t mod_revision = 0;
  int64_t version = 0;
  int64_t lease = 0;

  mvccpb::KeyValue ToProto() const {
    mvccpb::KeyValue kv;
    kv.set_key(key);
    kv.set_value(value);
    kv.set_create_revision(create_revision);
    kv.set_mod_revision(mod_revision);
    kv.set_version(version);
    kv.set_lease(lease);
    return kv;
  }
};

/// Of a KeyValue: every field is as in `pair`.
MATCHER_P(IsPair, pair,
          std::string(negation ? "is not { " : "is { ") + DescribeMessage(pair.ToProto()) + " }") {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return arg.SerializeAsString() == pair.ToProto().SerializeAsString();
}

/// Of a KeyValue: its key and value.
MATCHER_P2(Holds, key, value,
           std::string(negation ? "does not hold " : "holds ") + testing::PrintToString(key) +
               " = " + testing::PrintToString(value)) {
  return arg.key() == key && arg.value() == value;
}

}  // namespace conformance
