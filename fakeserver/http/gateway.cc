#include "fakeserver/http/gateway.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "absl/strings/ascii.h"

#include "fakeserver/http/base64.h"
#include "fakeserver/http/concat.h"
#include "fakeserver/http/gateway_answers.h"
#include "fakeserver/http/gateway_routes.h"
#include "fakeserver/http/http_text.h"
#include "fakeserver/http/json_message.h"

namespace fakeetcd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using grpc::ByteBuffer;
using grpc::Status;
using grpc::StatusCode;

std::unique_ptr<Message> New(const Descriptor& type) {
  const Message* prototype = MessageFactory::generated_factory()->GetPrototype(&type);
  return std::unique_ptr<Message>(prototype->New());
}

ByteBuffer Encoded(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

bool Decode(ByteBuffer* bytes, Message* message) {
  grpc::ProtoBufferReader reader(bytes);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

// Go's context errors have words of their own.
Status InGoWords(const Status& status) {
  if (status.error_code() == StatusCode::DEADLINE_EXCEEDED) {
    return {status.error_code(), "context deadline exceeded"};
  }
  if (status.error_code() == StatusCode::CANCELLED) {
    return {status.error_code(), "context canceled"};
  }
  return status;
}

// "100m": a number and its unit, as gRPC has it. nullopt where that is not what it is.
std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text) {
  constexpr std::pair<char, std::chrono::nanoseconds> kUnits[] = {
      {'H', std::chrono::hours(1)},        {'M', std::chrono::minutes(1)},
      {'S', std::chrono::seconds(1)},      {'m', std::chrono::milliseconds(1)},
      {'u', std::chrono::microseconds(1)}, {'n', std::chrono::nanoseconds(1)}};
  if (text.size() < 2) return std::nullopt;
  int64_t count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stop, failure] = std::from_chars(text.data(), end, count);
  if (failure != std::errc() || stop != end) return std::nullopt;
  for (const auto& [name, unit] : kUnits) {
    if (name != *end) continue;
    constexpr std::chrono::nanoseconds kMax = std::chrono::hours(24 * 365);
    return count > kMax / unit ? kMax : unit * count;
  }
  return std::nullopt;
}

bool IsMetadataKey(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) != 0 ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
           c == '.';
  });
}

bool IsMetadataText(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

// What gRPC itself sends under these names is not for a request to say.
bool IsReserved(std::string_view key) {
  return key.starts_with("grpc-") || key == "te" || key == "content-type" || key == "user-agent" ||
         key == "host" || key == "connection";
}

// Headers become metadata: the token, and what is called Grpc-Metadata-*.
Status AddMetadata(const HttpRequest& request, grpc::ClientContext* context) {
  constexpr std::string_view kPrefix = "grpc-metadata-";
  for (const HttpHeader& header : request.headers) {
    std::string key = absl::AsciiStrToLower(header.name);
    if (key == "authorization") {
      if (IsMetadataText(header.value)) context->AddMetadata(key, header.value);
      continue;
    }
    if (!key.starts_with(kPrefix)) continue;
    key.erase(0, kPrefix.size());
    if (!IsMetadataKey(key) || IsReserved(key)) continue;
    if (!key.ends_with("-bin")) {
      if (IsMetadataText(header.value)) context->AddMetadata(key, header.value);
      continue;
    }
    std::string bytes;
    const Base64Form form{.padding = header.value.size() % 4 == 0};
    const size_t illegal = DecodeBase64(header.value, form, &bytes);
    if (illegal != std::string_view::npos) {
      return {StatusCode::INVALID_ARGUMENT,
              Concat("invalid binary header ", CanonicalHeaderName(header.name),
                     ": illegal base64 data at input byte ", illegal)};
    }
    context->AddMetadata(key, bytes);
  }
  return Status::OK;
}

Status Prepare(const HttpRequest& request, grpc::ClientContext* context) {
  if (const auto text = request.Header("Grpc-Timeout"); !text.empty()) {
    const auto timeout = ParseTimeout(text);
    if (!timeout) {
      return {StatusCode::INVALID_ARGUMENT, Concat("invalid grpc-timeout: ", text)};
    }
    if (timeout->count() != 0) {
      context->set_deadline(std::chrono::system_clock::now() +
                            std::chrono::duration_cast<std::chrono::microseconds>(*timeout));
    }
  }
  return AddMetadata(request, context);
}

/// What a call needs until it is over.
struct Call {
  Call(const std::shared_ptr<HttpExchange>& http, const GatewayMethod& to,
       const GatewayAnswers& how)
      : exchange(http), method(to), answers(how) {}

  const std::shared_ptr<HttpExchange> exchange;
  const GatewayMethod method;
  const GatewayAnswers& answers;
  grpc::ClientContext context;
};

/// One request, one answer.
struct UnaryCall : Call {
  using Call::Call;

  void Finish(const Status& status) {
    if (!status.ok()) return exchange->Reply(answers.Error(InGoWords(status), exchange->request()));
    const auto message = New(*method.descriptor->output_type());
    if (!Decode(&response, message.get())) {
      return exchange->Reply(answers.LocalError({StatusCode::INTERNAL, "malformed response"}));
    }
    exchange->Reply(answers.Message(*message, exchange->request()));
  }

  ByteBuffer request;
  ByteBuffer response;
};

/// Requests that are sent one after the other, and answers that come as they like. Owns itself
/// until it is done.
class StreamCall final : public Call, public grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  using Call::Call;

  void Start(const std::shared_ptr<StreamCall>& self, std::deque<ByteBuffer> requests) {
    self_ = self;
    requests_ = std::move(requests);
    WriteNext();
    StartRead(&response_);
    // Held while the exchange may ask for more.
    AddHold();
    StartCall();
  }

  void OnWriteDone(bool ok) override {
    requests_.pop_front();
    if (!ok) requests_.clear();
    WriteNext();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return RemoveHold();
    const auto message = New(*method.descriptor->output_type());
    if (!Decode(&response_, message.get())) {
      context.TryCancel();
      return RemoveHold();
    }
    if (!std::exchange(begun_, true)) exchange->Begin(answers.StreamHead());
    exchange->Write(answers.StreamMessage(*message), [this](bool goes_on) {
      if (goes_on) return StartRead(&response_);
      context.TryCancel();
      RemoveHold();
    });
  }

  void OnDone(const Status& status) override {
    if (status.ok()) {
      if (!begun_) exchange->Begin(answers.EmptyStreamHead());
      exchange->End();
    } else {
      Fail(InGoWords(status));
    }
    self_.reset();
  }

 private:
  void WriteNext() {
    if (!requests_.empty()) return StartWrite(&requests_.front());
    if (!std::exchange(half_closed_, true)) StartWritesDone();
  }

  void Fail(const Status& status) {
    if (!begun_ && answers.early_deadline_is_plain(status)) {
      return exchange->Reply(answers.LocalError(status));
    }
    if (!begun_) exchange->Begin(answers.StreamErrorHead(status));
    exchange->Write(answers.StreamError(status), [](bool) {});
    exchange->End();
  }

  std::shared_ptr<StreamCall> self_;
  std::deque<ByteBuffer> requests_;
  ByteBuffer response_;
  bool half_closed_ = false;
  bool begun_ = false;
};

}  // namespace

struct Gateway::Impl {
  Impl(const Behavior& release, Connect connect_to)
      : behavior(release), answers(release), connect(std::move(connect_to)) {}

  grpc::GenericStub& stub() {
    std::call_once(connected, [this] { stub_of_server.emplace(connect()); });
    return *stub_of_server;
  }

  void ServeUnary(const std::shared_ptr<UnaryCall>& call) {
    const HttpRequest& request = call->exchange->request();
    const auto message = New(*call->method.descriptor->input_type());
    JsonReader reader(request.body, request.body_error, answers.dialect());
    if (reader.Next(message.get()) == JsonReader::Outcome::kFailed) {
      return call->exchange->Reply(
          answers.LocalError({StatusCode::INVALID_ARGUMENT, reader.error()}));
    }
    call->request = Encoded(*message);
    call->exchange->OnGone([call] { call->context.TryCancel(); });
    stub().UnaryCall(&call->context, call->method.name, {}, &call->request, &call->response,
                     [call](const Status& status) { call->Finish(status); });
  }

  // A stream of requests is all the values of the body; of one request, only the first.
  void ServeStream(const std::shared_ptr<StreamCall>& call) {
    const HttpRequest& request = call->exchange->request();
    const auto* const method = call->method.descriptor;
    JsonReader reader(request.body, request.body_error, answers.dialect());
    std::deque<ByteBuffer> requests;
    while (true) {
      const auto message = New(*method->input_type());
      const auto outcome = reader.Next(message.get());
      if (outcome == JsonReader::Outcome::kFailed && requests.empty() &&
          (!method->client_streaming() || answers.bad_first_request_fails_stream())) {
        const auto code =
            method->client_streaming() ? StatusCode::UNKNOWN : StatusCode::INVALID_ARGUMENT;
        return call->exchange->Reply(answers.LocalError({code, reader.error()}));
      }
      if (outcome == JsonReader::Outcome::kMessage || !method->client_streaming()) {
        requests.push_back(Encoded(*message));
      }
      if (outcome != JsonReader::Outcome::kMessage || !method->client_streaming()) break;
    }
    call->exchange->OnGone([call] { call->context.TryCancel(); });
    stub().PrepareBidiStreamingCall(&call->context, call->method.name, {}, call.get());
    call->Start(call, std::move(requests));
  }

  template <typename CallType>
  std::shared_ptr<CallType> Prepared(const std::shared_ptr<HttpExchange>& exchange,
                                     const GatewayMethod& method) {
    auto call = std::make_shared<CallType>(exchange, method, answers);
    const Status status = Prepare(exchange->request(), &call->context);
    if (status.ok()) return call;
    exchange->Reply(answers.LocalError(status));
    return nullptr;
  }

  const Behavior behavior;
  const GatewayAnswers answers;
  const Connect connect;
  std::once_flag connected;
  std::optional<grpc::GenericStub> stub_of_server;
};

Gateway::Gateway(const Behavior& behavior, Connect connect)
    : impl_(std::make_unique<Impl>(behavior, std::move(connect))) {}

Gateway::~Gateway() = default;

void Gateway::Serve(const std::shared_ptr<HttpExchange>& exchange) {
  const HttpRequest& request = exchange->request();
  const GatewayMethod method = FindGatewayMethod(request.path, impl_->behavior);
  if (method.descriptor == nullptr) return exchange->Reply(impl_->answers.NotFound());
  if (request.method != "POST") return exchange->Reply(impl_->answers.MethodNotAllowed());
  if (method.descriptor->server_streaming()) {
    const auto call = impl_->Prepared<StreamCall>(exchange, method);
    if (call != nullptr) impl_->ServeStream(call);
  } else {
    const auto call = impl_->Prepared<UnaryCall>(exchange, method);
    if (call != nullptr) impl_->ServeUnary(call);
  }
}

}  // namespace fakeetcd
