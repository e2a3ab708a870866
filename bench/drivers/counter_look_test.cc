#include "bench/drivers/counter_look.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(CounterLook, WhatFellIsVoidAndNotZero) {
  CounterLook before, after;
  before.values[{"a", "calls"}] = {"count", 10};
  before.values[{"b", "calls"}] = {"count", 10};
  after.values[{"a", "calls"}] = {"count", 12};
  after.values[{"b", "calls"}] = {"count", 9};
  const CounterSource fallen = counters_between("x", CounterSpan::window, before, after);
  EXPECT_TRUE(fallen.values.empty());
  EXPECT_NE(fallen.missing.find("void: b calls fell"), std::string::npos);
  after.values[{"b", "calls"}] = {"count", 10};
  after.values[{"c", "calls"}] = {"count", 4};
  const CounterSource moved = counters_between("x", CounterSpan::window, before, after);
  EXPECT_EQ(moved.values,
            (std::vector<CounterValue>{{"a", "calls", "count", 2}, {"c", "calls", "count", 4}}));
}

}  // namespace
}  // namespace tare
