import Synchronization

/// What goes out on a pipe: whole lines, in order, all written by one task (I1, I11).
final class LineOutput: Sendable {
    private struct Line {
        let message: [UInt8]
        let call: RunningCall?
        let written: UnsafeContinuation<Void, any Error>?
    }

    private enum End {
        case finished, failed(any Error)
    }

    private struct State {
        var lines: [Line] = []
        var bytes = 0
        var end: End?
    }

    /// How much of what may be dropped waits at most: as on a stream.
    private static let unsentLines = 256
    private static let unsentBytes = 1_048_576
    /// So much goes out in one piece: lines in it can't be taken back any more.
    private static let pieceBytes = 65_536

    private let state = Mutex(State())
    private let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Adds a line without waiting.
    ///
    /// - Parameters:
    ///   - call: Whose it is: once that is stopped, the line isn't sent any more (I4).
    ///   - mayBeDropped: If a client that takes nothing has too much waiting already.
    func post(_ message: [UInt8], of call: RunningCall? = nil, mayBeDropped: Bool = true) {
        state.withLock { state in
            if mayBeDropped, state.lines.count >= Self.unsentLines || state.bytes >= Self.unsentBytes { return }
            add(Line(message: message.withoutLineBreaks, call: call, written: nil), &state)
        }
        wake.yield()
    }

    /// Adds a line, and returns when it is written, or was dropped because its call was stopped.
    ///
    /// - Parameter message: Holds no line breaks.
    /// - Throws: When the other side is gone.
    func write(_ message: [UInt8], of call: RunningCall? = nil) async throws {
        try await withUnsafeThrowingContinuation { continuation in
            let end = state.withLock { state -> End? in
                if state.end == nil { add(Line(message: message, call: call, written: continuation), &state) }
                return state.end
            }
            switch end {
            case nil: wake.yield()
            case .finished: continuation.resume()
            case .failed(let error): continuation.resume(throwing: error)
            }
        }
    }

    /// No line comes any more; `run` returns when those that wait are written.
    func finish() {
        state.withLock { if $0.end == nil { $0.end = .finished } }
        wake.finish()
    }

    /// Writes the lines as they come, until there are no more.
    ///
    /// - Throws: When the other side is gone, or the task was cancelled; then all who wait for their line learn it.
    func run(to stream: any ByteStream) async throws {
        do {
            for await _ in wakes { try await drain(to: stream) }
            try await drain(to: stream)
            try Task.checkCancellation()
        } catch {
            let rest = state.withLock { state in
                state.end = .failed(error)
                defer { state.lines = [] }
                return state.lines
            }
            for line in rest { line.written?.resume(throwing: error) }
            throw error
        }
    }

    private func drain(to stream: any ByteStream) async throws {
        while true {
            let lines = state.withLock { takePiece(&$0) }
            if lines.isEmpty { return }
            var bytes: [UInt8] = []
            for line in lines where line.call?.isStopped != true {
                bytes += line.message
                bytes.append(UInt8(ascii: "\n"))
            }
            do {
                if !bytes.isEmpty { try await stream.write(bytes) }
            } catch {
                for line in lines { line.written?.resume(throwing: error) }
                throw error
            }
            for line in lines { line.written?.resume() }
        }
    }

    private func add(_ line: Line, _ state: inout State) {
        guard state.end == nil else { return }
        state.lines.append(line)
        state.bytes += line.message.count
    }

    private func takePiece(_ state: inout State) -> [Line] {
        var (count, bytes) = (0, 0)
        while count < state.lines.count, count == 0 || bytes < Self.pieceBytes {
            bytes += state.lines[count].message.count
            count += 1
        }
        let piece = Array(state.lines.prefix(count))
        state.lines.removeFirst(count)
        state.bytes -= bytes
        return piece
    }
}

extension [UInt8] {
    /// Where they stand between the tokens of JSON they become spaces; nowhere else they can stand.
    fileprivate var withoutLineBreaks: [UInt8] {
        contains { $0 == 0x0A || $0 == 0x0D } ? map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } : self
    }
}
