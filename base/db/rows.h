// What a statement answered: rows of fields, read with value<T>() (base/db/sql.h). Copies share one answer of libpq.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

struct pg_result;

namespace base::db {

class Field {
 public:
  Field(const pg_result* answer, int row, int column) : answer_(answer), row_(row), column_(column) {}
  bool is_null() const;
  std::string_view text() const;  // as PostgreSQL writes it; empty when NULL
  const char* name() const;

 private:
  const pg_result* answer_;
  int row_;
  int column_;
};

class Row {
 public:
  Row(std::shared_ptr<const pg_result> answer, int number) : answer_(std::move(answer)), number_(number) {}
  // Lives no longer than the row. By position: it follows the statement's own column list.
  Field operator[](int column) const { return {answer_.get(), number_, column}; }

 private:
  std::shared_ptr<const pg_result> answer_;
  int number_;
};

class Rows {
 public:
  explicit Rows(std::shared_ptr<const pg_result> answer);
  std::size_t size() const { return static_cast<std::size_t>(size_); }
  bool empty() const { return size_ == 0; }
  Row operator[](std::size_t number) const { return {answer_, static_cast<int>(number)}; }
  Row front() const { return (*this)[0]; }
  Row back() const { return (*this)[size() - 1]; }
  std::size_t touched() const;  // by INSERT, UPDATE or DELETE

  class Iterator {
   public:
    Iterator(const Rows& rows, std::size_t at) : rows_(&rows), at_(at) {}
    Row operator*() const { return (*rows_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Rows* rows_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  std::shared_ptr<const pg_result> answer_;
  int size_;
};

}  // namespace base::db
