#pragma once

#include <string>

#include <gmock/gmock.h>

#include "conformance/support/exchange_log.h"
#include "conformance/support/rpc.h"
#include "etcdpp_proto/watch.pb.h"

namespace conformance {

/// Of an event: a put of `value` at `key`.
MATCHER_P2(IsPutOf, key, value,
           std::string(negation ? "is not a put of " : "is a put of ") +
               testing::PrintToString(key) + " = " + testing::PrintToString(value)) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return arg.type() == mvccpb::Event::PUT && arg.kv().key() == key && arg.kv().value() == value;
}

/// Of an event: the delete of `key`, which says of the pair only the key and the revision.
MATCHER_P2(IsDeleteOf, key, mod_revision,
           std::string(negation ? "is not the delete of " : "is the delete of ") +
               testing::PrintToString(key) + " at revision " +
               testing::PrintToString(mod_revision)) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  mvccpb::KeyValue only;
  only.set_key(key);
  only.set_mod_revision(mod_revision);
  return arg.type() == mvccpb::Event::DELETE && arg.has_kv() &&
         arg.kv().SerializeAsString() == only.SerializeAsString();
}

/// Of a watch response: it carries events, and nothing of a created, canceled or split one.
MATCHER(CarriesOnlyEvents, negation ? "is more than events" : "is events and no more") {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return arg.events_size() > 0 && !arg.created() && !arg.canceled() && !arg.fragment() &&
         arg.compact_revision() == 0 && arg.cancel_reason().empty();
}

/// Of a watch response: the create was refused, for `reason`.
MATCHER_P(RefusesTheWatch, reason,
          std::string(negation ? "does not refuse" : "refuses") + " the watch: " + reason) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return arg.created() && arg.canceled() && arg.watch_id() == -1 && arg.cancel_reason() == reason &&
         arg.compact_revision() == 0 && arg.events_size() == 0 && !arg.fragment();
}

/// Of a watch response: the watch `id` is canceled, without a reason.
MATCHER_P(CancelsTheWatch, id,
          std::string(negation ? "does not cancel" : "cancels") + " watch " +
              testing::PrintToString(id)) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return !arg.created() && arg.canceled() && arg.watch_id() == id && arg.cancel_reason().empty() &&
         arg.compact_revision() == 0 && arg.events_size() == 0 && !arg.fragment();
}

/// Of a watch response: the history it was to start in is compacted up to `revision`.
MATCHER_P(SaysCompacted, revision,
          std::string(negation ? "does not say" : "says") + " compacted at " +
              testing::PrintToString(revision)) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return !arg.created() && arg.canceled() && arg.compact_revision() == revision &&
         arg.cancel_reason().empty() && arg.events_size() == 0 && !arg.fragment();
}

/// Of a watch response: it says nothing but how far the store is.
MATCHER_P(IsProgressOf, id,
          std::string(negation ? "is not" : "is") + " progress of watch " +
              testing::PrintToString(id)) {
  *result_listener << "{ " << DescribeMessage(arg) << " }";
  return arg.watch_id() == id && !arg.created() && !arg.canceled() && !arg.fragment() &&
         arg.compact_revision() == 0 && arg.cancel_reason().empty() && arg.events_size() == 0;
}

}  // namespace conformance
