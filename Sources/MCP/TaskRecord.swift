/// Work that goes on after its request was answered, as a store keeps it.
public struct TaskRecord: Sendable, Equatable {
    /// 32 hex digits that nobody can guess (TK7).
    public let id: String
    public let owner: Principal
    /// Unix milliseconds.
    public let createdAt: Int64
    /// Unix milliseconds; never before `createdAt`.
    public internal(set) var updatedAt: Int64
    /// For how many milliseconds after `createdAt` it is kept at least; nil for ever.
    public let lifetime: Int64?
    /// How often clients should ask, in milliseconds.
    public let pollInterval: Int64
    /// What people and models may read about its state.
    public internal(set) var message: String?
    public internal(set) var state: State
    /// All that were asked so far, so that no key is ever used twice (TK5); none once the state is final.
    public internal(set) var questions: [Question]

    /// Where the work stands; whether answers are missing is said by `openQuestions`.
    public enum State: Sendable, Equatable {
        case working
        /// The tool's whole result, an object, also if it says that the tool failed (TK6).
        case completed(result: [UInt8])
        /// A JSON-RPC error, an object (TK6).
        case failed(error: [UInt8])
        case cancelled
    }

    /// Something that the work wants to know from the client.
    public struct Question: Sendable, Equatable {
        public let key: String
        /// An object with `method` and `params` (M3).
        public let request: [UInt8]
        /// What the client said, as it said it; nil while the question is open.
        public internal(set) var answer: [UInt8]?

        public init(key: String, request: [UInt8], answer: [UInt8]? = nil) {
            self.key = key
            self.request = request
            self.answer = answer
        }
    }

    /// A record as a store has kept it.
    public init(
        id: String,
        owner: Principal,
        createdAt: Int64,
        updatedAt: Int64,
        lifetime: Int64?,
        pollInterval: Int64,
        message: String? = nil,
        state: State = .working,
        questions: [Question] = []
    ) {
        self.id = id
        self.owner = owner
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lifetime = lifetime
        self.pollInterval = pollInterval
        self.message = message
        self.state = state
        self.questions = questions
    }

    /// Whether it has ended; then it never changes again (TK6).
    public var isFinal: Bool { state != .working }

    /// What the client has not answered yet.
    public var openQuestions: [Question] { questions.filter { $0.answer == nil } }

    /// When it may be forgotten, in Unix milliseconds; nil for never (TK7).
    public var expires: Int64? {
        guard let lifetime else { return nil }
        let (time, overflow) = createdAt.addingReportingOverflow(lifetime)
        return overflow ? nil : time
    }

    /// - Parameter now: Unix milliseconds.
    public func isExpired(at now: Int64) -> Bool {
        expires.map { now >= $0 } ?? false
    }

    /// Ends it with an error, for a store whose replica that ran it is gone (TK13); one that has ended stays as it is.
    ///
    /// - Parameter now: Unix milliseconds.
    public mutating func fail(_ error: MCPError, at now: Int64) {
        guard !isFinal else { return }
        end(.failed(error: error.object), error.message)
        updatedAt = max(now, updatedAt)
    }

    /// Ends it; what was asked and answered is forgotten.
    mutating func end(_ state: State, _ message: String) {
        self.state = state
        self.message = message
        questions = []
    }
}
