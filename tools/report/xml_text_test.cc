#include "tools/report/xml_text.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(XmlText, HoldsWhatXmlCan) {
  EXPECT_EQ(xml_text("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'");
  EXPECT_EQ(xml_text("a\nb\tc\r"), "a&#10;b&#9;c&#13;");
  EXPECT_EQ(xml_text("\xc3\xa9 \xf0\x9f\x98\x80"), "\xc3\xa9 \xf0\x9f\x98\x80");
}

TEST(XmlText, ReplacesWhatXmlCannot) {
  const std::string replaced = "\xef\xbf\xbd";
  EXPECT_EQ(xml_text("\x01"), replaced);
  EXPECT_EQ(xml_text(std::string(1, '\0')), replaced);
  EXPECT_EQ(xml_text("\x1b[2J"), replaced + "[2J");
  EXPECT_EQ(xml_text("\xff"), replaced);
  EXPECT_EQ(xml_text("\xc3"), replaced) << "cut short";
  EXPECT_EQ(xml_text("\xc3("), replaced + "(");
  EXPECT_EQ(xml_text("\xc0\xaf"), replaced + replaced) << "too long a form";
  EXPECT_EQ(xml_text("\xed\xa0\x80"), replaced + replaced + replaced) << "half a surrogate pair";
  EXPECT_EQ(xml_text("\xef\xbf\xbf"), replaced + replaced + replaced) << "no character";
}

}  // namespace
}  // namespace tare
