#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "absl/status/status.h"

namespace fakeetcd {

/// Which library of Go's speaks JSON for an etcd's gateway: they differ in what they accept and in
/// what they say of the rest.
enum class JsonDialect {
  kOldJsonpb,  // golang/protobuf 1.3's jsonpb: etcd 3.4
  kJsonpb,     // the same on top of google.golang.org/protobuf: etcd 3.5
  kProtojson,  // google.golang.org/protobuf's protojson: since etcd 3.6
};

/// JSON from Go's libraries. `escape_html`: whether <, > and & are escaped, as encoding/json does.
/// Fields are under their names in the .proto file; those at their default are left out.
std::string WriteJson(const google::protobuf::Message& message, bool escape_html);

/// `text` in quotes.
std::string QuoteJson(std::string_view text, bool escape_html);

/// The messages of a request body, one JSON value each.
class JsonReader {
 public:
  /// `text` outlives the reader. `broken` says why the text stops where it does, where that is
  /// not its end.
  JsonReader(std::string_view text, std::string_view broken, JsonDialect dialect)
      : text_(text), broken_(broken), dialect_(dialect) {}

  enum class Outcome { kMessage, kEnd, kFailed };
  /// Reads the next message. Once it has failed it has no more.
  Outcome Next(google::protobuf::Message* message);
  /// Of kFailed, in the library's words.
  const std::string& error() const { return error_; }

 private:
  const std::string_view text_;
  const std::string_view broken_;
  const JsonDialect dialect_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace fakeetcd
