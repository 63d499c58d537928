#include "base/cache/token_bucket.h"

#include <openssl/sha.h>

#include "base/encoding.h"
#include "base/ensure.h"
#include "base/observe/log.h"

namespace base::cache {
namespace {

// gcra() of every key; written only when all allow. KEYS: the buckets. ARGV: quantity, window in microseconds and cost
// of each. Answer: allowed, then remaining, more_in, wait of each. Numbers are doubles below 2^53: exact.
constexpr std::string_view kScript = R"lua(
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('MGET', unpack(KEYS))
local answer = {1}
local used, paid, ok = {}, {}, {}
local allowed = true
for i = 1, #KEYS do
  local quantity, window, cost = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local tat = stored[i] and tonumber(stored[i]) or now
  used[i] = math.max(0, tat - now)
  paid[i] = used[i] + window / quantity * cost
  ok[i] = paid[i] <= window + 0.5
  allowed = allowed and ok[i]
end
for i = 1, #KEYS do
  local quantity, window, cost = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local each = window / quantity
  local inuse = allowed and paid[i] or used[i]
  local remaining = math.max(0, math.floor((window - inuse + 0.5) / each))
  local more = 0
  if remaining < quantity then more = math.ceil(math.max(0, inuse - (window - each * (remaining + 1)))) end
  local wait = 0
  if not ok[i] then wait = math.ceil(paid[i] - window) end
  answer[3*i-1], answer[3*i], answer[3*i+1] = remaining, more, wait
  if allowed and cost > 0 then
    redis.call('SET', KEYS[i], string.format('%.0f', now + math.ceil(paid[i])), 'PX', math.ceil(paid[i] / 1000) + 1)
  end
end
if not allowed then answer[1] = 0 end
return answer
)lua";

std::string sha1_hex(std::string_view text) {
  unsigned char digest[SHA_DIGEST_LENGTH];  // Redis names scripts by SHA-1: a name, not a protection
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return hex_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace

TokenBucket::TokenBucket(Redis& redis) : redis_(redis), sha_(sha1_hex(kScript)) {}

std::optional<BucketDecision> TokenBucket::decide(std::span<const Bucket> buckets) {
  if (buckets.empty()) return BucketDecision{true, {}};
  std::vector<std::string> texts;
  texts.reserve(buckets.size() * 4 + 1);
  texts.push_back(std::to_string(buckets.size()));
  for (const auto& bucket : buckets) texts.push_back(redis_.key_prefix() + "limit:" + bucket.key);
  for (const auto& bucket : buckets) {
    ENSURE(bucket.quantity > 0 && bucket.window.count() > 0 && bucket.cost >= 0, "a bucket without size");
    texts.push_back(std::to_string(bucket.quantity));
    texts.push_back(std::to_string(std::chrono::microseconds(bucket.window).count()));
    texts.push_back(std::to_string(bucket.cost));
  }
  std::vector<std::string_view> words{"EVALSHA", sha_};
  words.insert(words.end(), texts.begin(), texts.end());
  auto reply = redis_.command(words);
  if (reply && reply->kind == Reply::Kind::error && reply->text.starts_with("NOSCRIPT")) {
    words[0] = "EVAL";
    words[1] = kScript;
    reply = redis_.command(words);
  }
  if (!reply) return std::nullopt;
  if (reply->kind != Reply::Kind::list || reply->list.size() != 1 + 3 * buckets.size()) {
    observe::log(observe::Level::error, "the limit script gave no decision", {{"answer", reply->text}});
    return std::nullopt;
  }
  BucketDecision decision;
  decision.allowed = reply->list[0].integer == 1;
  for (std::size_t i = 0; i < buckets.size(); ++i)
    decision.states.push_back({reply->list[3 * i + 1].integer,
                               std::chrono::microseconds(reply->list[3 * i + 2].integer),
                               std::chrono::microseconds(reply->list[3 * i + 3].integer)});
  return decision;
}

}  // namespace base::cache
