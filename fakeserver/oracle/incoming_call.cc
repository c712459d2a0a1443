#include "fakeserver/oracle/incoming_call.h"

#include <utility>

namespace fakeetcd {

IncomingCall::IncomingCall(grpc::GenericCallbackServerContext* context)
    : method_(context->method()) {
  for (const auto& [name, value] : context->client_metadata()) {
    const std::string key(name.data(), name.size());
    // What gRPC itself sends along it sends along again.
    if (key.starts_with("grpc-") || key == "user-agent" || key.starts_with(":")) continue;
    metadata_.emplace(key, std::string(value.data(), value.size()));
  }
}

std::shared_ptr<IncomingCall> IncomingCall::Accept(grpc::GenericCallbackServerContext* context) {
  auto call = std::shared_ptr<IncomingCall>(new IncomingCall(context));
  call->self_ = call;
  call->StartRead(&call->read_);
  return call;
}

std::optional<grpc::ByteBuffer> IncomingCall::Receive() {
  MutexLock lock(mu_);
  while (received_.empty() && !no_more_ && !cancelled_) changed_.wait(lock.native());
  if (received_.empty()) return std::nullopt;
  std::optional<grpc::ByteBuffer> message(std::move(received_.front()));
  received_.pop_front();
  return message;
}

void IncomingCall::Send(const grpc::ByteBuffer& message) {
  const MutexLock lock(mu_);
  if (cancelled_) return;
  to_send_.push_back(message);
  Proceed();
}

void IncomingCall::End(const grpc::Status& status) {
  const MutexLock lock(mu_);
  end_ = status;
  Proceed();
}

void IncomingCall::Proceed() {
  if (writing_ || ended_) return;
  if (!to_send_.empty() && !cancelled_) {
    writing_ = true;
    StartWrite(&to_send_.front());
  } else if (end_) {
    ended_ = true;
    Finish(*end_);
  }
}

void IncomingCall::OnCancelled(std::function<void()> then) {
  const MutexLock lock(mu_);
  on_cancelled_ = std::move(then);
  if (cancelled_ && on_cancelled_) on_cancelled_();
}

bool IncomingCall::cancelled() const {
  const MutexLock lock(mu_);
  return cancelled_;
}

void IncomingCall::OnReadDone(bool ok) {
  const MutexLock lock(mu_);
  if (ok) {
    received_.push_back(read_);
    read_.Clear();
    StartRead(&read_);
  } else {
    no_more_ = true;
  }
  changed_.notify_all();
}

void IncomingCall::OnWriteDone(bool /*ok*/) {
  const MutexLock lock(mu_);
  writing_ = false;
  to_send_.pop_front();
  Proceed();
}

void IncomingCall::OnCancel() {
  const MutexLock lock(mu_);
  cancelled_ = true;
  if (on_cancelled_) on_cancelled_();
  changed_.notify_all();
}

void IncomingCall::OnDone() { const auto last = std::move(self_); }

}  // namespace fakeetcd
