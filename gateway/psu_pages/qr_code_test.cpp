#include "gateway/psu_pages/qr_code.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(QrCode, IsAPictureThatAStrictPolicyShows) {
  const std::string svg = qr_svg("otpauth://totp/Bank:App?secret=GEZDGNBV", "Code \"for\" <your> app");
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg;
  for (const char* forbidden : {"style", "<script", "<your>", "href", "data:", "otpauth", "GEZDGNBV"})
    EXPECT_EQ(svg.find(forbidden), std::string::npos) << forbidden;
  EXPECT_NE(svg.find("aria-label=\"Code &quot;for&quot; &lt;your&gt; app\""), std::string::npos) << svg;
}

TEST(QrCode, HasTheThreeEyesInAQuietZone) {
  // Version 1: 21 modules, 29 with the quiet zone. The first row of an eye is seven dark modules.
  const std::string svg = qr_svg("A", "x");
  EXPECT_NE(svg.find("viewBox=\"0 0 29 29\""), std::string::npos);
  EXPECT_NE(svg.find("M4 4h7v1"), std::string::npos);
  EXPECT_NE(svg.find("M18 4h7v1"), std::string::npos);
  EXPECT_NE(svg.find("M4 18h7v1"), std::string::npos);
  EXPECT_EQ(svg.find("M0 1"), std::string::npos);
}

TEST(QrCode, TellsTextsApart) { EXPECT_NE(qr_svg("A", "x"), qr_svg("B", "x")); }

TEST(QrCode, RefusesWhatDoesNotFit) { EXPECT_ANY_THROW(qr_svg(std::string(4000, 'x'), "x")); }

}  // namespace
}  // namespace gateway
