#include "base/attributes.h"

#include "base/error.h"

namespace lamella {

const Attributes::Value& Attributes::find(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misuse("'", owner_, "' lacks the setting '", key, "'");
  return found->second;
}

void Attributes::wrong_type(const std::string& key) const {
  misuse("'", owner_, "': the setting '", key, "' has the wrong type");
}

double Attributes::number(const std::string& key) const {
  const Value& value = find(key);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  wrong_type(key);
}

double Attributes::number_or(const std::string& key, double otherwise) const {
  return has(key) ? number(key) : otherwise;
}

int64_t Attributes::integer(const std::string& key) const {
  if (const auto* whole = std::get_if<int64_t>(&find(key))) return *whole;
  wrong_type(key);
}

const std::string& Attributes::text(const std::string& key) const {
  if (const auto* text = std::get_if<std::string>(&find(key))) return *text;
  wrong_type(key);
}

std::vector<double> Attributes::numbers(const std::string& key) const {
  if (const auto* list = std::get_if<std::vector<double>>(&find(key))) return *list;
  return {number(key)};
}

}  // namespace lamella
