#pragma once

namespace winodnn::testing {

// Asked by every operator new of the process, in the libraries as well, once replaced_new.cpp is linked. The
// program defines it.
bool may_allocate();

} // namespace winodnn::testing
