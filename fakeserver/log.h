#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeserver/flags.h"

namespace fakeetcd {

/// The program's log: one JSON object a line, shaped as etcd's are. Not thread-safe.
class Log {
 public:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  /// `outputs` as --log-outputs has them. Those that cannot be opened are left out.
  Log(LogLevel level, const std::vector<std::string>& outputs);
  ~Log();

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Write(LogLevel level, std::string_view message, const Fields& fields = {});

 private:
  const LogLevel level_;
  std::vector<int> outputs_;
};

}  // namespace fakeetcd
