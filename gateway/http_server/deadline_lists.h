// Deadlines of connections. Every kind of deadline has one constant duration, so each kind is a list in order of time:
// setting, clearing and finding the earliest are constant-time, without a heap and without allocation.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gateway {

enum class DeadlineKind : std::uint8_t { none, handshake, head, body, idle, write, linger };
inline constexpr std::size_t kDeadlineKinds = 7;

// A member of at most one list. Must be cleared before it is destroyed.
struct Deadline {
  Deadline* before = nullptr;
  Deadline* after = nullptr;
  std::chrono::nanoseconds due{};
  DeadlineKind kind = DeadlineKind::none;
};

class DeadlineLists {
 public:
  explicit DeadlineLists(const std::array<std::chrono::nanoseconds, kDeadlineKinds>& durations)
      : durations_(durations) {
    for (Deadline& end : ends_) end.before = end.after = &end;
  }
  DeadlineLists(const DeadlineLists&) = delete;
  DeadlineLists& operator=(const DeadlineLists&) = delete;

  // Due one duration of `kind` after `now`; replaces what was set.
  void set(Deadline& deadline, DeadlineKind kind, std::chrono::nanoseconds now) {
    clear(deadline);
    if (kind == DeadlineKind::none) return;
    Deadline& end = ends_[static_cast<std::size_t>(kind)];
    deadline.kind = kind;
    deadline.due = now + durations_[static_cast<std::size_t>(kind)];
    deadline.before = end.before;
    deadline.after = &end;
    end.before->after = &deadline;
    end.before = &deadline;
  }
  void clear(Deadline& deadline) {
    if (deadline.kind == DeadlineKind::none) return;
    deadline.before->after = deadline.after;
    deadline.after->before = deadline.before;
    deadline.before = deadline.after = nullptr;
    deadline.kind = DeadlineKind::none;
  }
  std::optional<std::chrono::nanoseconds> earliest() const {
    std::optional<std::chrono::nanoseconds> first;
    for (const Deadline& end : ends_) {
      if (end.after != &end && (!first || end.after->due < *first)) first = end.after->due;
    }
    return first;
  }
  // One that is due, or null. The caller clears or sets it before asking again.
  Deadline* due(std::chrono::nanoseconds now) {
    for (Deadline& end : ends_) {
      if (end.after != &end && end.after->due <= now) return end.after;
    }
    return nullptr;
  }

 private:
  std::array<std::chrono::nanoseconds, kDeadlineKinds> durations_;
  std::array<Deadline, kDeadlineKinds> ends_{};
};

}  // namespace gateway
