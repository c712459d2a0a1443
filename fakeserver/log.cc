#include "fakeserver/log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

namespace fakeetcd {
namespace {

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

std::string Timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto fraction = std::chrono::duration_cast<std::chrono::milliseconds>(
      now - std::chrono::system_clock::from_time_t(seconds));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + size, text.size() - size, ".%03dZ",
                static_cast<int>(fraction.count()));
  return text.data();
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) {
      quoted.push_back(c);
      continue;
    }
    std::array<char, 8> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
    quoted += escaped.data();
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace

Log::Log(LogLevel level, const std::vector<std::string>& outputs) : level_(level) {
  for (const std::string& output : outputs) {
    if (output == "default" || output == "stderr" || output == "systemd/journal") {
      outputs_.push_back(STDERR_FILENO);
    } else if (output == "stdout") {
      outputs_.push_back(STDOUT_FILENO);
    } else {
      const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
      if (file >= 0) outputs_.push_back(file);
    }
  }
}

Log::~Log() {
  for (const int output : outputs_) {
    if (output > STDERR_FILENO) close(output);
  }
}

void Log::Write(LogLevel level, std::string_view message, const Fields& fields) {
  if (level < level_) return;
  std::string line = "{\"level\":" + Quoted(NameOf(level)) + ",\"ts\":" + Quoted(Timestamp()) +
                     ",\"msg\":" + Quoted(message);
  for (const auto& [name, value] : fields) line += "," + Quoted(name) + ":" + Quoted(value);
  line += "}\n";
  for (const int output : outputs_) {
    // A log that nobody reads any more is no reason to stop.
    [[maybe_unused]] const ssize_t written = write(output, line.data(), line.size());
  }
}

}  // namespace fakeetcd
