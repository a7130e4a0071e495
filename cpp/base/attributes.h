// Named settings of layers, losses, metrics and optimizers, as Python hands them over.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lamella {

class Attributes {
 public:
  using Value = std::variant<int64_t, double, std::string, std::vector<double>>;
  using Map = std::map<std::string, Value>;

  Attributes() = default;
  Attributes(std::string owner, Map values) : owner_(std::move(owner)), values_(std::move(values)) {}

  bool has(const std::string& key) const { return values_.contains(key); }
  // A missing setting is a misuse of the core; one of another type is refused. The message names the owner.
  double number(const std::string& key) const;
  int64_t integer(const std::string& key) const;
  const std::string& text(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;  // a single number is a list of one
  std::vector<int64_t> integers(const std::string& key) const;
  double number_or(const std::string& key, double otherwise) const;
  int64_t integer_or(const std::string& key, int64_t otherwise) const;

 private:
  const Value& find(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key, const char* expected) const;

  std::string owner_;
  Map values_;
};

}  // namespace lamella
