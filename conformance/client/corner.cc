#include "conformance/client/corner.h"

#include "conformance/support/unique_prefix.h"
#include "conformance/target.h"

namespace conformance {

Corner::Corner() : prefix_(UniquePrefix()), client_(target().endpoint) {}

Corner::~Corner() {
  (void)client_.Delete(All());
  for (const etcdpp::LeaseId id : leases_) (void)client_.RevokeLease(id);
}

etcdpp::KeyRange Corner::All(std::string_view prefix) const {
  return etcdpp::KeyRange::Prefix((*this)(prefix));
}

std::vector<std::string> Corner::Names(const etcdpp::RangeResponse& range) const {
  std::vector<std::string> names;
  for (const etcdpp::KeyValue& kv : range.kvs) names.push_back(kv.key.substr(prefix_.size()));
  return names;
}

int64_t Corner::Put(std::string_view name, std::string_view value,
                    const etcdpp::PutOptions& options) {
  return Must(client_.Put((*this)(name), value, options)).header.revision;
}

int64_t Corner::Delete(std::string_view name) {
  return Must(client_.Delete((*this)(name))).header.revision;
}

etcdpp::KeyValue Corner::Get(std::string_view name) {
  auto found = Must(client_.Get((*this)(name)));
  if (!found) throw std::runtime_error("there is no key " + std::string(name));
  return *std::move(found);
}

int64_t Corner::Revision() {
  return Must(client_.Range(All(), {.count_only = true})).header.revision;
}

etcdpp::LeaseGrantResponse Corner::Grant(std::chrono::seconds ttl) {
  auto lease = Must(client_.GrantLease(ttl));
  leases_.push_back(lease.id);
  return lease;
}

std::vector<etcdpp::WatchEvent> Corner::Take(etcdpp::Watch& watch, size_t count,
                                             std::chrono::milliseconds patience) {
  std::vector<etcdpp::WatchEvent> events;
  while (events.size() < count) {
    const auto response = watch.NextFor(patience);
    if (!response.ok()) break;
    events.insert(events.end(), response->events.begin(), response->events.end());
  }
  return events;
}

std::vector<std::string> Corner::Describe(const std::vector<etcdpp::WatchEvent>& events) const {
  std::vector<std::string> lines;
  for (const etcdpp::WatchEvent& event : events) {
    std::string line = event.kv.key.substr(prefix_.size());
    if (event.type == etcdpp::WatchEvent::Type::kPut) line += "=" + event.kv.value;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace conformance
