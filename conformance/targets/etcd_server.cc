#include "conformance/targets/etcd_server.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/support/certificates.h"
#include "conformance/support/requests.h"
#include "conformance/support/wire.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kStartTime{30};
// etcd waits for clients to leave, from 3.6 on for many seconds.
constexpr std::chrono::seconds kStopTime{1};
constexpr std::chrono::milliseconds kPause{2};
constexpr int kAttempts = 5;
constexpr char kLogName[] = "server.log";
constexpr std::string_view kNobody = "etcdserver: user name is empty";

// A port of loopback that nobody else gets while this object lives.
class HeldPort {
 public:
  HeldPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || bind(socket_, generic, size) != 0 ||
        getsockname(socket_, generic, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "no free port");
    }
    port_ = ntohs(address.sin_port);
  }
  ~HeldPort() { close(socket_); }
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;

  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

std::string Address(int port) { return "127.0.0.1:" + std::to_string(port); }
std::string Url(int port) { return "http://" + Address(port); }

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "etcd-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "no directory at " + name);
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

// etcd cannot pick its own ports, so between our finding them free and its taking them somebody
// else may have got one: then it ends at once, and others are tried.
EtcdServer::EtcdServer(Options options) : options_(std::move(options)) {
  if (access(options_.binary.c_str(), X_OK) != 0) {
    throw std::runtime_error("there is no program at " + options_.binary);
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (StartOnce()) return;
  }
  throw std::runtime_error(options_.binary + " does not start; the end of its log:\n" + LogTail());
}

EtcdServer::~EtcdServer() = default;

std::string EtcdServer::LogTail() const {
  constexpr size_t kShown = 4000;
  std::ifstream file(directory_.path() / kLogName);
  std::string log((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (log.size() > kShown) log.erase(0, log.size() - kShown);
  return log;
}

bool EtcdServer::StartOnce() {
  members_.clear();
  members_.resize(static_cast<size_t>(options_.members));
  if (!options_.picks_port) TakePorts();
  if (options_.tls) MakeCertificates(directory_.path());
  std::filesystem::remove(directory_.path() / kLogName);
  for (Member& member : members_) Launch(member);
  for (Member& member : members_) {
    if (options_.picks_port) member.endpoint = WaitForReadyLine(member, "http");
    if (options_.picks_port && options_.tls)
      member.tls_endpoint = WaitForReadyLine(member, "https");
    if (member.endpoint.empty() || !WaitUntilItAnswers(member)) return false;
  }
  return true;
}

void EtcdServer::TakePorts() {
  std::deque<HeldPort> held;
  for (Member& member : members_) {
    member.client_port = held.emplace_back().port();
    member.tls_port = held.emplace_back().port();
    member.peer_port = held.emplace_back().port();
    member.endpoint = Address(member.client_port);
    member.tls_endpoint = Address(member.tls_port);
  }
}

// The members write into one log.
void EtcdServer::Launch(Member& member) {
  const auto log = directory_.path() / kLogName;
  const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  member.process = std::make_unique<Process>(Arguments(member), log_fd, log_fd);
  close(log_fd);
}

std::string EtcdServer::NameOf(const Member& member) {
  return "member-" + std::to_string(member.peer_port);
}

std::string EtcdServer::InitialCluster() const {
  if (members_.size() == 1) return "default=" + Url(members_.front().peer_port);
  std::string cluster;
  for (const Member& member : members_) {
    cluster += (cluster.empty() ? "" : ",") + NameOf(member) + "=" + Url(member.peer_port);
  }
  return cluster;
}

std::vector<std::string> EtcdServer::Arguments(const Member& member) const {
  std::string urls = Url(member.client_port);
  if (options_.tls) urls += ",https://" + Address(member.tls_port);
  std::vector<std::string> arguments = {options_.binary, "--listen-client-urls=" + urls,
                                        "--advertise-client-urls=" + Url(member.client_port)};
  if (options_.tls) {
    const std::string path = directory_.path().string();
    arguments.push_back("--cert-file=" + path + "/server.pem");
    arguments.push_back("--key-file=" + path + "/server.key");
    arguments.push_back("--trusted-ca-file=" + path + "/ca.pem");
    arguments.emplace_back("--client-cert-auth");
  }
  if (!options_.picks_port) {
    const std::string name = members_.size() == 1 ? "default" : NameOf(member);
    arguments.push_back("--name=" + name);
    arguments.push_back("--data-dir=" + (directory_.path() / name).string());
    arguments.push_back("--listen-peer-urls=" + Url(member.peer_port));
    arguments.push_back("--initial-advertise-peer-urls=" + Url(member.peer_port));
    arguments.push_back("--initial-cluster=" + InitialCluster());
  }
  arguments.insert(arguments.end(), options_.flags.begin(), options_.flags.end());
  return arguments;
}

std::string EtcdServer::endpoints() const {
  std::string all;
  for (const Member& member : members_) all += (all.empty() ? "" : ",") + member.endpoint;
  return all;
}

void EtcdServer::Kill(int member) {
  At(member).process->Signal(SIGKILL);
  At(member).process->Stop(kStartTime);
}

void EtcdServer::Terminate(int member) { At(member).process->Stop(kStopTime); }

void EtcdServer::Restart(int member) {
  Launch(At(member));
  if (!WaitUntilItAnswers(At(member))) {
    throw std::runtime_error("a member does not start again; the end of the log:\n" + LogTail());
  }
}

void EtcdServer::Pause(int member) { At(member).process->Signal(SIGSTOP); }
void EtcdServer::Resume(int member) { At(member).process->Signal(SIGCONT); }

std::optional<int> EtcdServer::Ended(std::chrono::milliseconds patience) {
  for (Member& member : members_) {
    if (const auto code = member.process->Ended(patience)) return code;
  }
  return std::nullopt;
}

// A read that all members would agree on: there is a leader, and it serves. Where users must say
// who they are, it says so.
bool EtcdServer::WaitUntilItAnswers(Member& member) {
  const Wire wire(member.endpoint);
  const auto deadline = std::chrono::steady_clock::now() + kStartTime;
  while (!member.process->Ended(kPause) && std::chrono::steady_clock::now() < deadline) {
    const auto read =
        wire.Call(Range(kZeroByte), {.timeout = std::chrono::seconds(1), .wait_for_ready = true});
    const bool answered = read.status.ok() || read.status.error_message() == kNobody;
    if (answered) return !member.process->Ended().has_value();
  }
  return false;
}

std::string EtcdServer::WaitForReadyLine(Member& member, const std::string& scheme) {
  const std::string ready = "ready: " + scheme + "://";
  const auto deadline = std::chrono::steady_clock::now() + kStartTime;
  while (!member.process->Ended(kPause) && std::chrono::steady_clock::now() < deadline) {
    const std::string log = LogTail();
    const size_t at = log.find(ready);
    const size_t end = log.find('\n', at);
    if (at != std::string::npos && end != std::string::npos) {
      return log.substr(at + ready.size(), end - at - ready.size());
    }
  }
  return "";
}

}  // namespace conformance
