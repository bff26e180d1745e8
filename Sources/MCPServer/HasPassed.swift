internal import NIOCore
internal import NIOPosix

/// Whether so long went by; false if the wait was cancelled.
///
/// An event loop's timer and not `Task.sleep`, which when cancelled keeps its task until the time is over: a minute of calls would stay in memory.
func hasPassed(_ time: Duration) async -> Bool {
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(time)) {}
    return await withTaskCancellationHandler {
        (try? await timer.futureResult.get()) != nil
    } onCancel: {
        timer.cancel()
    }
}
