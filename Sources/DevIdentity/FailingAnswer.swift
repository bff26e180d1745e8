import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import NIOPosix

extension DevState {
    /// A route of one surface: counted, and failing as it was told.
    func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ surface: Surface,
        _ body: @escaping @Sendable (IncomingRequest) async throws -> Answer
    ) -> Route<DevVisitor> {
        Route(.only(method), path, label: path, cancelsOnDisconnect: true, .open { try await self.answer($0, surface, body) })
    }

    private func answer(
        _ request: IncomingRequest,
        _ surface: Surface,
        _ body: @escaping @Sendable (IncomingRequest) async throws -> Answer
    ) async throws -> Answer {
        let isFollowing = try request.queryParameter(Self.followed) != nil
        guard let failure = note(request, surface, isFollowing: isFollowing) else { return try await body(request) }
        switch failure.mode {
        case .down: throw Problem(.internalServerError, "down", "down, as it was told")
        case .unavailable: throw Problem(.serviceUnavailable, "unavailable", "unavailable, as it was told")
        case .unauthorized: throw Problem(.unauthorized, "unauthorized", "unauthorized, as it was told")
        case .limited:
            throw Problem(.tooManyRequests, "limited", "limited, as it was told", headers: [.retryAfter: "\(failure.retryAfter)"])
        case .slow:
            guard await hasPassed(failure.pause) else { throw CancellationError() }
            return try await body(request)
        case .silent:
            _ = await hasPassed(.seconds(3600))
            throw CancellationError()
        case .drip: return Self.dripping(try await Self.bytes(body(request)), failure.pause)
        case .huge: return Self.huge(try await Self.bytes(body(request)), failure.bytes)
        case .html:
            return Answer(
                .ok,
                contentType: "text/html; charset=utf-8",
                body: .bytes(ByteBuffer(string: "<!doctype html><title>Sign in</title><p>Please sign in."))
            )
        case .redirect:
            let mark = request.hasQuery ? "&" : "?"
            return .empty(.found, headers: [.location: "\(now.issuer)\(request.target)\(mark)\(Self.followed)=1"])
        case .empty: return .json(.ok, Array((surface == .jwks ? #"{"keys":[]}"# : "{}").utf8))
        case .garbage:
            let bytes = try await Self.bytes(body(request))
            return .json(.ok, Array(bytes.prefix(bytes.count / 2)))
        case .cut:
            let bytes = try await Self.bytes(body(request))
            return Self.stream { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                throw ConnectionClosed()
            }
        case .wrongKey: return .json(.ok, try now.keys.keySet(swapped: true))
        }
    }

    /// Counts a request and says how it is to fail.
    private func note(_ request: IncomingRequest, _ surface: Surface, isFollowing: Bool) -> Failure? {
        change { facts in
            facts.requests.add(surface, request, isFollowing: isFollowing)
            guard !isFollowing, var failure = facts.failures[surface] else { return nil }
            if let times = failure.times {
                guard times > 0 else { return nil }
                failure.times = times - 1
                facts.failures[surface] = failure
            }
            return failure
        }
    }

    /// The parameter by which a request that came by a redirect is known.
    private static let followed = "followed"

    private static func bytes(_ answer: Answer) -> [UInt8] {
        switch answer.body {
        case .bytes(let buffer): Array(buffer.readableBytesView)
        case .array(let bytes): bytes
        case .none, .stream: []
        }
    }

    private static func stream(_ body: @escaping @Sendable (any AnswerWriter) async throws -> Void) -> Answer {
        Answer(.ok, contentType: "application/json", body: .stream(body))
    }

    private static func dripping(_ bytes: [UInt8], _ pause: Duration) -> Answer {
        stream { writer in
            for byte in bytes {
                try await writer.write(ByteBuffer(bytes: [byte]))
                guard await hasPassed(pause) else { throw ConnectionClosed() }
            }
        }
    }

    private static func huge(_ bytes: [UInt8], _ count: Int64) -> Answer {
        stream { writer in
            let spaces = ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
            for _ in 0..<(count / 65_536) { try await writer.write(spaces) }
            try await writer.write(ByteBuffer(bytes: bytes))
        }
    }
}

/// Whether so long went by; false if the wait was cancelled.
private func hasPassed(_ time: Duration) async -> Bool {
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(time)) {}
    return await withTaskCancellationHandler {
        (try? await timer.futureResult.get()) != nil
    } onCancel: {
        timer.cancel()
    }
}
