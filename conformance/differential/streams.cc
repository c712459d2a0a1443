#include "conformance/differential/streams.h"

#include <stdexcept>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "comparison/answer.h"
#include "conformance/differential/snapshot.h"
#include "conformance/support/range_stream.h"
#include "etcdpp_proto/lease.grpc.pb.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"

namespace conformance {
namespace {

using Lines = std::vector<std::string>;
using comparison::Mask;

std::string StatusLine(const grpc::Status& status) {
  return comparison::DescribeStatus({status.error_code(), Mask::Text(status.error_message())});
}

Lines TakeSnapshot(const Wire& wire, grpc::ClientContext* context, const Mask& mask) {
  const auto stream =
      pb::Maintenance::NewStub(wire.channel())->Snapshot(context, pb::SnapshotRequest());
  std::string snapshot;
  std::string versions;  // one for each piece, all alike
  for (pb::SnapshotResponse piece; stream->Read(&piece);) {
    snapshot += piece.blob();
    if (versions != piece.version()) versions += piece.version();
  }
  const grpc::Status status = stream->Finish();
  Lines lines{StatusLine(status)};
  if (!status.ok()) return lines;
  lines.push_back("version " + versions);
  for (std::string& line : ContentsOf(snapshot, mask)) lines.push_back(std::move(line));
  return lines;
}

Lines TakeRange(const Wire& wire, const pb::RangeRequest& request, const CallOptions& options) {
  const Pieces pieces = RangeStream(wire, request, options);
  Lines lines{StatusLine(pieces.status)};
  for (const auto& kv : pieces.kvs()) lines.push_back(comparison::DescribeMessage(kv));
  if (pieces.messages.empty()) return lines;
  const pb::RangeResponse& last = pieces.messages.back();
  lines.push_back("at " + std::to_string(pieces.messages.front().header().revision()) + ", " +
                  std::to_string(last.count()) + (last.more() ? " and more" : ""));
  return lines;
}

Lines KeepAlive(const Wire& wire, const pb::LeaseKeepAliveRequest& request,
                grpc::ClientContext* context, const Mask& mask) {
  const auto stream = pb::Lease::NewStub(wire.channel())->LeaseKeepAlive(context);
  stream->Write(request);
  stream->WritesDone();
  Lines lines;
  for (pb::LeaseKeepAliveResponse answer; stream->Read(&answer);) {
    mask.Apply(answer);
    lines.push_back(comparison::DescribeMessage(answer));
  }
  lines.push_back(StatusLine(stream->Finish()));
  return lines;
}

}  // namespace

Lines TakeStream(const Wire& wire, const Step& step, const CallOptions& options, const Mask& mask) {
  const auto& request = *step.request;
  if (const auto* range = dynamic_cast<const pb::RangeRequest*>(&request)) {
    return TakeRange(wire, *range, options);
  }
  grpc::ClientContext context;
  Prepare(options, &context);
  if (const auto* keep = dynamic_cast<const pb::LeaseKeepAliveRequest*>(&request)) {
    return KeepAlive(wire, *keep, &context, mask);
  }
  if (step.method == kSnapshotMethod) return TakeSnapshot(wire, &context, mask);
  throw std::logic_error("a stream that nobody knows to take: " + step.method);
}

}  // namespace conformance
