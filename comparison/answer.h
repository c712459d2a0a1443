#pragma once

#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include "etcdpp_proto/watch.pb.h"

/// What two etcd servers are held to be alike by.
namespace comparison {

namespace pb = etcdpp_proto::etcdserverpb;

/// What a server made of a call, as far as it can be compared.
struct Outcome {
  grpc::Status status;
  /// The answer, with what differs from server to server masked; null where the call failed.
  std::shared_ptr<google::protobuf::Message> answer;

  bool Equals(const Outcome& other) const;
  std::string ToString() const;
};

/// What `reply` is, of a call that ended with `status`: the text of it masked, the answer not.
Outcome OutcomeOf(const std::string& method, const grpc::Status& status, const std::string& reply);

/// What kind of call a method is: "/etcdserverpb.KV/Put" is unary.
enum class MethodKind { kUnknown, kUnary, kClientAsks, kServerTells, kBoth };
MethodKind KindOf(const std::string& method);

/// An empty message of what `method` takes; null for a method that etcd has not.
std::unique_ptr<google::protobuf::Message> NewRequest(const std::string& method);
/// An empty message of what `method` answers with; of a method that etcd has not, any.
std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& method);

/// Each event or other news of a watch's response, on a line of its own: how events are cut into
/// responses is the server's affair.
std::vector<std::string> NewsIn(const pb::WatchResponse& response);

/// "OutOfRange (11) etcdserver: mvcc: required revision is a future revision".
std::string DescribeStatus(const grpc::Status& status);

/// `message` on one line, cut to what a person will read.
std::string DescribeMessage(const google::protobuf::Message& message);

}  // namespace comparison
