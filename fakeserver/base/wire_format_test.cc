#include "fakeserver/base/wire_format.h"

#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

TEST(WireFormatTest, FieldsComeBackAsTheyWereWritten) {
  std::string message;
  AppendField(message, 1, "key");
  AppendField(message, 2, uint64_t{300});
  AppendField(message, 3, uint64_t{0});
  AppendField(message, 4, "");
  AppendFieldAlways(message, 5, "");
  AppendField(message, 6, UINT64_MAX);

  FieldReader fields(message);
  auto field = fields.Next();
  ASSERT_TRUE(field && field->IsBytes(1));
  EXPECT_EQ(field->bytes, "key");
  field = fields.Next();
  ASSERT_TRUE(field && field->IsNumber(2));
  EXPECT_EQ(field->value, 300u);
  field = fields.Next();
  ASSERT_TRUE(field && field->IsBytes(5));
  EXPECT_EQ(field->bytes, "");
  field = fields.Next();
  ASSERT_TRUE(field && field->IsNumber(6));
  EXPECT_EQ(field->value, UINT64_MAX);
  EXPECT_FALSE(fields.Next());
  EXPECT_FALSE(fields.malformed());
}

TEST(WireFormatTest, SizesAreOfWhatIsAppended) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
    std::string number;
    AppendField(number, 17, value);
    EXPECT_EQ(FieldSize(17, value), number.size()) << value;
  }
  for (const size_t size : {0, 1, 127, 128, 70000}) {
    std::string bytes;
    AppendField(bytes, 1, std::string(size, 'x'));
    EXPECT_EQ(FieldSize(1, std::string(size, 'x')), bytes.size()) << size;
  }
}

TEST(WireFormatTest, WhatIsNoFieldIsMalformed) {
  const std::string malformed[] = {
      std::string("\x0a", 1),                     // no length
      std::string("\x0a\x02x", 3),                // too short
      std::string("\x08\x80", 2),                 // a number without end
      std::string("\x00\x01", 2),                 // field 0
      std::string("\x09") + "12345678",           // of a kind that etcd stores none of
      "\x08" + std::string(10, '\x80') + "\x01",  // longer than any number
  };
  for (const std::string& message : malformed) {
    FieldReader fields(message);
    EXPECT_FALSE(fields.Next());
    EXPECT_TRUE(fields.malformed()) << message.size();
  }
}

TEST(WireFormatTest, BigEndianGoesThereAndBack) {
  EXPECT_EQ(BigEndian(0x0102030405060708), "\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_EQ(ParseBigEndian(BigEndian(UINT64_MAX - 1)), UINT64_MAX - 1);
  EXPECT_EQ(ParseBigEndian("seven.."), std::nullopt);
}

}  // namespace
}  // namespace fakeetcd
