#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/client.h"
#include "fakeetcd/server.h"

namespace fakeetcd {

/// A test with an etcd of its own, empty and in this process, whose clock stands still until the
/// test moves it, and a client of it.
///
///   class RegistryTest : public fakeetcd::EtcdTest {};
///
///   TEST_F(RegistryTest, ForgetsWhoIsGone) {
///     Registry registry(client());
///     registry.Announce("worker/1", 10s);
///     server().AdvanceTime(11s);
///     EXPECT_THAT(client().Get("worker/1"), fakeetcd::IsOkAnd(Eq(std::nullopt)));
///   }
///
/// A fixture that wants another release or more passes Server::Options on.
class EtcdTest : public testing::Test {
 protected:
  EtcdTest() : EtcdTest({.clock = Server::ClockKind::kManual}) {}

  /// Throws std::runtime_error, which fails the test, when no such server can be started.
  explicit EtcdTest(const Server::Options& options) {
    std::string error;
    server_ = Server::Start(options, &error);
    if (server_ == nullptr) throw std::runtime_error("no server: " + error);
    client_ = std::make_unique<etcdpp::Client>(server_->endpoint());
  }

  Server& server() { return *server_; }
  etcdpp::Client& client() { return *client_; }

 private:
  std::unique_ptr<Server> server_;
  std::unique_ptr<etcdpp::Client> client_;  // goes first
};

namespace internal {

inline etcdpp::Status StatusOf(const etcdpp::Status& status) { return status; }
template <typename T>
etcdpp::Status StatusOf(const etcdpp::Result<T>& result) {
  return result.status();
}

}  // namespace internal

/// A Status or Result that is a success.
MATCHER(IsOk, negation ? "is no success" : "is a success") {
  const etcdpp::Status status = internal::StatusOf(arg);
  if (!status.ok()) *result_listener << "which says " << status;
  return status.ok();
}

/// A Status or Result that failed for `reason`: FailsFor(etcdpp::Reason::kCompacted).
MATCHER_P(FailsFor, reason,
          (negation ? "does not fail for " : "fails for ") + testing::PrintToString(reason)) {
  const etcdpp::Status status = internal::StatusOf(arg);
  *result_listener << "which says " << status;
  return !status.ok() && status.reason() == reason;
}

/// A Status or Result that failed with `code`: FailsWith(etcdpp::Code::kUnavailable).
MATCHER_P(FailsWith, code,
          (negation ? "does not fail with " : "fails with ") + testing::PrintToString(code)) {
  const etcdpp::Status status = internal::StatusOf(arg);
  *result_listener << "which says " << status;
  return status.code() == code;
}

/// A Result whose value matches `inner`: EXPECT_THAT(client.Get("k"), IsOkAnd(Optional(...))).
MATCHER_P(IsOkAnd, inner,
          "is a success whose value " +
              testing::DescribeMatcher<typename std::decay_t<arg_type>::value_type>(inner,
                                                                                    negation)) {
  if (!arg.ok()) {
    *result_listener << "which says " << arg.status();
    return false;
  }
  return testing::ExplainMatchResult(inner, *arg, result_listener);
}

/// A KeyValue with this key and this value, whatever its revisions. Either may be a matcher.
MATCHER_P2(IsPair, key, value, "") {
  const etcdpp::KeyValue& pair = arg;
  return testing::ExplainMatchResult(key, pair.key, result_listener) &&
         testing::ExplainMatchResult(value, pair.value, result_listener);
}

/// What etcd holds under a key, as Client::Get tells it, is this value: a success of one version.
template <typename Value>
auto HoldsValue(const Value& value) {
  return IsOkAnd(testing::Optional(testing::Field("value", &etcdpp::KeyValue::value, value)));
}

/// What etcd holds under a key, as Client::Get tells it, is nothing.
inline auto HoldsNothing() { return IsOkAnd(testing::Eq(std::nullopt)); }

/// A WatchEvent that tells of a put.
MATCHER_P2(IsPut, key, value, "") {
  const etcdpp::WatchEvent& event = arg;
  return event.type == etcdpp::WatchEvent::Type::kPut &&
         testing::ExplainMatchResult(IsPair(key, value), event.kv, result_listener);
}

/// A WatchEvent that tells of a deletion.
MATCHER_P(IsDelete, key, "") {
  const etcdpp::WatchEvent& event = arg;
  return event.type == etcdpp::WatchEvent::Type::kDelete &&
         testing::ExplainMatchResult(key, event.kv.key, result_listener);
}

}  // namespace fakeetcd

namespace etcdpp {

// What a failed expectation prints.

inline void PrintTo(const KeyValue& pair, std::ostream* out) {
  *out << testing::PrintToString(pair.key) << " = " << testing::PrintToString(pair.value)
       << " (created at " << pair.create_revision << ", written at " << pair.mod_revision
       << ", version " << pair.version;
  if (pair.lease != 0) *out << ", lease " << pair.lease;
  *out << ")";
}

inline void PrintTo(const WatchEvent& event, std::ostream* out) {
  *out << (event.type == WatchEvent::Type::kPut ? "put of " : "deletion of ");
  PrintTo(event.kv, out);
}

template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (result.ok()) {
    *out << testing::PrintToString(*result);
  } else {
    *out << result.status();
  }
}

}  // namespace etcdpp
