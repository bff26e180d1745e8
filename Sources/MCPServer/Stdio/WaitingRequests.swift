internal import MCP

/// Requests that were read, and begin as soon as they may (I11).
struct WaitingRequests {
    struct Request: Sendable {
        let calls: [(id: RequestID?, call: RunningCall)]
        let work: @Sendable () async throws -> Void
        fileprivate let bytes: Int
    }

    /// However short they are.
    private static let limit = 1_024

    private var requests: [Request] = []
    private var bytes = 0

    var isEmpty: Bool { requests.isEmpty }

    /// Whether another may be read: all of them together hold no more than one long line does.
    ///
    /// - Parameter limit: Bytes.
    func hasRoom(_ limit: Int) -> Bool {
        requests.isEmpty || requests.count < Self.limit && bytes < limit
    }

    /// - Parameters:
    ///   - bytes: How long its line was.
    ///   - work: From its beginning to its written answer.
    mutating func add(_ calls: [(id: RequestID?, call: RunningCall)], _ bytes: Int, _ work: @escaping @Sendable () async throws -> Void) {
        requests.append(Request(calls: calls, work: work, bytes: bytes))
        self.bytes += bytes
    }

    /// The oldest.
    mutating func next() -> Request? {
        guard !requests.isEmpty else { return nil }
        let next = requests.removeFirst()
        bytes -= next.bytes
        return next
    }

    /// What is stopped here never begins (I4).
    func stop(_ id: RequestID) {
        for waiting in requests.lazy.flatMap(\.calls) where waiting.id == id { waiting.call.stop() }
    }
}
