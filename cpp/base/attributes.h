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
  // A missing setting or one of another type is a misuse of the core; the message names the owner.
  double number(const std::string& key) const;
  int64_t integer(const std::string& key) const;
  const std::string& text(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;  // a single number is a list of one
  double number_or(const std::string& key, double otherwise) const;

 private:
  const Value& find(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key) const;

  std::string owner_;
  Map values_;
};

}  // namespace lamella
