// /health, /livez, /readyz, /version, and what every answer over HTTP has.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

bool HasLivez() { return target().version.Since({V(3, 4, 29), V(3, 5, 11), V(3, 6, 0)}); }

constexpr char kUnknown[] = "404 page not found\n";

// As of a release that has no such path.
void ExpectUnknown(const std::string& path) { EXPECT_THAT(Get(path), IsText(404, kUnknown)); }

std::string Healthy() {
  return target().version.AtLeast(3, 5) ? R"({"health":"true","reason":""})"
                                        : R"({"health":"true"})";
}

TEST(Health, IsTrue) { EXPECT_THAT(Get("/health"), IsText(200, Healthy())); }

TEST(Health, IsTrueWhateverIsAskedFor) {
  for (const char* query : {"?serializable=true", "?serializable=false", "?exclude=NOSPACE",
                            "?exclude=", "?exclude=NOSPACE&exclude=CORRUPT", "?x=y"}) {
    SCOPED_TRACE(query);
    EXPECT_THAT(Get(std::string("/health") + query), IsText(200, Healthy()));
  }
}

TEST(Health, IsForGetAlone) {
  for (const char* method : {"POST", "PUT", "HEAD"}) {
    SCOPED_TRACE(method);
    const HttpAnswer answer = SendHttp({.method = method, .path = "/health"});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.Header("Allow"), "GET");
  }
}

// Raised for as long as the object lives.
class RaisedAlarm {
 public:
  explicit RaisedAlarm(pb::AlarmType type) : type_(type) {
    wire_.Call(Alarm(pb::AlarmRequest::ACTIVATE, type_, kMember));
  }
  ~RaisedAlarm() { wire_.Call(Alarm(pb::AlarmRequest::DEACTIVATE, type_, kMember)); }
  RaisedAlarm(const RaisedAlarm&) = delete;
  RaisedAlarm& operator=(const RaisedAlarm&) = delete;

 private:
  static constexpr uint64_t kMember = 7;
  const Wire wire_;
  const pb::AlarmType type_;
};

std::string Unhealthy(const std::string& alarm) {
  return target().version.AtLeast(3, 5) ? R"({"health":"false","reason":"ALARM )" + alarm + "\"}\n"
                                        : "{\"health\":\"false\"}\n";
}

TEST(Health, IsFalseUnderAnAlarmThatIsNotExcluded) {
  {
    const RaisedAlarm alarm(pb::NOSPACE);
    EXPECT_THAT(Get("/health"), IsText(503, Unhealthy("NOSPACE")));
    EXPECT_THAT(Get("/health?exclude=CORRUPT"), IsText(503, Unhealthy("NOSPACE")));
    EXPECT_THAT(Get("/health?exclude=NOSPACE"), IsText(200, Healthy()));
    EXPECT_EQ(Get("/health").Header("Content-Type"), "text/plain; charset=utf-8");
  }
  {
    const RaisedAlarm alarm(pb::CORRUPT);
    EXPECT_THAT(Get("/health"), IsText(503, Unhealthy("CORRUPT")));
    EXPECT_THAT(Get("/health?exclude=CORRUPT"), IsText(200, Healthy()));
  }
  EXPECT_THAT(Get("/health"), IsText(200, Healthy()));
}

TEST(Readyz, TellsOfCorruptionAlone) {
  if (!HasLivez()) return ExpectUnknown("/readyz/data_corruption");
  {
    const RaisedAlarm alarm(pb::NOSPACE);
    EXPECT_THAT(Get("/readyz"), IsText(200, "ok\n"));
  }
  const RaisedAlarm alarm(pb::CORRUPT);
  EXPECT_THAT(Get("/readyz/data_corruption"),
              IsText(503, "[-]data_corruption failed: alarm activated: CORRUPT\n\n"));
  EXPECT_THAT(Get("/readyz").body, HasSubstr("[+]serializable_read ok\n"));
  EXPECT_THAT(Get("/readyz?exclude=data_corruption"), IsText(200, "ok\n"));
  EXPECT_THAT(Get("/livez"), IsText(200, "ok\n"));
}

TEST(Livez, IsOkSince35) {
  EXPECT_THAT(Get("/livez"), HasLivez() ? IsText(200, std::string("ok\n"))
                                        : IsText(404, std::string("404 page not found\n")));
}

TEST(Livez, TellsItsChecks) {
  if (!HasLivez()) return ExpectUnknown("/livez?verbose");
  EXPECT_THAT(Get("/livez?verbose"), IsText(200, "[+]serializable_read ok\nok\n"));
  EXPECT_THAT(Get("/livez/serializable_read?verbose"),
              IsText(200, "[+]serializable_read ok\nok\n"));
  EXPECT_THAT(Get("/livez?verbose&exclude=serializable_read"), IsText(200, "ok\n"));
}

TEST(Livez, HasNoOtherChecks) {
  EXPECT_THAT(Get("/livez/non_learner"), IsText(404, "404 page not found\n"));
  EXPECT_THAT(Get("/livez/"), IsText(404, "404 page not found\n"));
}

TEST(Readyz, IsOkSince35) {
  if (!HasLivez()) return ExpectUnknown("/readyz");
  EXPECT_THAT(Get("/readyz"), IsText(200, "ok\n"));
}

TEST(Readyz, TellsItsChecksInSomeOrder) {
  if (!HasLivez()) return ExpectUnknown("/readyz?verbose");
  const std::string body = Get("/readyz?verbose").body;
  EXPECT_EQ(body.size(), 91u) << body;
  EXPECT_THAT(body,
              AllOf(HasSubstr("[+]data_corruption ok\n"), HasSubstr("[+]serializable_read ok\n"),
                    HasSubstr("[+]linearizable_read ok\n"), HasSubstr("[+]non_learner ok\n"),
                    testing::EndsWith("ok\nok\n")));
}

TEST(Readyz, HasEachCheckAtAPathOfItsOwn) {
  if (!HasLivez()) return ExpectUnknown("/readyz/non_learner");
  for (const std::string check :
       {"data_corruption", "serializable_read", "linearizable_read", "non_learner"}) {
    EXPECT_THAT(Get("/readyz/" + check), IsText(200, "ok\n"));
    EXPECT_THAT(Get("/readyz/" + check + "?verbose"), IsText(200, "[+]" + check + " ok\nok\n"));
  }
}

TEST(Readyz, LeavesOutWhatIsExcluded) {
  if (!HasLivez()) return ExpectUnknown("/readyz?exclude=non_learner");
  EXPECT_THAT(Get("/readyz?verbose&exclude=non_learner&exclude=data_corruption"
                  "&exclude=linearizable_read&exclude=nonsense"),
              IsText(200, "[+]serializable_read ok\nok\n"));
}

TEST(Livez, IsForGetAlone) {
  EXPECT_THAT(SendHttp({.path = "/livez"}), HasLivez()
                                                ? IsText(405, std::string("Method Not Allowed\n"))
                                                : IsText(404, std::string(kUnknown)));
}

TEST(VersionOverHttp, NamesServerAndCluster) {
  const Version& version = target().version;
  const std::string line =
      std::to_string(version.major) + "." + std::to_string(version.minor) + ".0";
  const std::string server = Scratch().Call(pb::StatusRequest())->version();
  std::string json = R"({"etcdserver":")" + server + R"(","etcdcluster":")" + line + R"(")";
  if (version.AtLeast(3, 6)) json += R"(,"storage":")" + line + R"(")";
  const HttpAnswer answer = Get("/version");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Type"), "application/json");
  EXPECT_EQ(answer.body, json + "}");
}

TEST(VersionOverHttp, IsForGetAlone) {
  for (const char* method : {"POST", "HEAD"}) {
    const HttpAnswer answer = SendHttp({.method = method, .path = "/version"});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.Header("Allow"), "GET");
  }
}

TEST(DebugVars, TellTheCommandLineAndRaft) {
  const HttpAnswer answer = Get("/debug/vars");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_THAT(answer.body, StartsWith("{\n\"cmdline\": [\""));
  EXPECT_THAT(answer.body, HasSubstr("\"raftState\":\"StateLeader\""));
}

TEST(HttpPaths, ThatAreUnknownAreNotFound) {
  for (const char* path : {"/", "/nope", "/version/", "/v2/keys", "/health/x", "/metricsx"}) {
    SCOPED_TRACE(path);
    EXPECT_THAT(Get(path), IsText(404, "404 page not found\n"));
    EXPECT_EQ(Get(path).Header("X-Content-Type-Options"), "nosniff");
  }
}

TEST(HttpPaths, AreCleanedByARedirect) {
  const bool newer = target().version.AtLeast(3, 5);
  for (const char* path : {"/a/../version", "//version", "/./version"}) {
    SCOPED_TRACE(path);
    const HttpAnswer answer = Get(path);
    EXPECT_EQ(answer.status, newer ? 307 : 301);
    EXPECT_EQ(answer.Header("Location"), "/version");
    EXPECT_EQ(answer.body, std::string("<a href=\"/version\">") +
                               (newer ? "Temporary Redirect" : "Moved Permanently") + "</a>.\n\n");
  }
  EXPECT_EQ(SendHttp({.path = "/v3//kv/range", .body = "{}"}).body, "");
}

TEST(HttpPaths, OfTheGatewaysRootIsRedirected) { EXPECT_EQ(Get("/v3").Header("Location"), "/v3/"); }

TEST(HttpPaths, AreDecoded) {
  EXPECT_EQ(Get("/%76ersion").status, 200);
  EXPECT_EQ(Get("http://somewhere/version").status, 200);
}

TEST(Cors, AllowsEveryOriginByDefault) {
  for (const char* path : {"/version", "/nope", "/health", "/v3/kv/range"}) {
    SCOPED_TRACE(path);
    const HttpAnswer answer = Get(path);
    EXPECT_EQ(answer.Header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer.Header("Access-Control-Allow-Methods"), "POST, GET, OPTIONS, PUT, DELETE");
    EXPECT_EQ(answer.Header("Access-Control-Allow-Headers"), "accept, content-type, authorization");
  }
}

TEST(Cors, AnswersOptionsAnywhere) {
  for (const char* path : {"/v3/kv/range", "/nope", "/version"}) {
    SCOPED_TRACE(path);
    const HttpAnswer answer = SendHttp({.method = "OPTIONS", .path = path});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.Header("Access-Control-Allow-Origin"), "*");
  }
}

}  // namespace
}  // namespace conformance
