// Invariants: stay on in release and throw. Never used on input.
#pragma once

#include <stdexcept>
#include <string>

namespace base {

class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace base

#define ENSURE(condition, why)                                                                      \
  do {                                                                                              \
    if (!(condition)) throw base::BrokenInvariant(std::string(why) + " [" #condition "]");          \
  } while (false)
