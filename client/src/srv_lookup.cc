#include "client/src/srv_lookup.h"

#include <array>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace etcdpp {
namespace {

/// The C library's resolver, with the settings of /etc/resolv.conf. Not thread-safe.
class Resolver {
 public:
  Resolver() : state_(std::make_unique<struct __res_state>()) {
    std::memset(state_.get(), 0, sizeof(*state_));
    usable_ = res_ninit(state_.get()) == 0;
  }
  ~Resolver() {
    if (usable_) res_nclose(state_.get());
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  bool usable() const { return usable_; }

  /// Has one server on loopback asked, and no other.
  void AskLoopback(uint16_t port) {
    state_->nscount = 1;
    state_->nsaddr_list[0] = {};
    state_->nsaddr_list[0].sin_family = AF_INET;
    state_->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    state_->nsaddr_list[0].sin_port = htons(port);
  }

  /// Returns how long the answer is, or a negative number and sets `error`.
  int AskSrv(const std::string& name, std::vector<unsigned char>* answer, int* error) {
    const int length = res_nquery(state_.get(), name.c_str(), ns_c_in, ns_t_srv, answer->data(),
                                  static_cast<int>(answer->size()));
    *error = state_->res_h_errno;
    return length;
  }

 private:
  std::unique_ptr<struct __res_state> state_;
  bool usable_ = false;
};

Status Malformed(const std::string& name) {
  return {Code::kUnavailable, "the answer about the SRV records of " + name + " makes no sense"};
}

Result<std::vector<SrvRecord>> ParseAnswer(const std::string& name,
                                           const std::vector<unsigned char>& answer, int length) {
  ns_msg message;
  if (ns_initparse(answer.data(), length, &message) != 0) return Malformed(name);
  std::vector<SrvRecord> records;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return Malformed(name);
    if (ns_rr_type(record) != ns_t_srv) continue;  // a CNAME on the way
    const unsigned char* data = ns_rr_rdata(record);
    if (ns_rr_rdlen(record) < 7) return Malformed(name);
    std::array<char, NS_MAXDNAME> target{};
    if (dn_expand(ns_msg_base(message), ns_msg_end(message), data + 6, target.data(),
                  static_cast<int>(target.size())) < 0) {
      return Malformed(name);
    }
    records.push_back({static_cast<uint16_t>(ns_get16(data)),
                       static_cast<uint16_t>(ns_get16(data + 2)),
                       static_cast<uint16_t>(ns_get16(data + 4)), target.data()});
  }
  return records;
}

}  // namespace

Result<std::vector<SrvRecord>> LookUpSrv(const std::string& name, uint16_t port_on_loopback) {
  Resolver resolver;
  if (!resolver.usable()) return Status(Code::kUnavailable, "the system has no resolver");
  if (port_on_loopback != 0) resolver.AskLoopback(port_on_loopback);
  std::vector<unsigned char> answer(NS_MAXMSG);
  int error = 0;
  const int length = resolver.AskSrv(name, &answer, &error);
  if (length < 0) {
    const bool none = error == HOST_NOT_FOUND || error == NO_DATA;
    return Status(none ? Code::kNotFound : Code::kUnavailable,
                  "no SRV records of " + name + ": " + hstrerror(error));
  }
  return ParseAnswer(name, answer, length);
}

}  // namespace etcdpp
