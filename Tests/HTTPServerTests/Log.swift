import Observability
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a server said, in an unnamed file.
final class Log: Sendable {
    let observations: Observations
    private let descriptor: Int32

    init(level: LogLevel = .trace) throws {
        var path = Array("/tmp/toolbridge-log-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw CannotOpen() }
        unlink(path)
        observations = Observations(level: level, format: .json, stream: .descriptor(descriptor))
    }

    deinit {
        // Its thread must not write to whoever gets this number next.
        observations.finish(within: .seconds(60))
        close(descriptor)
    }

    /// Ends the log and returns its lines.
    func lines() -> [String] {
        observations.finish()
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    struct CannotOpen: Error {}
}

/// Happens once; whoever waits for it goes on then.
final class Signal: Sendable {
    private let state = Mutex((hasFired: false, waiting: [@Sendable () -> Void]()))

    var isFired: Bool { state.withLock { $0.hasFired } }

    func fire() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for action in waiting { action() }
    }

    /// Calls back at once if it has happened.
    func whenFired(_ action: @escaping @Sendable () -> Void) {
        let hasFired = state.withLock { state in
            if !state.hasFired { state.waiting.append(action) }
            return state.hasFired
        }
        if hasFired { action() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in whenFired { continuation.resume() } }
    }
}
