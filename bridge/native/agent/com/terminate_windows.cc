// What happens to an exception that nobody catches: there is none, and if there were, Outlook has no console to print
// it to.
//
// libstdc++ carries a handler that prints the exception's type, and with it a hundred kilobytes of code that would lie
// in Outlook's process. Where it is linked, this one takes its place; other run-time libraries have no such handler.
#include <cstdlib>
#include <exception>

#ifdef __GLIBCXX__
namespace __gnu_cxx {
void __verbose_terminate_handler() { std::abort(); }
}  // namespace __gnu_cxx
#endif
