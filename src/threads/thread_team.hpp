// Threads, whoever's they are.
#pragma once

namespace winodnn {

// A function of a task's number, which must not throw. Not owned.
class task_function {
public:
    template <typename Function>
    task_function(const Function &function) // NOLINT(google-explicit-constructor): lambdas are passed
        : object_(&function),
          call_([](const void *object, int task) { (*static_cast<const Function *>(object))(task); }) {}

    void operator()(int task) const { call_(object_, task); }

private:
    const void *object_;
    void (*call_)(const void *, int);
};

class thread_team {
public:
    virtual ~thread_team() = default;
    // Parts that can run at the same time when the calling thread asks now.
    virtual int size() const = 0;
    // Runs tasks 0 .. count - 1, each once, and returns when all are done. How many run at the same time, and
    // whether one thread runs several, is the team's affair.
    virtual void run(int count, const task_function &task) const = 0;
};

// The calling thread by itself.
class lone_thread final : public thread_team {
public:
    int size() const override { return 1; }
    void run(int count, const task_function &task) const override {
        for (int i = 0; i < count; ++i) task(i);
    }
};

} // namespace winodnn
