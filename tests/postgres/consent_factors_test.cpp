// Customers' own factors, decoupled approvals and dynamic linking on the real database.
#include <gtest/gtest.h>

#include <barrier>
#include <memory>
#include <thread>

#include "base/crypto/totp.h"
#include "base/db/audit_store.h"
#include "base/migrations.h"
#include "consent/migrations.h"
#include "consent/sca/customer_authentication.h"
#include "consent/sca/decoupled_approvals.h"
#include "consent/sca/factors/customer_factors.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"
#include "tests/support/fake_customer_bank.h"
#include "tests/support/passkey.h"

namespace {

using namespace std::chrono_literals;
using consent::AuthenticationRefusalCode;
using consent::FactorKind;
using consent::FactorRefusalCode;
using consent::Linking;
using tests::kAlice;
using tests::kBob;
using tests::kCarol;

const base::Instant kStart{std::chrono::seconds(1'790'000'000)};
const std::string kOrigin = "https://bank.example";
const Linking kTenPounds{"terms-of-ten-pounds", "£10.00 to The Baker"};
const Linking kTenThousand{"terms-of-ten-thousand", "£10,000.00 to Mallory"};

std::vector<base::db::Migration> all_migrations() {
  auto all = base::migrations();
  for (auto& migration : consent::migrations()) all.push_back(migration);
  return all;
}

std::vector<base::db::Statement> all_statements() {
  auto all = consent::statements();
  for (const auto& statement : base::db::AuditStore::statements()) all.push_back(statement);
  return all;
}

class ConsentFactors : public ::testing::Test {
 protected:
  base::Caller caller(std::chrono::microseconds after = 0s) const {
    return {{base::BrandId("brand"), base::BankId("bank")},
            {kStart + after, kStart + 24h * 180},
            base::InteractionId(""),
            database.deadline(20s)};
  }

  std::string with_password(const std::string& username = "alice", std::chrono::microseconds after = 0s) {
    std::string handle(sessions.start(caller(after)).handle.reveal());
    const auto logged_in = authentication.login(caller(after), handle, username, username);
    EXPECT_TRUE(logged_in);
    return logged_in ? std::string(logged_in->session.handle.reveal()) : std::string();
  }

  std::string signed_in(const std::string& username = "alice", std::chrono::microseconds after = 0s) {
    const auto done = authentication.one_time_code(caller(after), with_password(username, after),
                                                   username == "alice" ? "123456" : "654321");
    EXPECT_TRUE(done);
    return done ? std::string(done->handle.reveal()) : std::string();
  }

  consent::EnrolmentOffer offered(const std::string& handle, const consent::Enrolment& wanted,
                                  std::chrono::microseconds after = 0s) {
    auto offer = factors.enrol_begin(caller(after), handle, wanted);
    EXPECT_TRUE(offer) << (offer ? "" : offer.error().log_text);
    return offer ? *offer : consent::EnrolmentOffer{};
  }

  tests::Passkey enrolled_passkey(tests::Passkey::Bound bound = tests::Passkey::Bound::device,
                                  const std::string& username = "alice") {
    tests::Passkey passkey(kOrigin, bound);
    const std::string handle = signed_in(username);
    const auto offer = offered(handle, {FactorKind::passkey, "Telephone", ""});
    const auto done = factors.enrol_finish(caller(), handle, offer.id, passkey.registered(offer.passkey_options));
    EXPECT_TRUE(done) << (done ? "" : done.error().log_text);
    return passkey;
  }

  base::Secret enrolled_totp(const std::string& username = "alice") {
    const std::string handle = signed_in(username);
    const auto offer = offered(handle, {FactorKind::totp, "App", ""});
    auto secret = std::move(*base::crypto::base32_decode(offer.totp_secret));
    EXPECT_TRUE(factors.enrol_finish(caller(), handle, offer.id, totp(secret)));
    return secret;
  }

  std::string totp(const base::Secret& secret, std::chrono::microseconds after = 0s) const {
    return base::crypto::totp_code(secret, base::crypto::totp_step(kStart + after));
  }

  AuthenticationRefusalCode why(
      const base::Result<consent::SessionWithHandle, consent::AuthenticationRefusal>& outcome) {
    EXPECT_FALSE(outcome);
    return outcome ? AuthenticationRefusalCode::busy : outcome.error().code;
  }

  int count(const std::string& from) const { return std::stoi(database.sql("SELECT count(*) FROM " + from)[0][0]); }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 8);
  base::SystemEntropy entropy;
  base::db::AuditStore audit;
  tests::FakeCustomerBank bank;
  tests::Mailbox mailbox;
  base::crypto::KeyEncryptionKey key = base::crypto::KeyEncryptionKey::from_bytes(base::Secret(std::string(32, 'q')));
  const consent::webauthn::RelyingParty site{"bank.example", {kOrigin}};
  consent::CustomerSessions sessions{*pool, entropy, {}};
  consent::AttemptCounter attempts{*pool, base::Secret(std::string(32, 'k')), {}};
  consent::CustomerAuthentication authentication{{site, "The Bank"},
                                                 {*pool, sessions, attempts, bank, &mailbox, audit, entropy, key}};
  consent::CustomerFactors factors{{site, "The Bank"}, {*pool, sessions, attempts, &mailbox, audit, entropy, key}};
  consent::DecoupledApprovals approvals{{*pool, attempts, audit, key}};
};

// [RTS-SCA-24.2b]
TEST_F(ConsentFactors, EnrolmentNeedsAuthenticationOfTheseMinutes) {
  const auto begin = [&](const std::string& handle, std::chrono::microseconds after) {
    return factors.enrol_begin(caller(after), handle, {FactorKind::totp, "App", ""});
  };
  EXPECT_EQ(begin(with_password(), 0s).error().code, FactorRefusalCode::session_ended);
  EXPECT_EQ(begin("nobody's", 0s).error().code, FactorRefusalCode::session_ended);
  const std::string handle = signed_in();
  ASSERT_TRUE(sessions.find(caller(4min), handle));
  EXPECT_TRUE(begin(handle, 5min - 1us));
  EXPECT_EQ(begin(handle, 5min).error().code, FactorRefusalCode::needs_sca);
  EXPECT_EQ(factors.remove(caller(5min), handle, "any").error().code, FactorRefusalCode::needs_sca);
  // A step-up makes it fresh again.
  ASSERT_TRUE(authentication.challenge(caller(5min), handle, {}));
  const auto again = authentication.one_time_code(caller(5min), handle, "123456");
  ASSERT_TRUE(again);
  EXPECT_TRUE(begin(std::string(again->handle.reveal()), 6min));
}

TEST_F(ConsentFactors, AnAuthenticatorAppSignsInOnceACode) {
  const base::Secret secret = enrolled_totp();
  const auto challenge = authentication.challenge(caller(30s), with_password("alice", 30s), {});
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->by.kind, FactorKind::totp);
  EXPECT_EQ(challenge->choices.size(), 2U);

  const std::string handle = with_password("alice", 30s);
  ASSERT_TRUE(authentication.challenge(caller(30s), handle, {}));
  EXPECT_EQ(why(authentication.one_time_code(caller(30s), handle, "123456")), AuthenticationRefusalCode::refused)
      << "the bank's code answers the bank's challenge only";
  EXPECT_EQ(why(authentication.one_time_code(caller(30s), handle, totp(secret))), AuthenticationRefusalCode::refused)
      << "the code that enrolled it";
  const auto done = authentication.one_time_code(caller(30s), handle, totp(secret, 30s));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->session.method, "totp");
  const std::string later = with_password("alice", 40s);
  ASSERT_TRUE(authentication.challenge(caller(40s), later, {}));
  EXPECT_EQ(why(authentication.one_time_code(caller(40s), later, totp(secret, 30s))),
            AuthenticationRefusalCode::refused)
      << "[RTS-SCA-4.1] accepted once";
  EXPECT_TRUE(authentication.one_time_code(caller(60s), later, totp(secret, 60s)));
}

TEST_F(ConsentFactors, OneCodeOfAnAppInTwoSessionsAtOnceSignsInOne) {
  const base::Secret secret = enrolled_totp();
  std::vector<std::string> handles;
  for (int i = 0; i < 4; ++i) {
    handles.push_back(with_password("alice", 30s));
    ASSERT_TRUE(authentication.challenge(caller(30s), handles.back(), {}));
  }
  const std::string code = totp(secret, 30s);
  std::barrier start(4);
  std::atomic<int> in{0};
  std::vector<std::thread> threads;
  for (const auto& handle : handles) {
    threads.emplace_back([&, handle] {
      start.arrive_and_wait();
      if (authentication.one_time_code(caller(30s), handle, code)) ++in;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(in, 1);
}

TEST_F(ConsentFactors, SecretsAreSealedAtRest) {
  const std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::totp, "App", ""});
  const auto secret = base::crypto::base32_decode(offer.totp_secret);
  ASSERT_TRUE(factors.enrol_finish(caller(), handle, offer.id, totp(*secret)));
  offered(handle, {FactorKind::sms, "Mobile", "+447700900123"});
  const std::string code = mailbox.code();
  std::string hex;
  for (const char c : std::string(secret->reveal())) {
    constexpr char kHex[] = "0123456789abcdef";
    hex += kHex[static_cast<unsigned char>(c) >> 4];
    hex += kHex[c & 15];
  }
  for (const char* table : {"consent.sca_factor", "consent.sca_challenge"}) {
    for (const std::string& text : {hex, offer.totp_secret, std::string("447700900123"), code}) {
      EXPECT_EQ(count(std::string(table) + " t WHERE t::text LIKE '%" + text + "%'"), 0) << table;
    }
  }
}

TEST_F(ConsentFactors, WrongEnrolmentCodesCountLikeWrongSignIns) {
  const std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::totp, "App", ""});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(factors.enrol_finish(caller(), handle, offer.id, "000000").error().code, FactorRefusalCode::refused);
  }
  EXPECT_EQ(factors.enrol_finish(caller(), handle, offer.id, "000000").error().code, FactorRefusalCode::blocked);
  std::string other(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(authentication.login(caller(), other, "alice", "alice").error().code, AuthenticationRefusalCode::blocked);
  EXPECT_EQ(count("consent.sca_factor"), 0);
}

TEST_F(ConsentFactors, AnEnrolmentBelongsToItsSessionAndEndsOnce) {
  const std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::totp, "App", ""});
  const auto secret = base::crypto::base32_decode(offer.totp_secret);
  const std::string bob = signed_in("bob");
  EXPECT_EQ(factors.enrol_finish(caller(), bob, offer.id, totp(*secret)).error().code, FactorRefusalCode::unknown);
  EXPECT_EQ(factors.enrol_finish(caller(), signed_in(), offer.id, totp(*secret)).error().code,
            FactorRefusalCode::unknown);
  EXPECT_EQ(factors.enrolment(caller(), handle, offer.id)->totp_secret, offer.totp_secret);
  ASSERT_TRUE(factors.enrol_finish(caller(), handle, offer.id, totp(*secret)));
  EXPECT_EQ(factors.enrol_finish(caller(), handle, offer.id, totp(*secret)).error().code, FactorRefusalCode::unknown);
  EXPECT_EQ(factors.list(caller(), kAlice).size(), 1U);
}

TEST_F(ConsentFactors, LabelsAndAddressesAreJudgedBeforeAnythingIsSent) {
  const std::string handle = signed_in();
  const auto begin = [&](FactorKind kind, const std::string& label, const std::string& address) {
    const auto offer = factors.enrol_begin(caller(), handle, {kind, label, address});
    return offer ? std::string("ok") : std::to_string(static_cast<int>(offer.error().code));
  };
  const auto refused = [](FactorRefusalCode code) { return std::to_string(static_cast<int>(code)); };
  for (const std::string& label : {std::string(), std::string(41, 'x'), std::string("a\nb"), std::string("\xff")})
    EXPECT_EQ(begin(FactorKind::totp, label, ""), refused(FactorRefusalCode::label_invalid)) << label;
  EXPECT_EQ(begin(FactorKind::totp, std::string(40, 'x'), ""), "ok");
  for (const char* number :
       {"", "07700900123", "+0123456789", "+12345", "+1234567890123456", "+44 7700 900123", "+44x"})
    EXPECT_EQ(begin(FactorKind::sms, "Mobile", number), refused(FactorRefusalCode::address_invalid)) << number;
  for (const char* mailbox_name : {"", "a", "@b.example", "a@", "a@b", "a@.example", "a..b@c.example", "a@b@c.example",
                                   "a b@c.example", "a\r\nBcc: x@c.example"})
    EXPECT_EQ(begin(FactorKind::email, "Mail", mailbox_name), refused(FactorRefusalCode::address_invalid))
        << mailbox_name;
  EXPECT_TRUE(mailbox.messages.empty());
  EXPECT_EQ(begin(FactorKind::email, "Mail", "alice@example.org"), "ok");
  mailbox.away = true;
  EXPECT_EQ(begin(FactorKind::email, "Mail", "alice@example.org"), refused(FactorRefusalCode::sender_unavailable));
  EXPECT_EQ(begin(FactorKind::device, "Phone", ""), refused(FactorRefusalCode::unknown));
}

TEST_F(ConsentFactors, ASentCodeSignsInAndANewOneReplacesIt) {
  std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::sms, "Mobile", "+447700900123"});
  EXPECT_EQ(offer.hint, "•••• 0123");
  EXPECT_FALSE(factors.enrol_finish(caller(), handle, offer.id, "no code"));
  const auto factor = factors.enrol_finish(caller(), handle, offer.id, mailbox.code());
  ASSERT_TRUE(factor);

  handle = with_password();
  const auto first = authentication.challenge(caller(), handle, {});
  EXPECT_EQ(first->by.kind, FactorKind::bank_code) << "nothing is sent before the customer asks for it";
  EXPECT_EQ(mailbox.messages.size(), 1U);
  ASSERT_TRUE(authentication.challenge(caller(), handle, {}, factor->id));
  const std::string old = mailbox.code();
  EXPECT_EQ(mailbox.messages.back().to, "+447700900123");
  ASSERT_TRUE(authentication.challenge(caller(), handle, {})) << "a page that is loaded again";
  EXPECT_EQ(mailbox.messages.size(), 2U);
  ASSERT_TRUE(authentication.challenge(caller(), handle, {}, factor->id));
  if (mailbox.code() != old) {
    EXPECT_EQ(why(authentication.one_time_code(caller(), handle, old)), AuthenticationRefusalCode::refused);
  }
  ASSERT_TRUE(authentication.challenge(caller(), handle, {}, factor->id));
  EXPECT_EQ(authentication.challenge(caller(), handle, {}, factor->id).error().code,
            AuthenticationRefusalCode::not_sent)
      << "three of one challenge";
  EXPECT_TRUE(authentication.one_time_code(caller(), handle, mailbox.code()));
}

TEST_F(ConsentFactors, NobodyIsFloodedWithMessages) {
  std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::email, "Mail", "alice@example.org"});
  const auto factor = factors.enrol_finish(caller(), handle, offer.id, mailbox.code());
  ASSERT_TRUE(factor);
  int sent = 1;
  for (int i = 0; i < 20; ++i) {
    handle = with_password();
    if (authentication.challenge(caller(), handle, {}, factor->id)) ++sent;
  }
  EXPECT_EQ(sent, 10);
  EXPECT_EQ(mailbox.messages.size(), 10U);
  EXPECT_TRUE(authentication.challenge(caller(1h + 1s), with_password("alice", 1h + 1s), {}, factor->id));
}

// [RTS-SCA-7.2]
TEST_F(ConsentFactors, ADeviceBoundPasskeyIsBothElements) {
  tests::Passkey passkey = enrolled_passkey();
  ASSERT_EQ(factors.list(caller(), kAlice).size(), 1U);
  EXPECT_TRUE(factors.list(caller(), kAlice)[0].device_bound);
  const std::string handle(sessions.start(caller()).handle.reveal());
  const auto done =
      authentication.passkey_login(caller(), handle, passkey.asserted(authentication.passkey_login_options(handle)));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->session.authenticated());
  EXPECT_EQ(done->session.psu, kAlice);
  EXPECT_EQ(done->session.bound_terms, "");
  EXPECT_FALSE(sessions.find(caller(), handle)) << "the handle changes";
}

TEST_F(ConsentFactors, ACopyablePasskeyIsOneElementOnly) {
  tests::Passkey passkey = enrolled_passkey(tests::Passkey::Bound::copyable);
  EXPECT_FALSE(factors.list(caller(), kAlice)[0].device_bound);
  const std::string handle(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(why(authentication.passkey_login(caller(), handle,
                                             passkey.asserted(authentication.passkey_login_options(handle)))),
            AuthenticationRefusalCode::refused);
  const std::string known = with_password();
  const auto challenge = authentication.challenge(caller(), known, {});
  EXPECT_EQ(challenge->by.id, consent::kAnyPasskey);
  EXPECT_TRUE(authentication.answer(caller(), known, passkey.asserted(challenge->passkey_options), {}));
}

TEST_F(ConsentFactors, APasskeyAnswersItsOwnChallengeOnly) {
  tests::Passkey passkey = enrolled_passkey();
  const std::string handle(sessions.start(caller()).handle.reveal());
  const std::string other(sessions.start(caller()).handle.reveal());
  const std::string options = authentication.passkey_login_options(handle);
  const auto refused = [&](const std::string& credential) {
    return why(authentication.passkey_login(caller(), handle, credential));
  };
  EXPECT_EQ(refused(passkey.asserted(authentication.passkey_login_options(other))), AuthenticationRefusalCode::refused);
  EXPECT_EQ(refused(passkey.asserted(options, {.origin = "https://bank.example.evil.example"})),
            AuthenticationRefusalCode::refused);
  EXPECT_EQ(refused(passkey.asserted(options, {.user_verified = false})), AuthenticationRefusalCode::refused);
  EXPECT_EQ(refused("{}"), AuthenticationRefusalCode::refused);
  EXPECT_EQ(refused(tests::Passkey(kOrigin).asserted(options)), AuthenticationRefusalCode::refused) << "nobody's";
  const std::string good = passkey.asserted(options);
  EXPECT_TRUE(authentication.passkey_login(caller(), handle, good));
  EXPECT_EQ(refused(good), AuthenticationRefusalCode::session_ended) << "the same once more";
  // A clone that is behind.
  const std::string third(sessions.start(caller()).handle.reveal());
  passkey.counter = 1;
  EXPECT_EQ(
      why(authentication.passkey_login(caller(), third, passkey.asserted(authentication.passkey_login_options(third)))),
      AuthenticationRefusalCode::refused);
}

TEST_F(ConsentFactors, FailedPasskeysBlockTheSameDoorAsFailedCodes) {
  tests::Passkey passkey = enrolled_passkey();
  const std::string handle(sessions.start(caller()).handle.reveal());
  const std::string options = authentication.passkey_login_options(handle);
  for (int i = 0; i < 5; ++i)
    authentication.passkey_login(caller(), handle, passkey.asserted(options, {false, "", ""}));
  EXPECT_EQ(why(authentication.passkey_login(caller(), handle, passkey.asserted(options))),
            AuthenticationRefusalCode::blocked);
  std::string other(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(authentication.login(caller(), other, "alice", "alice").error().code, AuthenticationRefusalCode::blocked);
}

TEST_F(ConsentFactors, ACustomerWhomTheBankBarredDoesNotComeInByPasskey) {
  tests::Passkey passkey = enrolled_passkey();
  bank.barred = true;
  const std::string handle(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(why(authentication.passkey_login(caller(), handle,
                                             passkey.asserted(authentication.passkey_login_options(handle)))),
            AuthenticationRefusalCode::refused);
}

TEST_F(ConsentFactors, APasskeyIsEnrolledOnceAndByNobodyElse) {
  tests::Passkey passkey = enrolled_passkey();
  const std::string bob = signed_in("bob");
  const auto offer = offered(bob, {FactorKind::passkey, "Mine", ""});
  EXPECT_EQ(factors.enrol_finish(caller(), bob, offer.id, passkey.registered(offer.passkey_options)).error().code,
            FactorRefusalCode::already_there);
  EXPECT_TRUE(factors.list(caller(), kBob).empty());
  EXPECT_EQ(factors
                .enrol_finish(caller(), bob, offer.id,
                              tests::Passkey(kOrigin).registered(offer.passkey_options, {.user_verified = false}))
                .error()
                .code,
            FactorRefusalCode::refused);
}

TEST_F(ConsentFactors, ARemovedFactorIsWorthNothing) {
  tests::Passkey passkey = enrolled_passkey();
  const std::string id = factors.list(caller(), kAlice)[0].id;
  EXPECT_EQ(factors.remove(caller(), signed_in("bob"), id).error().code, FactorRefusalCode::unknown);
  const std::string waiting = with_password();
  const auto challenge = authentication.challenge(caller(), waiting, {});
  // The bank's code signs in for the removal, by choice.
  const std::string chooser = with_password();
  ASSERT_TRUE(authentication.challenge(caller(), chooser, {}, std::string(consent::kBankFactor)));
  const auto done = authentication.one_time_code(caller(), chooser, "123456");
  ASSERT_TRUE(done);
  ASSERT_TRUE(factors.remove(caller(), done->handle.reveal(), id));
  EXPECT_EQ(factors.remove(caller(), done->handle.reveal(), id).error().code, FactorRefusalCode::unknown);
  EXPECT_EQ(why(authentication.answer(caller(), waiting, passkey.asserted(challenge->passkey_options), {})),
            AuthenticationRefusalCode::refused);
  const std::string handle(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(why(authentication.passkey_login(caller(), handle,
                                             passkey.asserted(authentication.passkey_login_options(handle)))),
            AuthenticationRefusalCode::refused);
}

TEST_F(ConsentFactors, TheDeviceDecidesAndTheBrowserWaits) {
  const std::string handle = with_password("carol");
  EXPECT_EQ(why(authentication.one_time_code(caller(), handle, "123456")), AuthenticationRefusalCode::refused)
      << "carol has no code";
  const auto challenge = authentication.challenge(caller(), handle, {});
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->by.kind, FactorKind::device);
  EXPECT_EQ(why(authentication.answer(caller(), handle, "", {})), AuthenticationRefusalCode::waiting);
  const auto waiting = approvals.waiting(caller(), kCarol);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].number, challenge->number);
  EXPECT_EQ(waiting[0].number.size(), 2U);
  EXPECT_FALSE(approvals.decide(caller(), kAlice, waiting[0].id, consent::ApprovalDecision::approve));
  ASSERT_TRUE(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::approve));
  EXPECT_FALSE(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::refuse)) << "decided";
  const auto done = authentication.answer(caller(), handle, "", {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->session.method, "device");
  EXPECT_TRUE(approvals.waiting(caller(), kCarol).empty());
}

TEST_F(ConsentFactors, RefusingOnTheDeviceCountsAndBlocks) {
  std::string handle;
  for (int i = 0; i < 5; ++i) {
    handle = with_password("carol");
    ASSERT_TRUE(authentication.challenge(caller(), handle, {})) << i;
    const auto waiting = approvals.waiting(caller(), kCarol);
    ASSERT_EQ(waiting.size(), 1U);
    ASSERT_TRUE(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::refuse));
    EXPECT_EQ(why(authentication.answer(caller(), handle, "", {})), AuthenticationRefusalCode::refused);
    EXPECT_TRUE(authentication.challenge(caller(), handle, {})->refused);
  }
  // The browser's door is closed too.
  std::string other(sessions.start(caller()).handle.reveal());
  EXPECT_EQ(authentication.login(caller(), other, "carol", "carol").error().code, AuthenticationRefusalCode::blocked);
  // And an approval for what was opened before does not come through.
  ASSERT_TRUE(authentication.challenge(caller(), handle, {}, std::string(consent::kBankFactor)));
  const auto waiting = approvals.waiting(caller(), kCarol);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::approve).error(),
            consent::ApprovalRefusal::blocked);
  attempts.unlock(caller(), kCarol);
  EXPECT_TRUE(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::approve));
}

TEST_F(ConsentFactors, AnApprovalAfterItsTimeIsNone) {
  const std::string handle = with_password("carol");
  ASSERT_TRUE(authentication.challenge(caller(), handle, {}));
  const auto waiting = approvals.waiting(caller(), kCarol);
  EXPECT_FALSE(approvals.decide(caller(5min), kCarol, waiting.at(0).id, consent::ApprovalDecision::approve));
  EXPECT_TRUE(approvals.waiting(caller(5min), kCarol).empty());
}

// [RTS-SCA-5.1b], [RTS-SCA-5.1d]
TEST_F(ConsentFactors, ACodeForOnePaymentDoesNotAuthoriseAnother) {
  const std::string handle = with_password();
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenPounds));
  EXPECT_EQ(why(authentication.answer(caller(), handle, "123456", kTenThousand)),
            AuthenticationRefusalCode::no_challenge);
  EXPECT_EQ(why(authentication.answer(caller(), handle, "123456", kTenPounds)), AuthenticationRefusalCode::no_challenge)
      << "and it is invalid from then on";
  EXPECT_EQ(
      count("base.audit WHERE reason LIKE '[RTS-SCA-5.1d]%' AND facts->>'terms_hash_now' = 'terms-of-ten-thousand'"),
      1);
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenThousand));
  const auto done = authentication.answer(caller(), handle, "123456", kTenThousand);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->session.bound_terms, "terms-of-ten-thousand");
}

TEST_F(ConsentFactors, ASignInAuthorisesNoPayment) {
  std::string handle = with_password();
  EXPECT_EQ(why(authentication.answer(caller(), handle, "123456", kTenPounds)),
            AuthenticationRefusalCode::no_challenge);
  handle = signed_in();
  EXPECT_EQ(sessions.find(caller(), handle)->bound_terms, "");
  EXPECT_EQ(why(authentication.answer(caller(), handle, "123456", kTenPounds)),
            AuthenticationRefusalCode::no_challenge);
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenPounds)) << "an authenticated session is asked again";
  const auto done = authentication.answer(caller(), handle, "123456", kTenPounds);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->session.bound_terms, "terms-of-ten-pounds");
  // Logging in again voids it.
  const auto again = authentication.login(caller(), done->handle.reveal(), "alice", "alice");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->session.session.bound_terms, "");
}

TEST_F(ConsentFactors, TheMessageNamesAmountAndPayeeAndItsCodeIsForThese) {
  std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::sms, "Mobile", "+447700900123"});
  const auto factor = factors.enrol_finish(caller(), handle, offer.id, mailbox.code());
  handle = with_password();
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenPounds, factor->id));
  EXPECT_NE(mailbox.messages.back().text.find("£10.00 to The Baker"), std::string::npos);
  const std::string code = mailbox.code();
  const auto row = database.sql(
      "SELECT shown, terms_hash FROM consent.sca_challenge WHERE sent = 1 AND purpose = "
      "'authenticate'");
  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(row[0][0], kTenPounds.shown);
  // Other terms, and not even the row's change helps: the code itself is of the old ones.
  database.sql("UPDATE consent.sca_challenge SET terms_hash = 'terms-of-ten-thousand'");
  EXPECT_EQ(why(authentication.answer(caller(), handle, code, kTenThousand)), AuthenticationRefusalCode::refused);
}

TEST_F(ConsentFactors, APasskeySignsTheTerms) {
  tests::Passkey passkey = enrolled_passkey();
  const std::string handle = with_password();
  const auto ten = authentication.challenge(caller(), handle, kTenPounds);
  const std::string signed_ten = passkey.asserted(ten->passkey_options);
  const auto thousands = authentication.challenge(caller(), handle, kTenThousand);
  EXPECT_NE(ten->passkey_options, thousands->passkey_options);
  EXPECT_EQ(why(authentication.answer(caller(), handle, signed_ten, kTenThousand)), AuthenticationRefusalCode::refused);
  EXPECT_TRUE(authentication.answer(caller(), handle, passkey.asserted(thousands->passkey_options), kTenThousand));
}

TEST_F(ConsentFactors, TheDeviceShowsWhatItApproves) {
  const std::string handle = with_password("carol");
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenPounds));
  const auto waiting = approvals.waiting(caller(), kCarol);
  EXPECT_EQ(waiting.at(0).shown, kTenPounds.shown);
  ASSERT_TRUE(approvals.decide(caller(), kCarol, waiting[0].id, consent::ApprovalDecision::approve));
  EXPECT_EQ(why(authentication.answer(caller(), handle, "", kTenThousand)), AuthenticationRefusalCode::no_challenge);
}

TEST_F(ConsentFactors, OtherCustomersFactorsCannotBeChosen) {
  const std::string handle = signed_in();
  const auto offer = offered(handle, {FactorKind::sms, "Mobile", "+447700900123"});
  const auto factor = factors.enrol_finish(caller(), handle, offer.id, mailbox.code());
  const auto sent = mailbox.messages.size();
  EXPECT_EQ(authentication.challenge(caller(), with_password("bob"), {}, factor->id).error().code,
            AuthenticationRefusalCode::no_challenge);
  EXPECT_EQ(mailbox.messages.size(), sent);
}

TEST_F(ConsentFactors, TriesToSignInAreListedNewestFirst) {
  const std::string handle = with_password();
  EXPECT_FALSE(authentication.one_time_code(caller(), handle, "000000"));
  EXPECT_TRUE(authentication.one_time_code(caller(1s), handle, "123456"));
  std::string other(sessions.start(caller(2s)).handle.reveal());
  EXPECT_FALSE(authentication.login(caller(2s), other, "alice", "wrong"));
  const auto tries = factors.recent_sign_ins(caller(), kAlice);
  ASSERT_EQ(tries.size(), 3U);
  EXPECT_EQ(tries[0].by, std::nullopt);
  EXPECT_EQ(tries[0].outcome, consent::SignIn::Outcome::refused);
  EXPECT_EQ(tries[1].by, FactorKind::bank_code);
  EXPECT_EQ(tries[1].outcome, consent::SignIn::Outcome::ok);
  EXPECT_EQ(tries[1].at, kStart + 1s);
  EXPECT_TRUE(factors.recent_sign_ins(caller(), kBob).empty());
}

TEST_F(ConsentFactors, MoreTimeMovesTheIdleLimitAndNotTheAbsoluteOne) {
  const std::string handle = signed_in();
  const auto before = sessions.find(caller(), handle);
  const auto extended = sessions.extend(caller(10s), handle);
  ASSERT_TRUE(extended);
  EXPECT_EQ(extended->idle_ends, kStart + 10s + 5min) << "at once, though activity is written every thirty seconds";
  EXPECT_EQ(extended->ends, before->ends);
  EXPECT_TRUE(sessions.find(caller(5min + 9s), handle, consent::Activity::does_not_count));
  EXPECT_FALSE(sessions.extend(caller(5min + 10s), handle));
}

TEST_F(ConsentFactors, ChallengesThatBoundNothingAreForgottenAndEvidenceStays) {
  const std::string handle = with_password();
  ASSERT_TRUE(authentication.challenge(caller(), handle, kTenPounds));
  EXPECT_EQ(authentication.purge(caller(24h)), 0);
  EXPECT_EQ(authentication.purge(caller(25h)), 1);
  EXPECT_EQ(count("consent.sca_challenge WHERE terms_hash <> ''"), 1);
}

}  // namespace
