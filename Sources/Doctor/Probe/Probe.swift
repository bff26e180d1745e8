import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks servers as a client would, and says what of an attempt failed: the name, the connection, TLS or HTTP.
final class Probe: Sendable {
    private let client: HTTPClient

    init() {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    func shutdown() async {
        try? await client.shutdown()
    }

    /// One request and its whole answer; a redirect is an answer like others.
    ///
    /// - Throws: ``ProbeFault``.
    func send(_ request: ProbeRequest, within limit: Duration = .seconds(15)) async throws(ProbeFault) -> ProbeAnswer {
        let start = ContinuousClock.now
        do {
            let response = try await client.execute(request.message, timeout: TimeAmount(limit))
            let body = try await response.body.collect(upTo: 4_194_304)
            return ProbeAnswer(
                status: Int(response.status.code),
                headers: response.headers,
                body: Array(body.readableBytesView),
                duration: ContinuousClock.now - start
            )
        } catch {
            throw ProbeFault(error)
        }
    }

    /// Opens a stream and hands its pieces over, each with the time since the request, until `take` says that it has enough or the time is
    /// over.
    ///
    /// - Returns: The answer's head, without a body.
    /// - Throws: ``ProbeFault``.
    func stream(
        _ request: ProbeRequest,
        within limit: Duration,
        _ take: (ArraySlice<UInt8>, Duration) async -> Bool
    ) async throws(ProbeFault) -> ProbeAnswer {
        let start = ContinuousClock.now
        do {
            let response = try await client.execute(request.message, timeout: TimeAmount(limit))
            let head = ProbeAnswer(
                status: Int(response.status.code),
                headers: response.headers,
                body: [],
                duration: ContinuousClock.now - start
            )
            for try await piece in response.body {
                guard await take(Array(piece.readableBytesView)[...], ContinuousClock.now - start) else { break }
            }
            return head
        } catch {
            throw ProbeFault(error)
        }
    }
}

/// What is sent.
struct ProbeRequest: Sendable {
    var method = "GET"
    let url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?

    fileprivate var message: HTTPClientRequest {
        var message = HTTPClientRequest(url: url)
        message.method = HTTPMethod(rawValue: method)
        for header in headers { message.headers.add(name: header.name, value: header.value) }
        if let body { message.body = .bytes(ByteBuffer(bytes: body)) }
        return message
    }
}

/// What came back.
struct ProbeAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
    let duration: Duration

    func header(_ name: String) -> String? { headers.first(name: name) }
}
