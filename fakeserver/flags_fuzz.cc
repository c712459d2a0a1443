// libFuzzer's way into fake-etcd's command line, variables and configuration file: lines of
// arguments, then an empty one and lines of variables, then an empty one and the file.
#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "fakeserver/config_file.h"
#include "fakeserver/flags.h"

namespace {

std::vector<std::string> LinesOf(std::istream& text) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line) && !line.empty();) lines.push_back(line);
  return lines;
}

void ReadAsFile(const std::string& text) {
  static const int file = memfd_create("config", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, text.data(), text.size(), 0) < 0) return;
  std::map<std::string, std::string> flags;
  fakeetcd::ReadConfigFile("/proc/self/fd/" + std::to_string(file), &flags);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> arguments = LinesOf(text);
  // A file of the machine's is not the input's to read.
  std::erase_if(arguments, [](const std::string& argument) {
    return argument.find("config-file") != std::string::npos;
  });
  std::vector<std::string> variables = LinesOf(text);
  std::erase_if(variables, [](const std::string& variable) {
    return variable.starts_with("ETCD_CONFIG_FILE");
  });
  fakeetcd::Flags flags;
  fakeetcd::ParseFlags(arguments, variables, flags);
  const std::string rest((std::istreambuf_iterator<char>(text)), std::istreambuf_iterator<char>());
  ReadAsFile(rest);
  return 0;
}
