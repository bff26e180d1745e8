import Synchronization

/// One request on its way to its handler.
struct Work: Sendable {
    let endpoint: Endpoint
    let request: IncomingRequest
}

/// Hands a connection's requests from its event loop to its task, one at a time: one lock and one resumption a request.
///
/// (`NIOAsyncChannel` would do the same with a queue, its watermarks and an element for each part of a message.)
final class Mailbox: Sendable {
    private struct State {
        var work: Work?
        var waiter: UnsafeContinuation<Work?, Never>?
        var isClosed = false
        var task: TaskReference?
        var isCancelled = false
    }

    /// `UnsafeCurrentTask` says that another thread may cancel the task as long as it runs; `attach` and `detach` bound that time, and the
    /// lock keeps cancelling inside it.
    private struct TaskReference: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private let state = Mutex(State())

    /// From the event loop, when no other request is with the handler.
    func deliver(_ work: Work) {
        let waiter = state.withLock { state -> UnsafeContinuation<Work?, Never>? in
            guard let waiter = state.waiter else {
                state.work = work
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: work)
    }

    /// From the event loop: no request comes any more.
    func close() {
        let waiter = state.withLock { state -> UnsafeContinuation<Work?, Never>? in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Cancels the task; later requests of this connection would find it cancelled, so the connection must end.
    func cancelTask() {
        state.withLock { state in
            state.isCancelled = true
            state.task?.task.cancel()
        }
    }

    /// The next request; nil when there will be none.
    func next() async -> Work? {
        // Unsafe only in that nobody checks what `State` guarantees: a waiter is resumed by the one who takes it out.
        await withUnsafeContinuation { continuation in
            let ready = state.withLock { state -> Work?? in
                if let work = state.work {
                    state.work = nil
                    return .some(work)
                }
                if state.isClosed { return .some(nil) }
                state.waiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Runs `body` as the task that `cancelTask()` means.
    func attached(_ body: () async -> Void) async {
        withUnsafeCurrentTask { task in
            guard let task else { return }
            let reference = TaskReference(task: task)
            state.withLock { state in
                state.task = reference
                if state.isCancelled { reference.task.cancel() }
            }
        }
        await body()
        state.withLock { $0.task = nil }
    }
}
