#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace grpc {
class Status;
}

namespace conformance {

/// The latest messages between the running case and the server, as text: what a failure shows.
/// Thread-safe.
class ExchangeLog {
 public:
  /// The log of this process.
  static ExchangeLog& Current();

  /// A message sent, on the call named by `method`.
  void Sent(const std::string& method, const google::protobuf::Message& message);

  /// A message received.
  void Received(const google::protobuf::Message& message);

  /// The end of a call that failed or of a stream.
  void Ended(const grpc::Status& status);

  /// Anything else worth showing, such as bytes that are no message.
  void Note(std::string line);

  /// All lines since the last call, oldest first, and forgets them.
  std::vector<std::string> Take();

 private:
  std::mutex mu_;
  std::deque<std::string> lines_;
};

/// "OutOfRange (11) etcdserver: mvcc: required revision is a future revision".
std::string DescribeStatus(const grpc::Status& status);

/// `message` on one line, cut to what a person will read.
std::string DescribeMessage(const google::protobuf::Message& message);

}  // namespace conformance
