// A program whose allocations fail on behalf of winodnn.
#pragma once

namespace winodnn::testing {

// Call first: finds where winodnn and oneDNN lie.
void find_allocating_libraries();
// Of the allocations that winodnn makes itself from now on, the one after `successes` others fails, once.
// Those of oneDNN's never do: they are none of winodnn's business, and oneDNN does not survive all of them.
void fail_allocation_after(int successes);
// Ends that. Whether one has failed.
bool an_allocation_failed();
// That winodnn has made since fail_allocation_after().
int allocations_seen();

} // namespace winodnn::testing
