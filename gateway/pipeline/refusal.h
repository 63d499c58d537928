// The form of the refusals the pipeline itself gives, one per surface (DESIGN decision 2): OAuth JSON (RFC 6749 section
// 5.2), OBErrorResponse1 (OBIE v4.0), problem+json (RFC 9457), a page with a way back, or a plain line. Refusals that a
// module decides come from that module's own mapper.
#pragma once

#include <string>
#include <string_view>

#include "base/http/message.h"
#include "base/id.h"
#include "gateway/psu_pages/texts.h"
#include "gateway/routes.h"

namespace gateway {

struct Refusal {
  int status = 500;
  std::string_view code;    // OAuth error, OBIE code or last part of the problem type
  std::string_view title;   // what happened, in a few plain words
  std::string_view detail;  // what the caller can do about it
};

// `language`: of a page, whose words are the table's (texts.h) and never the refusal's own.
base::http::Response refuse(Surface surface, const Refusal& refusal, const base::InteractionId& interaction,
                            Language language = Language::en);

}  // namespace gateway
