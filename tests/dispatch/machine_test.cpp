#include "machine/machine.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace winodnn {
namespace {

// In KiB, as Linux says it.
std::size_t from_sysfs(int index) {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
    std::size_t kib = 0;
    file >> kib;
    return kib * 1024;
}

TEST(machine, caches_are_those_that_the_system_sees) {
    if (from_sysfs(2) == 0 || from_sysfs(3) == 0) GTEST_SKIP() << "the system says nothing of the caches";
    EXPECT_EQ(caches().l2, from_sysfs(2));
    EXPECT_EQ(caches().l3, from_sysfs(3));
}

TEST(machine, vector_units_are_as_many_as_cpus_have) {
    int seen = 0;
    for (const isa i : all_isas) {
        if (!cpu_has(i)) continue;
        const vector_units units = units_of(i);
        EXPECT_GE(units.multiplies, 1) << name_of(i);
        EXPECT_LE(units.multiplies, 2) << name_of(i);
        // Every CPU adds at least as fast as it multiplies.
        EXPECT_GE(units.adds, units.multiplies) << name_of(i);
        EXPECT_LE(units.adds, 4) << name_of(i);
        RecordProperty(name_of(i), std::to_string(units.multiplies) + " " + std::to_string(units.adds));
        ++seen;
    }
    EXPECT_GE(seen, 1);
}

} // namespace
} // namespace winodnn
