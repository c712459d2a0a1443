#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fakeetcd/server.h"

namespace fakeetcd {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// What the command line and the environment ask of fake-etcd.
struct Flags {
  Server::Options server;
  LogLevel log_level = LogLevel::kInfo;
  std::vector<std::string> log_outputs = {"default"};
  /// What all of this comes from in place of the command line; empty where that is not so.
  std::string config_file;
  bool print_version = false;
  bool print_help = false;
  /// Known to etcd, given, and without meaning here.
  std::vector<std::string> without_meaning;
  /// "ETCD_NAME=value" of variables that took the place of a flag, and of those that no flag has.
  std::vector<std::string> used_variables;
  std::vector<std::string> unknown_variables;
};

/// Why the program does not start: what to print, and the exit code.
struct FlagError {
  std::string text;
  int exit_code = 0;  // 0 when there is no error
  bool print_usage = false;
};

/// Reads flags as Go's flag package does, which etcd uses: "-name" and "--name" are the same, a
/// value follows behind "=" or as the next argument, and a bool takes none but behind "=". Then
/// ETCD_* variables fill in for flags not given; a variable whose flag is given too is an error,
/// as in etcd. `environment` holds "NAME=value".
FlagError ParseFlags(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment, Flags& flags);

/// The usage text.
std::string Usage();

}  // namespace fakeetcd
