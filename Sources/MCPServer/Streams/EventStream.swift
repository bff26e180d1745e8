package import MCP
internal import NIOCore
internal import NIOPosix
import Synchronization

/// One stream of events to a client, apart from the connection that carries it: what waits to be sent, and what can be sent again (S12).
///
/// Whoever sends never waits. A client that takes too little loses its stream.
package final class EventStream: Sendable {
    /// How much may wait and be kept.
    package struct Limits: Sendable {
        package var unsentEvents = 256
        package var unsentBytes = 1_048_576
        package var keptEvents = 64
        package var keptBytes = 262_144

        package init() {}
    }

    /// What the connection has to do next.
    package enum Step: Sendable, Equatable {
        /// Write these bytes.
        case write([UInt8])
        /// Look whether these may be told, and send what there is to say.
        case notices([ChangeNotice])
        /// Close the connection; the stream may go on without it.
        case close
    }

    /// How events are named, so that clients can come back for what they missed; nil where they can't.
    package let ids: EventIDs?
    private static let gathering = TimeAmount.milliseconds(100)
    private let limits: Limits
    /// The last thing that a client which takes too little is told; nil for nothing (SB6).
    private let farewell: [UInt8]?
    private let state = Mutex(State())

    private struct State {
        var events: [Event] = []
        var bytes = 0
        /// How many of `events` were handed to a connection.
        var sent = 0
        var lastNumber = 0
        /// The number of the newest event that is gone for good.
        var lastDropped = 0
        var raw: [UInt8] = []
        /// In the order in which they came.
        var notices: [ChangeNotice] = []
        /// The same, to find them.
        var noticed: Set<ChangeNotice> = []
        /// Until then further notices are gathered (SB9).
        var noticesDue: ContinuousClock.Instant?
        var hasTimer = false
        var isFinished = false
        /// The connection shall go, the stream not (S13).
        var isReleased = false
        /// When something was last written, or said to show that it is alive.
        var lastSign = ContinuousClock.now
        /// When the last message went in either direction; signs of life are none.
        var lastMessage = ContinuousClock.now
        var connection = 0
        /// What was there when the connection came counts no longer as unsent: up to this number.
        var lastBefore = 0
        var isConnected = false
        var reader: UnsafeContinuation<Step, Never>?
        /// `wake` came while nobody waited.
        var isWoken = false

        var isLeft: Bool { connection > 0 && !isConnected }
    }

    private struct Event {
        let number: Int
        let bytes: [UInt8]
    }

    package init(ids: EventIDs? = nil, limits: Limits = Limits(), farewell: [UInt8]? = nil) {
        self.ids = ids
        self.limits = limits
        self.farewell = farewell
    }

    // MARK: For whoever has something to say

    /// Sends a message.
    package func send(_ message: [UInt8], event: StaticString = "message") {
        add(data: message, event: event)
    }

    /// An event without a message: what the client names if the connection breaks before the first one (S13).
    package func prime() {
        add(data: [], event: nil)
    }

    /// Tells the client when to come back after the connection went.
    package func retry(milliseconds: Int) {
        update { $0.raw += Array("retry: \(milliseconds)\n\n".utf8) }
    }

    /// Something may have changed that this client watches.
    ///
    /// The first notice goes out at once; for 100 ms after it others are gathered, one of each subject (SB9).
    package func notify(_ notice: ChangeNotice) {
        var needsTimer = false
        update { state in
            if state.notices.count < limits.unsentEvents, state.noticed.insert(notice).inserted { state.notices.append(notice) }
            guard let due = state.noticesDue, !state.hasTimer else { return }
            // Whoever finds the time over lets them go, else the timer of the first that was early.
            (needsTimer, state.hasTimer) = ContinuousClock.now < due ? (true, true) : (false, false)
            if !needsTimer { state.noticesDue = nil }
        }
        guard needsTimer else { return }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.gathering) { [weak self] in
            self?.update { ($0.noticesDue, $0.hasTimer) = (nil, false) }
        }
    }

    /// Shows that the connection is alive, if nothing else did for so long (H6).
    ///
    /// - Returns: When that has to be looked at again.
    @discardableResult
    package func beat(at now: ContinuousClock.Instant, every interval: Duration) -> ContinuousClock.Instant {
        var next = now
        update { state in
            if state.isConnected, !state.isFinished, state.lastSign.duration(to: now) >= interval {
                if state.raw.isEmpty, state.sent == state.events.count { state.raw = Array(": \n\n".utf8) }
                state.lastSign = now
            }
            next = state.isConnected ? state.lastSign.advanced(by: interval) : now.advanced(by: interval)
        }
        return next
    }

    /// The client has sent a message by other means.
    package func touch(at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.lastMessage = now }
    }

    /// When the last message went in either direction.
    package var lastMessage: ContinuousClock.Instant { state.withLock { $0.lastMessage } }

    /// Lets the connection go after what waits, but not the stream.
    package func release() {
        update { $0.isReleased = true }
    }

    /// Nothing comes any more; the connection ends after what waits.
    package func finish() {
        update { $0.isFinished = true }
    }

    package var isFinished: Bool { state.withLock { $0.isFinished } }

    package var isConnected: Bool { state.withLock { $0.isConnected } }

    /// It had a connection, and has none now.
    package var isLeft: Bool { state.withLock { $0.isLeft } }

    // MARK: For the connection

    /// Takes the stream over; a former connection is closed.
    ///
    /// - Parameter number: The last event that the client has; nil for a new stream.
    /// - Returns: The connection's number; nil if events after that one are gone for good.
    package func connect(after number: Int? = nil) -> Int? {
        let (connection, former) = state.withLock { state -> (Int?, UnsafeContinuation<Step, Never>?) in
            if let number {
                guard number >= state.lastDropped, number <= state.lastNumber else { return (nil, nil) }
                state.sent = state.events.firstIndex { $0.number > number } ?? state.events.count
            }
            // A stream may be released before its first connection takes it over; that one still has to go.
            if state.connection > 0 { state.isReleased = false }
            state.connection += 1
            (state.isConnected, state.isWoken) = (true, false)
            state.lastSign = .now
            state.lastBefore = state.lastNumber
            defer { state.reader = nil }
            return (state.connection, state.reader)
        }
        former?.resume(returning: .close)
        return connection
    }

    /// The connection is gone.
    package func disconnect(_ connection: Int) {
        state.withLock { state in
            guard state.connection == connection else { return }
            state.isConnected = false
            trim(&state)
        }
    }

    /// What is to be done next; waits until there is something.
    package func next(_ connection: Int) async -> Step {
        // Unsafe only in that nobody checks what `State` guarantees: a reader is resumed by the one who takes it out.
        await withUnsafeContinuation { continuation in
            let step = state.withLock { state -> Step? in
                // A former connection; what wakes its successor is none of its business.
                guard state.connection == connection else { return .close }
                guard !state.isWoken else {
                    state.isWoken = false
                    return .close
                }
                if let step = take(&state) { return step }
                state.reader = continuation
                return nil
            }
            if let step { continuation.resume(returning: step) }
        }
    }

    /// Makes a waiting `next`, or the next one, say `.close`.
    package func wake(_ connection: Int) {
        let reader = state.withLock { state -> UnsafeContinuation<Step, Never>? in
            guard state.connection == connection else { return nil }
            defer { state.reader = nil }
            state.isWoken = state.reader == nil
            return state.reader
        }
        reader?.resume(returning: .close)
    }

    // MARK: Inside

    private func add(data: [UInt8], event: StaticString?) {
        update { state in
            guard !state.isFinished else { return }
            append(data, event: event, &state)
            trim(&state)
        }
    }

    private func append(_ data: [UInt8], event: StaticString?, _ state: inout State) {
        state.lastNumber += 1
        let bytes = EventText.event(data, named: event, id: ids?.text(state.lastNumber))
        state.events.append(Event(number: state.lastNumber, bytes: bytes))
        state.lastMessage = .now
        state.bytes += bytes.count
    }

    private func update(_ change: (inout sending State) -> Void) {
        let ready = state.withLock { state -> (UnsafeContinuation<Step, Never>, Step)? in
            change(&state)
            guard let reader = state.reader, let step = take(&state) else { return nil }
            state.reader = nil
            return (reader, step)
        }
        if let (reader, step) = ready { reader.resume(returning: step) }
    }

    /// What a connection gets now; nil to wait.
    private func take(_ state: inout State) -> Step? {
        guard state.isConnected else { return .close }
        if !state.raw.isEmpty || state.sent < state.events.count {
            var bytes = state.events[state.sent...].reduce(into: []) { $0 += $1.bytes }
            // After the events, as a `retry` goes before the close alone.
            bytes += state.raw
            state.raw = []
            state.sent = state.events.count
            state.lastSign = .now
            trim(&state)
            return .write(bytes)
        }
        if state.isFinished || state.isReleased { return .close }
        guard !state.notices.isEmpty, state.noticesDue == nil else { return nil }
        defer { (state.notices, state.noticed) = ([], []) }
        state.noticesDue = .now + .milliseconds(100)
        return .notices(state.notices)
    }

    /// Drops what needn't be kept, and ends a stream whose client takes too little.
    private func trim(_ state: inout State) {
        guard state.connection > 0 else { return trimEarly(&state) }
        let (count, bytes) = ids == nil ? (0, 0) : (limits.keptEvents, limits.keptBytes)
        // After its last connection nothing is more than kept.
        let isLeft = state.isLeft
        if !isLeft, isTooMuch(state) {
            // It can't keep up (E7, SB5): what it has missed is missed.
            drop(state.events.count, &state)
            state.isFinished = true
            if let farewell { append(farewell, event: "message", &state) }
            return
        }
        while state.events.count > count || state.bytes > bytes, isLeft || state.sent > 0, !state.events.isEmpty { drop(1, &state) }
    }

    /// Before the first connection nobody is too slow: an answer may be all said before one can come.
    ///
    /// If far too much is said, what was said first is lost, for the answer comes last.
    private func trimEarly(_ state: inout State) {
        while state.events.count > 1,
            state.events.count > 4 * limits.unsentEvents || state.bytes - newestBytes(state) > 4 * limits.unsentBytes
        {
            drop(1, &state)
        }
    }

    private func newestBytes(_ state: State) -> Int { state.events.last?.bytes.count ?? 0 }

    /// Whether the client has left too much unsent; the newest event's own size doesn't count, for nobody can take that before it is there.
    private func isTooMuch(_ state: State) -> Bool {
        let unsent = state.events[state.sent...].drop { $0.number <= state.lastBefore }
        if unsent.count > limits.unsentEvents { return true }
        return state.bytes > limits.unsentBytes && unsent.dropLast().reduce(0) { $0 + $1.bytes.count } > limits.unsentBytes
    }

    private func drop(_ count: Int, _ state: inout State) {
        for event in state.events.prefix(count) {
            state.bytes -= event.bytes.count
            state.lastDropped = event.number
        }
        state.events.removeFirst(min(count, state.events.count))
        state.sent = max(0, state.sent - count)
    }
}
