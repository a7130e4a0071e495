#include "base/attributes.h"

#include <cmath>

#include "base/error.h"

namespace lamella {

const Attributes::Value& Attributes::find(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misuse("'", owner_, "' lacks the setting '", key, "'");
  return found->second;
}

void Attributes::wrong_type(const std::string& key, const char* expected) const {
  fail("'", owner_, "': '", key, "' must be ", expected, ".");
}

double Attributes::number(const std::string& key) const {
  const Value& value = find(key);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  wrong_type(key, "a number");
}

double Attributes::number_or(const std::string& key, double otherwise) const {
  return has(key) ? number(key) : otherwise;
}

int64_t Attributes::integer(const std::string& key) const {
  if (const auto* whole = std::get_if<int64_t>(&find(key))) return *whole;
  wrong_type(key, "an integer");
}

int64_t Attributes::integer_or(const std::string& key, int64_t otherwise) const {
  return has(key) ? integer(key) : otherwise;
}

const std::string& Attributes::text(const std::string& key) const {
  if (const auto* text = std::get_if<std::string>(&find(key))) return *text;
  wrong_type(key, "a text");
}

std::vector<double> Attributes::numbers(const std::string& key) const {
  if (const auto* list = std::get_if<std::vector<double>>(&find(key))) return *list;
  return {number(key)};
}

std::vector<int64_t> Attributes::integers(const std::string& key) const {
  std::vector<int64_t> whole;
  for (const double value : numbers(key)) {
    if (!(std::abs(value) < 0x1p63) || value != std::trunc(value)) wrong_type(key, "integers of 64 bits");
    whole.push_back(static_cast<int64_t>(value));
  }
  return whole;
}

}  // namespace lamella
