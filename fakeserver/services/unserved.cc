#include "fakeserver/services/unserved.h"

#include "fakeserver/services/grpc_status.h"

namespace fakeetcd {
namespace {

class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* Unserved::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Refusal(ToGrpc(dispatcher_.Refusal(context->method())));
}

}  // namespace fakeetcd
