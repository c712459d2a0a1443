#pragma once

#include "etcdpp_proto/auth.grpc.pb.h"
#include "fakeserver/services/auth_calls.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

namespace internal {
using Auth = etcdpp_proto::etcdserverpb::Auth;
using AuthUserMethods = Auth::WithRawCallbackMethod_UserAdd<Auth::WithRawCallbackMethod_UserGet<
    Auth::WithRawCallbackMethod_UserList<Auth::WithRawCallbackMethod_UserDelete<
        Auth::WithRawCallbackMethod_UserChangePassword<Auth::WithRawCallbackMethod_UserGrantRole<
            Auth::WithRawCallbackMethod_UserRevokeRole<Auth::Service>>>>>>>;
using AuthRoleMethods = Auth::WithRawCallbackMethod_RoleAdd<
    Auth::WithRawCallbackMethod_RoleGet<Auth::WithRawCallbackMethod_RoleList<
        Auth::WithRawCallbackMethod_RoleDelete<Auth::WithRawCallbackMethod_RoleGrantPermission<
            Auth::WithRawCallbackMethod_RoleRevokePermission<AuthUserMethods>>>>>>;
using AuthMethods = Auth::WithRawCallbackMethod_AuthEnable<
    Auth::WithRawCallbackMethod_AuthDisable<Auth::WithRawCallbackMethod_AuthStatus<
        Auth::WithRawCallbackMethod_Authenticate<AuthRoleMethods>>>>;
}  // namespace internal

/// etcdserverpb.Auth.
class AuthService final : public internal::AuthMethods {
 public:
  explicit AuthService(Dispatcher& dispatcher) : dispatcher_(dispatcher), calls_(dispatcher) {}

  using Context = grpc::CallbackServerContext;
  using Bytes = grpc::ByteBuffer;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* AuthEnable(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* AuthDisable(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* AuthStatus(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* Authenticate(Context* context, const Bytes* request, Bytes* response) override;

  Reactor* UserAdd(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserGet(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserList(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserDelete(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserChangePassword(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserGrantRole(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* UserRevokeRole(Context* context, const Bytes* request, Bytes* response) override;

  Reactor* RoleAdd(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* RoleGet(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* RoleList(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* RoleDelete(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* RoleGrantPermission(Context* context, const Bytes* request, Bytes* response) override;
  Reactor* RoleRevokePermission(Context* context, const Bytes* request, Bytes* response) override;

 private:
  /// Decodes a Request, has `handler` fill the Response, and adds the header.
  template <typename Request, typename Response, typename Handler>
  Reactor* Answer(Context* context, const Bytes* request, Bytes* response, const Handler& handler);

  Dispatcher& dispatcher_;
  AuthCalls calls_;
};

}  // namespace fakeetcd
