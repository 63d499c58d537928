// At most so many calls to one bank at a time, so that a slow bank cannot take all workers. A call that finds no place
// is refused at once: waiting would hold the very worker that the bulkhead protects.
#pragma once

#include <atomic>
#include <utility>

namespace connectors {

class Bulkhead {  // thread-safe
 public:
  explicit Bulkhead(int places) : free_(places) {}
  Bulkhead(const Bulkhead&) = delete;
  Bulkhead& operator=(const Bulkhead&) = delete;

  class Place {
   public:
    Place(Place&& other) noexcept : bulkhead_(std::exchange(other.bulkhead_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (bulkhead_ != nullptr) bulkhead_->free_.fetch_add(1);
    }
    explicit operator bool() const { return bulkhead_ != nullptr; }

   private:
    friend class Bulkhead;
    explicit Place(Bulkhead* bulkhead) : bulkhead_(bulkhead) {}
    Bulkhead* bulkhead_;  // nullptr: full
  };
  [[nodiscard]] Place enter() {
    int free = free_.load();
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1)) return Place(this);
    }
    return Place(nullptr);
  }

 private:
  std::atomic<int> free_;
};

}  // namespace connectors
