#include "gateway/psu_pages/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "base/encoding.h"
#include "base/ensure.h"

namespace gateway {
namespace {

struct Free {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

}  // namespace

std::string qr_svg(const std::string& text, std::string_view label) {
  constexpr int kQuiet = 4;  // modules around it (ISO/IEC 18004)
  const std::unique_ptr<QRcode, Free> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  ENSURE(code != nullptr, "the text of a QR code fits");
  const int width = code->width;
  const std::string size = std::to_string(width + 2 * kQuiet);
  std::string path;
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width; ++x) {
      if ((code->data[y * width + x] & 1) == 0) continue;
      int run = 1;
      while (x + run < width && (code->data[y * width + x + run] & 1) != 0) ++run;
      path += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h" + std::to_string(run) + "v1h-" +
              std::to_string(run) + "z";
      x += run - 1;
    }
  }
  return "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"" +
         base::html_escape(label) + "\" viewBox=\"0 0 " + size + " " + size +
         "\" width=\"240\" height=\"240\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + size + "v" +
         size + "H0z\"/><path fill=\"#000\" d=\"" + path + "\"/></svg>";
}

}  // namespace gateway
