#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>

#include "absl/container/inlined_vector.h"

namespace fakeetcd {

// Two sinks with one interface for the bytes of a protobuf message. A function template that
// writes a message runs on WireSize first, for the lengths, and then on WireWriter. As proto3
// does, both leave out fields that hold their default.

/// The sizes of the nested messages of a message, in the order in which they begin.
using NestedSizes = absl::InlinedVector<size_t, 16>;

/// Counts the bytes of a message.
class WireSize {
 public:
  size_t bytes() const { return bytes_; }
  const NestedSizes& nested() const { return nested_; }

  void Varint(int field, uint64_t value) {
    if (value != 0) bytes_ += TagSize(field) + Coded::VarintSize64(value);
  }
  void Bytes(int field, std::string_view value) {
    if (!value.empty()) bytes_ += Delimited(field, value.size());
  }
  void Message(int field, const google::protobuf::MessageLite& message) {
    bytes_ += Delimited(field, message.ByteSizeLong());
  }
  /// A message that `body` writes to a sink.
  template <typename Body>
  void Nested(int field, const Body& body) {
    const size_t place = nested_.size();
    nested_.push_back(0);
    const size_t before = bytes_;
    body(*this);
    nested_[place] = bytes_ - before;
    bytes_ = before + Delimited(field, nested_[place]);
  }

  /// What a field of `size` bytes takes with its tag and length.
  static size_t Delimited(int field, size_t size) {
    return TagSize(field) + Coded::VarintSize64(size) + size;
  }

 private:
  using Coded = google::protobuf::io::CodedOutputStream;

  static size_t TagSize(int field) {
    return Coded::VarintSize32(static_cast<uint32_t>(field) << 3);
  }

  size_t bytes_ = 0;
  NestedSizes nested_;
};

/// Writes the bytes of a message. REQUIRES: room for as many as WireSize counts, which was given
/// the same message and outlives the writer.
class WireWriter {
 public:
  WireWriter(uint8_t* to, const WireSize& size) : at_(to), next_nested_(size.nested().data()) {}

  const uint8_t* end() const { return at_; }

  void Varint(int field, uint64_t value) {
    if (value == 0) return;
    Tag(field, kVarint);
    at_ = Coded::WriteVarint64ToArray(value, at_);
  }
  void Bytes(int field, std::string_view value) {
    if (value.empty()) return;
    Begin(field, value.size());
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }
  void Message(int field, const google::protobuf::MessageLite& message) {
    Begin(field, message.ByteSizeLong());
    at_ = message.SerializeWithCachedSizesToArray(at_);
  }
  template <typename Body>
  void Nested(int field, const Body& body) {
    Begin(field, *next_nested_++);
    body(*this);
  }

 private:
  using Coded = google::protobuf::io::CodedOutputStream;
  enum WireType : uint32_t { kVarint = 0, kDelimited = 2 };

  void Tag(int field, WireType type) {
    at_ = Coded::WriteTagToArray(static_cast<uint32_t>(field) << 3 | type, at_);
  }
  void Begin(int field, size_t size) {
    Tag(field, kDelimited);
    at_ = Coded::WriteVarint64ToArray(size, at_);
  }

  uint8_t* at_;
  const size_t* next_nested_;
};

}  // namespace fakeetcd
