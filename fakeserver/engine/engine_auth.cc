// What the engine does for the Auth service and for whoever asks who a caller is.

#include <utility>

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/engine_state.h"

namespace fakeetcd {

absl::StatusOr<int64_t> Engine::Auth(const AuthRequest& request) {
  const Locked lock(*this);
  ++state_->raft_index;
  const absl::Status status = request(state_->auth);
  PublishAuthEnabled();
  if (!status.ok()) return status;
  return state_->store.revision();
}

void Engine::PublishAuthEnabled() {
  auth_enabled_.store(state_->auth.enabled(), std::memory_order_relaxed);
}

absl::StatusOr<Engine::Login> Engine::AuthFindLogin(std::string_view user) {
  const Locked lock(*this);
  auto hash = state_->auth.PasswordHashOf(user);
  if (!hash.ok()) return hash.status();
  return Login{.password_hash = *std::move(hash), .auth_revision = state_->auth.revision()};
}

absl::StatusOr<Engine::Session> Engine::AuthOpenSession(std::string_view user, SessionToken token) {
  const Locked lock(*this);
  ++state_->raft_index;
  if (const auto hash = state_->auth.PasswordHashOf(user); !hash.ok()) return hash.status();
  Session session{.revision = state_->store.revision(), .auth_revision = state_->auth.revision()};
  if (token == SessionToken::kSimple) {
    auto& random = state_->random;
    session.token = state_->auth.AssignToken(
        user, state_->raft_index, [&random] { return random(); }, clock_.Now());
  }
  return session;
}

std::optional<Caller> Engine::AuthUseToken(std::string_view token) {
  const Locked lock(*this);
  return state_->auth.UseToken(token, clock_.Now());
}

uint64_t Engine::auth_revision() {
  const Locked lock(*this);
  return state_->auth.revision();
}

std::string Engine::AuthSalt(size_t bytes) {
  const Locked lock(*this);
  std::string salt;
  while (salt.size() < bytes) salt.push_back(static_cast<char>(state_->random()));
  return salt;
}

absl::Status Engine::CheckAdmin(const Caller& caller) {
  const Locked lock(*this);
  return state_->auth.CheckAdmin(caller);
}

absl::Status Engine::CheckReadOfKeysOf(LeaseId id, const Caller& caller) {
  const Locked lock(*this);
  return state_->AccessOf(caller).CheckReadOfKeysOf(id);
}

absl::Status Engine::CheckWriteOfKeysOf(LeaseId id, const Caller& caller) {
  const Locked lock(*this);
  return state_->AccessOf(caller).CheckWriteOfKeysOf(id);
}

absl::Status Engine::CheckReadOfKeysOfLeases(const Caller& caller) {
  const Locked lock(*this);
  for (const LeaseId id : state_->leases.Ids()) {
    auto status = state_->AccessOf(caller).CheckReadOfKeysOf(id);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace fakeetcd
