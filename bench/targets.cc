#include "bench/targets.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/calls.h"
#include "bench/child_process.h"
#include "bench/load_client.h"

namespace bench {
namespace {

/// A program of ours, which says where it is ready.
class OwnTarget final : public Target {
 public:
  explicit OwnTarget(std::vector<std::string> arguments)
      : process_(std::move(arguments)), endpoint_(process_.ReadyEndpoint()) {}

  const std::string& endpoint() const override { return endpoint_; }
  std::chrono::nanoseconds cpu_time() const override { return process_.cpu_time(); }

 private:
  ChildProcess process_;
  std::string endpoint_;
};

std::string FreeAddress() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

/// etcd with its data in a temporary folder.
class RealTarget final : public Target {
 public:
  explicit RealTarget(const std::string& program)
      : folder_(MakeFolder()), endpoint_(FreeAddress()), process_(Arguments(program)) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool ready = false;
    while (!ready && std::chrono::steady_clock::now() < deadline) {
      ready = LoadClient(endpoint_, 1).Run(Status(), 1, 1).ok();
      if (!ready) std::this_thread::yield();
    }
    if (!ready) endpoint_.clear();
  }

  const std::string& endpoint() const override { return endpoint_; }
  std::chrono::nanoseconds cpu_time() const override { return process_.cpu_time(); }

 private:
  /// Goes after the process that uses it.
  struct Folder {
    std::string path;
    ~Folder() { std::filesystem::remove_all(path); }
  };

  static std::unique_ptr<Folder> MakeFolder() {
    std::string path = std::filesystem::temp_directory_path() / "etcdpp-bench-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) std::abort();
    return std::unique_ptr<Folder>(new Folder{path});
  }

  std::vector<std::string> Arguments(const std::string& program) const {
    const std::string peer = "http://" + FreeAddress();
    const std::string client = "http://" + endpoint_;
    return {program,
            "--data-dir=" + folder_->path,
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--log-level=error"};
  }

  std::unique_ptr<Folder> folder_;
  std::string endpoint_;
  ChildProcess process_;
};

}  // namespace

std::unique_ptr<Target> StartTarget(const Programs& programs, const std::string& name) {
  std::unique_ptr<Target> target;
  if (name == "floor") {
    target = std::make_unique<OwnTarget>(std::vector<std::string>{programs.floor});
  } else if (name == "fake") {
    target = std::make_unique<OwnTarget>(std::vector<std::string>{
        programs.fake, "--listen-client-urls=http://127.0.0.1:0", "--log-level=error"});
  } else {
    target = std::make_unique<RealTarget>(programs.real);
  }
  return target->endpoint().empty() ? nullptr : std::move(target);
}

}  // namespace bench
