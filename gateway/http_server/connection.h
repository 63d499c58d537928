// One client connection as its IO thread sees it. It is known to the rest of the process by its id only: ids are never
// used twice, file descriptors are, so a late reply to a connection that has gone finds nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/http/message.h"
#include "gateway/http_server/connection_census.h"
#include "gateway/http_server/deadline_lists.h"
#include "gateway/http_server/request_framer.h"

struct ssl_st;

namespace gateway {

using ConnectionId = std::uint64_t;

struct FreeTls {
  void operator()(ssl_st* tls) const;
};

enum class ConnectionState : std::uint8_t {
  handshake,
  reading,    // of a request, or waiting for one
  working,    // the application has a request; nothing is read meanwhile
  closing,    // the last reply is being written
  lingering,  // our side is shut; what the client still sends is thrown away, so that it can read the last reply
};

struct Connection final : Deadline {
  Connection(ConnectionId connection_id, int descriptor, const FramingLimits& limits)
      : id(connection_id), fd(descriptor), framer(limits) {}

  bool has_output() const { return output_at < output.size(); }
  bool may_read() const { return state == ConnectionState::reading && !has_output() && input.empty(); }

  const ConnectionId id;
  const int fd;
  std::unique_ptr<ssl_st, FreeTls> tls;
  ConnectionState state = ConnectionState::reading;
  base::http::Listener listener = base::http::Listener::public_;
  base::http::Peer peer;
  AddressKey census_key;

  RequestFramer framer;
  std::string input;  // received and not yet framed: pipelined behind a request that is being answered
  std::string output;
  std::size_t output_at = 0;

  // Of the request whose reply comes next.
  bool head_only = false;
  bool keep_alive = false;
  bool http10 = false;
  std::uint16_t route = 0;
  bool inline_reply = false;

  bool any_request = false;
  bool tls_wants_read = false;   // SSL_write cannot go on without reading, or the handshake
  bool tls_wants_write = false;  // SSL_read cannot go on without writing, or the handshake
  bool tls_broken = false;
  bool tls_may_hold_input =
      false;  // not all that TLS has taken from the socket has been read: the poll cannot see that
  bool read_registered = false;
  bool write_registered = false;
  bool read_unwanted = false;  // an event came for bytes that must wait
  bool scheduled = false;
  bool closed = false;
  std::size_t lingered = 0;
};

}  // namespace gateway
