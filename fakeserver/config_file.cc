#include "fakeserver/config_file.h"

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string_view>

#include <yaml.h>

#include "fakeserver/flag_table.h"

namespace fakeetcd {
namespace {

// What a section of the file calls a flag differently (embed/config.go, configYAML).
constexpr char kClientSecurity[] = "client-transport-security";

/// A document of YAML, as libyaml reads it.
class Document {
 public:
  explicit Document(std::FILE* file) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_file(&parser_, file);
    loaded_ = yaml_parser_load(&parser_, &document_) != 0;
  }
  ~Document() {
    if (loaded_) yaml_document_delete(&document_);
    yaml_parser_delete(&parser_);
  }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// What is wrong, in the words of Go's yaml, which libyaml's are the source of.
  std::string error() const {
    if (loaded_) return "";
    // Go's counts from 0 what is not of its scanner.
    size_t line = parser_.context_mark.line;
    if (line == 0) line = parser_.problem_mark.line;
    if (line != 0 && parser_.error == YAML_SCANNER_ERROR) ++line;
    return "error converting YAML to JSON: yaml: " +
           (line == 0 ? "" : "line " + std::to_string(line) + ": ") +
           (parser_.problem == nullptr ? "unreadable" : parser_.problem);
  }

  /// Null when the document is empty.
  const yaml_node_t* root() { return yaml_document_get_root_node(&document_); }
  const yaml_node_t& At(int index) { return *yaml_document_get_node(&document_, index); }

 private:
  yaml_parser_t parser_{};
  yaml_document_t document_{};
  bool loaded_ = false;
};

std::string ScalarOf(const yaml_node_t& node) {
  return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
}

// A duration is a number of nanoseconds there.
std::string ValueOf(const FlagSpec& flag, const std::string& scalar) {
  const bool digits =
      !scalar.empty() && scalar.find_first_not_of("0123456789") == std::string::npos;
  return flag.kind == FlagKind::kDuration && digits && scalar != "0" ? scalar + "ns" : scalar;
}

void TakeMapping(Document& document, const yaml_node_t& mapping,
                 std::map<std::string, std::string>* flags) {
  const auto& pairs = mapping.data.mapping.pairs;
  for (const yaml_node_pair_t* pair = pairs.start; pair < pairs.top; ++pair) {
    const yaml_node_t& name = document.At(pair->key);
    const yaml_node_t& value = document.At(pair->value);
    if (name.type != YAML_SCALAR_NODE) continue;
    if (ScalarOf(name) == kClientSecurity && value.type == YAML_MAPPING_NODE) {
      TakeMapping(document, value, flags);
      continue;
    }
    const FlagSpec* flag = FindFlag(ScalarOf(name));
    if (flag == nullptr) continue;  // as etcd, which reads only what it knows
    std::string text;
    if (value.type == YAML_SCALAR_NODE) text = ValueOf(*flag, ScalarOf(value));
    if (value.type == YAML_SEQUENCE_NODE) {
      const auto& items = value.data.sequence.items;
      for (const yaml_node_item_t* item = items.start; item < items.top; ++item) {
        text += (text.empty() ? "" : ",") + ScalarOf(document.At(*item));
      }
    }
    if (!text.empty() && text != "null" && text != "~") (*flags)[std::string(flag->name)] = text;
  }
}

}  // namespace

std::string ReadConfigFile(const std::string& path, std::map<std::string, std::string>* flags) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"),
                                                             &std::fclose);
  if (file == nullptr) return "open " + path + ": no such file or directory";
  Document document(file.get());
  if (auto error = document.error(); !error.empty()) return error;
  const yaml_node_t* const root = document.root();
  if (root == nullptr) return "";
  if (root->type != YAML_MAPPING_NODE) {
    return "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
           "a value that is no object into Go value of type embed.configYAML";
  }
  TakeMapping(document, *root, flags);
  return "";
}

}  // namespace fakeetcd
