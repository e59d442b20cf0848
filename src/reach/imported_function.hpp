// What a loaded file's calls of another file's function lead to.
#pragma once

namespace winodnn {

// The function of this name that the file which `inside` lies in calls; nullptr if it imports none. The
// loader chose it by the file's place among the others, which a search by dlsym does not know. If the file
// has not called it yet, this may be a stub that has the loader choose when it is called.
void *imported_function(const void *inside, const char *name);

} // namespace winodnn
