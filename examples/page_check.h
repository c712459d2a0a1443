#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

// That the C++ which a page of docs/ shows is compiled: it is found, however its lines are broken,
// in one of the sources of this folder.

inline std::string FileText(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// One space for every run of white space.
inline std::string Joined(const std::string& text) {
  std::istringstream words(text);
  std::string joined;
  for (std::string word; words >> word;) joined += joined.empty() ? word : " " + word;
  return joined;
}

inline std::string SourcesOfThisFolder() {
  std::string sources;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_ROOT "/examples")) {
    if (entry.path().extension() == ".cc") sources += Joined(FileText(entry.path())) + "\n";
  }
  return sources;
}

/// Checks a page: the second column of its tables, where both columns are code, and its blocks of
/// C++. Returns how many pieces it has found.
inline int CheckPage(const std::string& name) {
  const std::string sources = SourcesOfThisFolder();
  int checked = 0;
  const auto check = [&](const std::string& code) {
    EXPECT_NE(sources.find(Joined(code)), std::string::npos) << name << " shows:\n" << code;
    ++checked;
  };
  std::istringstream page(FileText(std::filesystem::path(SOURCE_ROOT "/docs") / name));
  std::string block;
  bool in_block = false;
  for (std::string line; std::getline(page, line);) {
    if (in_block && line == "```") {
      check(block);
      in_block = false;
    } else if (in_block) {
      block += line + "\n";
    } else if (line == "```cpp") {
      in_block = true;
      block.clear();
    } else if (line.starts_with("| `")) {
      const size_t begin = line.find("| `", 1);
      const size_t end = line.find("` |", begin);
      if (begin == std::string::npos || end == std::string::npos) continue;
      check(line.substr(begin + 3, end - begin - 3));
    }
  }
  EXPECT_FALSE(in_block) << name << " ends within a block";
  return checked;
}
