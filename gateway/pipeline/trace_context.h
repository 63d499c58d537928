// Names of one request across systems: x-fapi-interaction-id (FAPI, OBIE) and W3C Trace Context's traceparent.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/http/message.h"
#include "base/id.h"

namespace gateway {

// The caller's id when it sent exactly one UUID (any version, letters in either case; echoed as sent), else a new one.
base::InteractionId interaction_id(const base::http::Headers& headers, base::Instant now, base::Entropy& entropy);

// This hop's traceparent: the caller's trace-id and flags when its header is well-formed (version 00), with our own
// parent-id; else a new trace.
std::string trace_context(const base::http::Headers& headers, base::Entropy& entropy);

}  // namespace gateway
