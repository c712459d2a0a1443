#include "fakeserver/services/jwt.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "fakeserver/services/jwt_signature.h"

namespace fakeetcd {
namespace {

using Options = std::map<std::string, std::string>;

constexpr std::chrono::seconds kTtlDefault = std::chrono::minutes(5);

const absl::Status& BadOptions() {
  static const absl::Status status = absl::InvalidArgumentError("auth: invalid auth options");
  return status;
}

std::string OptionOr(const Options& options, const std::string& name, const char* otherwise) {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? otherwise : found->second;
}

// The text of the file that an option names; empty where the option is not given.
absl::StatusOr<std::string> ReadFile(const Options& options, const std::string& name) {
  const std::string path = OptionOr(options, name, "");
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  if (!file) return BadOptions();
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::optional<google::protobuf::Struct> ParseJson(std::string_view base64) {
  std::string json;
  google::protobuf::Struct object;
  if (!absl::WebSafeBase64Unescape(std::string(base64), &json) ||
      !google::protobuf::util::JsonStringToMessage(json, &object).ok()) {
    return std::nullopt;
  }
  return object;
}

const google::protobuf::Value* Find(const google::protobuf::Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

std::optional<double> NumberIn(const google::protobuf::Struct& object, const char* name) {
  const auto* value = Find(object, name);
  if (value == nullptr || value->kind_case() != google::protobuf::Value::kNumberValue) {
    return std::nullopt;
  }
  return value->number_value();
}

std::optional<std::string> TextIn(const google::protobuf::Struct& object, const char* name) {
  const auto* value = Find(object, name);
  if (value == nullptr || value->kind_case() != google::protobuf::Value::kStringValue) {
    return std::nullopt;
  }
  return value->string_value();
}

std::string JsonText(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  std::string json;
  static_cast<void>(google::protobuf::util::MessageToJsonString(value, &json));
  return json;
}

// absl's reads "inf" too, which Go's does not.
std::optional<std::chrono::seconds> ParseTtl(const std::string& text) {
  absl::Duration duration;
  if (text.find("inf") != std::string::npos || !absl::ParseDuration(text, &duration)) {
    return std::nullopt;
  }
  return std::chrono::seconds(absl::ToInt64Seconds(duration));
}

}  // namespace

struct JwtTokens::Method : JwtMethod {};

/// The secret of an HMAC, or the keys of a pair, of which the public one may be all there is.
struct JwtTokens::Keys {
  std::string secret;
  EvpKey private_key;
  EvpKey public_key;

  EVP_PKEY& verifying() const { return private_key ? *private_key : *public_key; }
};

JwtTokens::JwtTokens(const Method& method, std::unique_ptr<const Keys> keys,
                     std::chrono::seconds ttl)
    : method_(method), keys_(std::move(keys)), ttl_(ttl) {}

JwtTokens::~JwtTokens() = default;

const JwtTokens::Method* JwtTokens::FindMethod(std::string_view name, const Behavior& behavior) {
  static const Method methods[] = {
      {{"HS256", JwtFamily::kHmac, EVP_sha256}},
      {{"HS384", JwtFamily::kHmac, EVP_sha384}},
      {{"HS512", JwtFamily::kHmac, EVP_sha512}},
      {{"RS256", JwtFamily::kRsa, EVP_sha256}},
      {{"RS384", JwtFamily::kRsa, EVP_sha384}},
      {{"RS512", JwtFamily::kRsa, EVP_sha512}},
      {{"PS256", JwtFamily::kRsaPss, EVP_sha256}},
      {{"PS384", JwtFamily::kRsaPss, EVP_sha384}},
      {{"PS512", JwtFamily::kRsaPss, EVP_sha512}},
      {{"ES256", JwtFamily::kEcdsa, EVP_sha256, 256}},
      {{"ES384", JwtFamily::kEcdsa, EVP_sha384, 384}},
      {{"ES512", JwtFamily::kEcdsa, EVP_sha512, 521}},
      {{"EdDSA", JwtFamily::kEd25519, nullptr}},
  };
  for (const Method& method : methods) {
    if (method.family == JwtFamily::kEd25519 && !behavior.jwt_knows_eddsa) continue;
    if (method.name == name) return &method;
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<const JwtTokens::Keys>> JwtTokens::LoadKeys(const Method& method,
                                                                           const Options& options) {
  const auto public_pem = ReadFile(options, "pub-key");
  if (!public_pem.ok()) return public_pem.status();
  const auto private_pem = ReadFile(options, "priv-key");
  if (!private_pem.ok()) return private_pem.status();
  auto keys = std::make_unique<Keys>();
  if (method.family == JwtFamily::kHmac) {
    keys->secret = *private_pem;
    if (keys->secret.empty()) return absl::InvalidArgumentError("auth: missing key data");
    return keys;
  }
  if (!private_pem->empty()) {
    keys->private_key = ReadPrivateKey(method, *private_pem);
    if (keys->private_key == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "invalid key: priv-key holds none of a kind for ", std::string(method.name)));
    }
  }
  if (!public_pem->empty()) {
    keys->public_key = ReadPublicKey(method, *public_pem);
    if (keys->public_key == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid key: pub-key holds none of a kind for ", std::string(method.name)));
    }
  }
  if (keys->private_key == nullptr && keys->public_key == nullptr) {
    return absl::InvalidArgumentError("auth: missing key data");
  }
  if (keys->private_key != nullptr && keys->public_key != nullptr &&
      EVP_PKEY_eq(keys->private_key.get(), keys->public_key.get()) != 1) {
    return absl::InvalidArgumentError("auth: public and private keys don't match");
  }
  return keys;
}

absl::StatusOr<std::shared_ptr<const JwtTokens>> JwtTokens::Make(const Options& options,
                                                                 const Behavior& behavior) {
  std::chrono::seconds ttl = kTtlDefault;
  if (const std::string text = OptionOr(options, "ttl", ""); !text.empty()) {
    const auto given = ParseTtl(text);
    if (!given) return BadOptions();
    ttl = *given;
  }
  const std::string name = OptionOr(options, "sign-method", "");
  const Method* method = FindMethod(name, behavior);
  if (method == nullptr) {
    // Those that etcd's library has and etcd has no use for.
    const char* type = name == "none" ? "signingMethodNone" : "SigningMethodEd25519";
    if (name != "none" && name != "EdDSA") return BadOptions();
    return absl::InvalidArgumentError(absl::StrCat("unsupported signing method: *jwt.", type));
  }
  auto keys = LoadKeys(*method, options);
  if (!keys.ok()) return keys.status();
  return std::shared_ptr<const JwtTokens>(new JwtTokens(*method, *std::move(keys), ttl));
}

absl::StatusOr<std::string> JwtTokens::Sign(const Caller& caller, std::chrono::seconds now) const {
  if (method_.family != JwtFamily::kHmac && keys_->private_key == nullptr) {
    return absl::UnknownError("auth: token signing attempted with verify-only key");
  }
  const std::string header =
      absl::StrCat(R"({"alg":")", std::string(method_.name), R"(","typ":"JWT"})");
  const std::string claims =
      absl::StrCat(R"({"exp":)", (now + ttl_).count(), R"(,"revision":)", caller.auth_revision,
                   R"(,"username":)", JsonText(caller.user), "}");
  std::string token =
      absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(claims));
  const auto signature = method_.family == JwtFamily::kHmac
                             ? MakeHmac(method_, keys_->secret, token)
                             : MakeSignature(method_, *keys_->private_key, token);
  if (!signature) return absl::UnknownError("key is invalid");
  absl::StrAppend(&token, ".", absl::WebSafeBase64Escape(*signature));
  return token;
}

std::optional<Caller> JwtTokens::Verify(std::string_view token, std::chrono::seconds now) const {
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const auto header = ParseJson(token.substr(0, first));
  const auto claims = ParseJson(token.substr(first + 1, second - first - 1));
  std::string signature;
  if (!header || !claims || TextIn(*header, "alg") != std::string(method_.name) ||
      !absl::WebSafeBase64Unescape(std::string(token.substr(second + 1)), &signature)) {
    return std::nullopt;
  }
  const std::string_view data = token.substr(0, second);
  const bool genuine = method_.family == JwtFamily::kHmac
                           ? MakeHmac(method_, keys_->secret, data) == signature
                           : IsSignature(method_, keys_->verifying(), data, signature);
  const auto at = static_cast<double>(now.count());
  if (!genuine || NumberIn(*claims, "exp").value_or(at + 1) <= at ||
      NumberIn(*claims, "nbf").value_or(at) > at || NumberIn(*claims, "iat").value_or(at) > at) {
    return std::nullopt;
  }
  auto user = TextIn(*claims, "username");
  const auto revision = NumberIn(*claims, "revision");
  constexpr double kTwoTo64 = 18446744073709551616.0;
  if (!user || !revision || !(*revision >= 0 && *revision < kTwoTo64)) return std::nullopt;
  return Caller{.user = *std::move(user), .auth_revision = static_cast<uint64_t>(*revision)};
}

}  // namespace fakeetcd
