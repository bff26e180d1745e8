/// Does work to its end, also when the caller's task is cancelled, and waits for it.
///
/// A task of its own is the only thing that its parent's cancellation doesn't reach; it never outlives this call.
func uncancelled<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
    if #available(macOS 26, *) {
        await Task.immediate(operation: work).value
    } else {
        await Task(operation: work).value
    }
}
