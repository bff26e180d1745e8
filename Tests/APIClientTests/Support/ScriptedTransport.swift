import APIClient
import Auth
import JSON
import Synchronization
import ToolBridge

/// Answers as a test says, and remembers what it was asked.
final class ScriptedTransport: APITransport {
    typealias Answering = @Sendable (APIRequest, _ number: Int) -> Result<APIResponse, TransportFault>

    private let answering: Answering
    private let state = Mutex((requests: [APIRequest](), forgotten: 0))

    /// - Parameter answering: Called with each request and its number, from 0.
    init(_ answering: @escaping Answering) {
        self.answering = answering
    }

    /// The answers in order; there are no others.
    convenience init(_ answers: [Result<APIResponse, TransportFault>]) {
        self.init { _, number in number < answers.count ? answers[number] : .failure(.notSent) }
    }

    func send(_ request: APIRequest, within limit: Duration) async throws(TransportFault) -> APIResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        return try answering(request, number).get()
    }

    func forgetConnections() { state.withLock { $0.forgotten += 1 } }

    var requests: [APIRequest] { state.withLock { $0.requests } }
    var forgotten: Int { state.withLock { $0.forgotten } }
    /// Methods and targets of all requests.
    var lines: [String] { requests.map { "\($0.method) \($0.target)" } }
}

/// Tokens that are handed out one after the other.
final class TokenSource: Sendable {
    private let state: Mutex<(tokens: [String], refused: [String?])>

    init(_ tokens: String...) {
        state = Mutex((tokens, []))
    }

    func credentials(_ owner: Owner = .test, origin: APIRequestOrigin = APIRequestOrigin()) -> APICredentials {
        APICredentials(owner: owner, origin: origin) { refused throws(ItemError) in self.next(refused) }
    }

    private func next(_ refused: Secret?) -> Secret? {
        state.withLock { state in
            state.refused.append(refused?.reveal())
            if refused != nil, state.tokens.count > 1 { state.tokens.removeFirst() }
            return state.tokens.first.map { Secret($0) }
        }
    }

    /// What it was called with.
    var refused: [String?] { state.withLock { $0.refused } }
}

extension Owner {
    static let test = Owner(tenant: "tenant", subject: "me")
}

extension Result<APIResponse, TransportFault> {
    static func json(_ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []) -> Self {
        .success(APIResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    static func refusal(_ status: Int, _ code: String, _ further: String = "") -> Self {
        .json(status, #"{"error":"the text","code":"\#(code)"\#(further),"correlation_id":"c"}"#)
    }

    static let note = Self.json(
        200,
        #"{"uid":"\#(noteUID)","version":3,"updatedAt":"2026-03-01T10:00:00.000Z","payload":{"title":"Milk", "n":1.0}}"#
    )
    static let session = Self.json(
        201,
        #"{"id":"s-1","createdAt":"2026-03-01T10:00:00.000Z","expiresAt":"2026-03-01T10:30:00.000Z","epoch":4}"#
    )
}

let noteUID = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

extension APIItems {
    /// Reads the note of the tests.
    func note() async -> Result<Item, ItemError> {
        do throws(ItemError) {
            return .success(try await item(UID(noteUID) ?? .random(), .notes, includeDeleted: false, of: .test))
        } catch {
            return .failure(error)
        }
    }

    func makeNote(_ text: String = #"{"title":"x"}"#) async -> Result<Item, ItemError> {
        do throws(ItemError) {
            return .success(try await create(try Payload(parsing: Array(text.utf8)), .notes, WriteContext(), of: .test))
        } catch {
            return .failure(error)
        }
    }
}

extension Result where Failure == ItemError {
    var error: ItemError? {
        guard case .failure(let error) = self else { return nil }
        return error
    }

    var value: Success? { try? get() }
}
