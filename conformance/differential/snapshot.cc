#include "conformance/differential/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <set>
#include <string_view>

#include "absl/strings/escaping.h"

#include "conformance/support/sha256.h"
#include "etcdpp_proto/authpb.pb.h"
#include "fakeserver/bbolt/reader.h"

namespace conformance {
namespace {

namespace authpb = etcdpp_proto::authpb;

std::string PlaceOf(const std::string& id, int base, const comparison::Mask& mask) {
  return std::to_string(mask.PlaceOf(std::strtoull(id.c_str(), nullptr, base)));
}

// A member as etcd has it in JSON. Where it listens itself depends on the ports it was given.
std::string WithoutItsOwn(const std::string& member, const comparison::Mask& mask) {
  static const std::regex kId("\"id\":([0-9]+)");
  static const std::regex kUrls("\"(peer|client)URLs\":\\[[^\\]]*\\]");
  std::smatch id;
  if (!std::regex_search(member, id, kId)) return member;
  const std::string place = PlaceOf(id[1], 10, mask);
  const std::string with_place = std::regex_replace(member, kId, "\"id\":" + place);
  return place == "0" ? std::regex_replace(with_place, kUrls, "") : with_place;
}

// An alarm is a message of the member's id, if not 0, and the alarm's type.
std::string WithPlace(const std::string& alarm, const comparison::Mask& mask) {
  comparison::pb::AlarmMember message;
  if (!message.ParseFromString(alarm)) return alarm;
  message.set_memberid(mask.PlaceOf(message.memberid()));
  return message.ShortDebugString();
}

std::string WithoutPassword(const std::string& user) {
  authpb::User message;
  if (!message.ParseFromString(user)) return user;
  message.set_password(message.password().empty() ? "" : "a hash");
  return message.ShortDebugString();
}

}  // namespace

std::vector<std::string> ContentsOf(const std::string& snapshot, const comparison::Mask& mask) {
  static const std::set<std::string, std::less<>> kRaft{"consistent_index", "term", "confState"};
  const size_t size = snapshot.size() - std::min<size_t>(snapshot.size(), kSha256Bytes);
  const std::string_view file = std::string_view(snapshot).substr(0, size);
  std::vector<std::string> lines;
  if (Sha256(file) != std::string_view(snapshot).substr(size)) lines.push_back("a wrong digest");
  const auto buckets = fakeetcd::ReadBbolt(file);
  if (!buckets.ok()) {
    lines.push_back(std::string(buckets.status().message()));
    return lines;
  }
  for (const auto& [bucket, entries] : *buckets) {
    lines.push_back("bucket " + bucket);
    const size_t begin = lines.size();
    for (const auto& entry : entries) {
      std::string key(entry.first);
      std::string value(entry.second);
      if (bucket == "meta" && kRaft.contains(key)) continue;
      if (bucket == "members" || bucket == "members_removed") key = PlaceOf(key, 16, mask);
      if (bucket == "members") value = WithoutItsOwn(value, mask);
      if (bucket == "alarm") key = WithPlace(key, mask);
      if (bucket == "authUsers") value = WithoutPassword(value);
      lines.push_back(bucket + " " + absl::CEscape(key) + ": " + absl::CEscape(value));
    }
    std::sort(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end());
  }
  return lines;
}

}  // namespace conformance
