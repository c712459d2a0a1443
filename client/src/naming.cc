#include "etcdpp/naming.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace etcdpp {
namespace {

namespace json = google::protobuf::util;
using JsonObject = google::protobuf::Struct;
using JsonValue = google::protobuf::Value;

std::string ToJson(const JsonValue& value) {
  std::string text;
  return json::MessageToJsonString(value, &text).ok() ? text : "null";
}

Result<std::string> ToValue(const ServiceAddress& address) {
  const std::string metadata = address.metadata.empty() ? "null" : address.metadata;
  JsonValue checked;
  if (!json::JsonStringToMessage(metadata, &checked).ok()) {
    return Status(Code::kInvalidArgument, "the metadata are no JSON: " + metadata);
  }
  JsonValue quoted;
  quoted.set_string_value(address.address);
  return R"({"Op":0,"Addr":)" + ToJson(quoted) + R"(,"Metadata":)" + metadata + "}";
}

std::optional<ServiceAddress> FromValue(const std::string& value) {
  JsonObject object;
  if (!json::JsonStringToMessage(value, &object).ok()) return std::nullopt;
  ServiceAddress address;
  for (const auto& [name, field] : object.fields()) {
    if (name == "Addr") address.address = field.string_value();
    const bool is_null = field.kind_case() == JsonValue::kNullValue;
    if (name == "Metadata" && !is_null) address.metadata = ToJson(field);
  }
  return address;
}

enum class AddressKind { kName, kIpv4, kIpv6 };

AddressKind KindOf(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  in6_addr parsed{};
  if (inet_pton(AF_INET, host.c_str(), &parsed) == 1) return AddressKind::kIpv4;
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return AddressKind::kName;
  host = host.substr(1, host.size() - 2);
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1 ? AddressKind::kIpv6 : AddressKind::kName;
}

}  // namespace

ServiceRegistry::ServiceRegistry(const Client& client, std::string_view service)
    : client_(client), prefix_(std::string(service) + "/") {}

Status ServiceRegistry::Add(std::string_view name, const ServiceAddress& address,
                            const PutOptions& options, const CallOptions& call) {
  const auto value = ToValue(address);
  if (!value.ok()) return value.status();
  return client_.Put(prefix_ + std::string(name), *value, options, call).status();
}

Status ServiceRegistry::Remove(std::string_view name, const CallOptions& call) {
  return client_.Delete(prefix_ + std::string(name), {}, call).status();
}

Result<ServiceAddresses> ServiceRegistry::List(const CallOptions& call) {
  const auto range = client_.Range(KeyRange::Prefix(prefix_), {}, call);
  if (!range.ok()) return range.status();
  ServiceAddresses addresses;
  for (const KeyValue& kv : range->kvs) {
    if (auto address = FromValue(kv.value)) {
      addresses.emplace(kv.key.substr(prefix_.size()), *std::move(address));
    }
  }
  return addresses;
}

struct ServiceResolver::State {
  State(std::string_view service, Told t)
      : prefix(std::string(service) + "/"), told(std::move(t)) {}

  void Apply(const Result<Reflection>& reflection) {
    ServiceAddresses now;
    {
      const std::lock_guard lock(mu);
      synced = true;
      if (!reflection.ok()) status = reflection.status();
      if (reflection.ok()) Change(reflection->events);
      now = addresses;
      changed.notify_all();
    }
    if (reflection.ok() && told) told(now);
  }

  // mu is held.
  void Change(const std::vector<WatchEvent>& events) {
    for (const WatchEvent& event : events) {
      const std::string name = event.kv.key.substr(prefix.size());
      if (event.type == WatchEvent::Type::kDelete) {
        addresses.erase(name);
      } else if (auto address = FromValue(event.kv.value)) {
        addresses[name] = *std::move(address);
      }
    }
  }

  const std::string prefix;
  const Told told;

  mutable std::mutex mu;  // guards what follows
  mutable std::condition_variable changed;
  ServiceAddresses addresses;
  bool synced = false;
  Status status;
};

ServiceResolver::ServiceResolver(const Client& client, std::string_view service, Told told)
    : state_(std::make_shared<State>(service, std::move(told))),
      reflector_(
          client, KeyRange::Prefix(state_->prefix),
          [state = state_](const Result<Reflection>& reflection) { state->Apply(reflection); }) {}

ServiceResolver::~ServiceResolver() = default;

ServiceAddresses ServiceResolver::addresses() const {
  const std::lock_guard lock(state_->mu);
  return state_->addresses;
}

Status ServiceResolver::WaitSynced(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(state_->mu);
  const auto known = [this] { return state_->synced; };
  if (timeout == kNoTimeout) {
    state_->changed.wait(lock, known);
  } else if (!state_->changed.wait_for(lock, timeout, known)) {
    return {Code::kDeadlineExceeded, "the service's instances were not known in time"};
  }
  return state_->status;
}

Result<std::string> GrpcTarget(const ServiceAddresses& addresses) {
  if (addresses.empty()) return Status(Code::kInvalidArgument, "the service has no instances");
  const AddressKind kind = KindOf(addresses.begin()->second.address);
  if (kind == AddressKind::kName && addresses.size() == 1) {
    return "dns:///" + addresses.begin()->second.address;
  }
  std::string target = kind == AddressKind::kIpv4 ? "ipv4:" : "ipv6:";
  for (const auto& [name, address] : addresses) {
    if (kind == AddressKind::kName || KindOf(address.address) != kind) {
      return Status(Code::kInvalidArgument,
                    "not an address of the others' kind: " + address.address);
    }
    target.append(target.size() == 5 ? "" : ",").append(address.address);
  }
  return target;
}

}  // namespace etcdpp
