#pragma once

#include <memory>
#include <utility>

#include "client/src/call.h"
#include "client/src/convert.h"
#include "client/src/convert_admin.h"

namespace etcdpp {

// A call in the public types: converts, calls, converts back.

template <typename Response>
Result<Response> ToResult(Response response) {
  return response;
}

/// A renewal of a lease that does not exist is answered, with no time left.
inline Result<LeaseKeepAliveResponse> ToResult(LeaseKeepAliveResponse response) {
  if (response.ttl.count() <= 0) {
    return Status(Code::kNotFound, "etcdserver: requested lease not found");
  }
  return response;
}

template <typename Request, typename Proto>
auto Blocking(Transport& transport, const Rpc<Request, Proto>& rpc, const Request& request,
              const CallOptions& call) {
  using Response = decltype(FromProto(std::declval<Proto>()));
  Proto response;
  Status status = Call(transport, rpc.method, request, &response, call);
  if (!status.ok()) return Result<Response>(std::move(status));
  return ToResult(FromProto(std::move(response)));
}

template <typename Request, typename Proto, typename Response>
void Async(Transport& transport, const Rpc<Request, Proto>& rpc, Request request, CallOptions call,
           Callback<Response> done) {
  auto convert = [](Proto response) { return ToResult(FromProto(std::move(response))); };
  std::make_shared<TypedCall<Request, Proto, decltype(convert), Callback<Response>>>(
      transport, rpc.method, std::move(call), std::move(request), convert, std::move(done))
      ->Start();
}

}  // namespace etcdpp
