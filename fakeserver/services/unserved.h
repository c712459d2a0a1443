#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// Answers every call that no service takes, with etcd's words or our own (Dispatcher::Refusal).
class Unserved final : public grpc::CallbackGenericService {
 public:
  explicit Unserved(const Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  const Dispatcher& dispatcher_;
};

}  // namespace fakeetcd
