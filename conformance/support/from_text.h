#pragma once

#include <stdexcept>
#include <string>

#include <google/protobuf/text_format.h>

namespace conformance {

/// A message of protobuf's text format, as etcd-differential prints it. Throws
/// std::invalid_argument for what is none.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) {
    throw std::invalid_argument("no " + message.GetTypeName() + ": " + text);
  }
  return message;
}

}  // namespace conformance
