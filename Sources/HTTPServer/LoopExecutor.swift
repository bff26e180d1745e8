import NIOCore

/// Runs a connection's task on the connection's own event loop.
///
/// To wake another thread twice for each request costs more than most requests do. Only for handlers that are short: nothing else of the loop runs
/// meanwhile, and one that polls with `Task.yield()` would never let it look at its sockets again.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        eventLoop.execute { job.runSynchronously(on: executor) }
    }
}
