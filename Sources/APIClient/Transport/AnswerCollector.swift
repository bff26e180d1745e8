import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Gathers an answer, and knows whether any of the request had been sent when something went wrong.
final class AnswerCollector: HTTPClientResponseDelegate {
    typealias Response = APIResponse

    struct TooLong: Error {}

    private struct State {
        var hasSent = false
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        var isTooLong = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    func didSendRequestHead(task: HTTPClient.Task<APIResponse>, _ head: HTTPRequestHead) {
        state.withLock { $0.hasSent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<APIResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        return accept(on: task.eventLoop) { state in
            state.head = head
            guard length <= limit else { return false }
            state.body.reserveCapacity(min(max(length, 0), 1_048_576))
            return true
        }
    }

    func didReceiveBodyPart(task: HTTPClient.Task<APIResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        accept(on: task.eventLoop) { state in
            guard buffer.readableBytes <= limit - state.body.count else { return false }
            buffer.withUnsafeReadableBytes { state.body.append(contentsOf: $0) }
            return true
        }
    }

    func didFinishRequest(task: HTTPClient.Task<APIResponse>) throws -> APIResponse {
        try state.withLock { state in
            guard let head = state.head else { throw HTTPClientError.remoteConnectionClosed }
            return APIResponse(
                status: Int(head.status.code),
                headers: head.headers.map { (name: $0.name, value: $0.value) },
                body: state.body
            )
        }
    }

    private func accept(on loop: any EventLoop, _ take: (inout State) -> Bool) -> EventLoopFuture<Void> {
        let isFine = state.withLock { state in
            if !take(&state) { state.isTooLong = true }
            return !state.isTooLong
        }
        return isFine ? loop.makeSucceededVoidFuture() : loop.makeFailedFuture(TooLong())
    }

    /// What an error means for whoever asked.
    func fault(_ error: any Error) -> TransportFault {
        let (hasSent, isTooLong) = state.withLock { ($0.hasSent, $0.isTooLong) }
        if isTooLong || error is TooLong { return .tooLarge }
        if error is CancellationError { return .cancelled }
        switch error as? HTTPClientError {
        case .cancelled: return .cancelled
        case .deadlineExceeded, .readTimeout, .writeTimeout: return .tooSlow
        case .connectTimeout, .getConnectionFromPoolTimeout: return .notSent
        default: return hasSent ? .broken : .notSent
        }
    }
}
