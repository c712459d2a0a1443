#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// An answer over HTTP.
struct HttpAnswer {
  int status = 0;
  std::string status_line;
  /// By name in small letters; of several of one name, the last.
  std::map<std::string, std::string> headers;
  std::string body;
  /// From the end of a body in chunks.
  std::map<std::string, std::string> trailers;

  /// "" where there is none.
  std::string Header(const std::string& name) const;
};

std::ostream& operator<<(std::ostream& out, const HttpAnswer& answer);

/// A connection that sends what it is given, sensible or not, over TCP. A wait that gets too long
/// ends the case, as a failure.
class HttpConnection {
 public:
  /// To target().
  HttpConnection();
  explicit HttpConnection(const std::string& endpoint);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void Send(std::string_view bytes);
  /// Sends no more, but reads on.
  void HalfClose();

  /// The next answer, all of it. `to_head`: it is to a HEAD, and has no body.
  HttpAnswer Read(bool to_head = false);
  /// The head of the next answer; its body is then read by line.
  HttpAnswer ReadHead();
  /// The next line of a body in chunks, without its end; nullopt at the end of the body.
  std::optional<std::string> ReadLine();

  /// Whether the server ends the connection, and says nothing before it does.
  bool Ends();
  /// Whether nothing comes and the connection stays, as far as `patience` can show it.
  bool StaysSilent(std::chrono::milliseconds patience);

 private:
  bool Fill(std::chrono::milliseconds patience);
  void NeedMore();
  std::string TakeLine();
  std::string Take(size_t size);
  bool ReadChunk(HttpAnswer* answer);

  int socket_ = -1;
  std::string in_;
  std::string chunks_;  // of a body that is read by line
  bool body_ended_ = false;
};

struct HttpRequest {
  std::string method = "POST";
  std::string path = {};
  std::string body = {};
  std::vector<std::string> headers = {};  // "Name: value"
  bool http_1_0 = false;
  bool close = true;
};

/// As it goes over the wire, with a Host, and a Content-Length where it has a body.
std::string HttpText(const HttpRequest& request);

/// Sends one request on a connection of its own.
HttpAnswer SendHttp(const HttpRequest& request);
HttpAnswer Get(const std::string& path);
/// To the gateway: `path` is behind "/v3/".
HttpAnswer Post(const std::string& path, const std::string& body,
                const std::vector<std::string>& headers = {});

std::string Base64(std::string_view bytes);

/// JSON without the white space that protojson puts behind commas in some builds and not in
/// others, and the texts without the no-break space that it does the same with.
std::string Plain(std::string json);

}  // namespace conformance
