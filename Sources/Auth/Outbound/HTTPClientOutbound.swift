import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Fetches over HTTP/1.1, with TLS certificates verified.
///
/// Nothing is made before the first fetch, and its connections run on the event loops that the program has anyway.
package final class HTTPClientOutbound: Outbound {
    private enum State {
        case unmade
        case made(HTTPClient)
        case ended
    }

    private let userAgent: String
    private let connections: Int
    private let state = Mutex(State.unmade)

    /// - Parameters:
    ///   - userAgent: What servers are told of this program.
    ///   - connections: How many there may be to one host; more fetches wait, and their time passes meanwhile.
    package init(userAgent: String, connections: Int = 8) {
        self.userAgent = userAgent
        self.connections = max(1, connections)
    }

    package func get(
        _ url: String,
        headers: [(name: String, value: String)],
        bodyLimit: Int,
        within limit: Duration
    ) async throws(OutboundFault) -> OutboundAnswer {
        guard let client = client(), var request = try? HTTPClient.Request(url: url), Self.isAllowed(request) else {
            throw .unreachable
        }
        request.headers.add(name: "User-Agent", value: userAgent)
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        let task = client.execute(
            request: request,
            delegate: ResponseAccumulator(request: request, maxBodySize: min(max(0, bodyLimit), Int(Int32.max))),
            deadline: .now() + TimeAmount(limit)
        )
        do {
            let response = try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
            return OutboundAnswer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "Retry-After").flatMap(Self.seconds),
                body: response.body.map { Array($0.readableBytesView) } ?? []
            )
        } catch {
            throw Self.fault(error)
        }
    }

    /// Closes all connections; what is fetched now fails, as everything does afterwards.
    package func shutdown() async {
        let client: HTTPClient? = state.withLock { state in
            defer { state = .ended }
            guard case .made(let client) = state else { return nil }
            return client
        }
        try? await client?.shutdown()
    }

    private func client() -> HTTPClient? {
        state.withLock { state in
            switch state {
            case .made(let client): return client
            case .ended: return nil
            case .unmade:
                let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
                state = .made(client)
                return client
            }
        }
    }

    private var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool = .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: connections)
        // Whoever asks decides whether to ask again.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}

extension HTTPClientOutbound {
    /// Without TLS only this machine is asked.
    private static func isAllowed(_ request: HTTPClient.Request) -> Bool {
        switch request.scheme {
        case "https": true
        case "http": ["127.0.0.1", "localhost", "::1", "[::1]"].contains(request.host)
        default: false
        }
    }

    private static func fault(_ error: any Error) -> OutboundFault {
        if error is ResponseAccumulator.ResponseTooBigError { return .tooLarge }
        switch error as? HTTPClientError {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout: return .tooSlow
        default: return .unreachable
        }
    }

    /// A number of seconds; the other form, a date, counts as none.
    private static func seconds(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
