import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Speaks HTTP/1.1, or HTTP/2 where TLS agrees on it, over connections that are kept; certificates are verified.
///
/// Nothing is made before the first request, and connections run on the event loops that the program has anyway.
package final class HTTPClientTransport: APITransport {
    private enum State {
        case unmade
        case made(HTTPClient)
        case ended
    }

    private let origin: String
    private let connections: Int
    private let answerLimit: Int
    private let state = Mutex(State.unmade)
    /// Clients whose connections are in doubt; they end with the transport.
    private let old = Mutex<[HTTPClient]>([])

    /// - Parameters:
    ///   - address: Its path isn't added to targets.
    ///   - connections: How many there may be; more requests wait, and their time passes meanwhile.
    ///   - answerLimit: Bytes of a body; a longer answer is a fault, and not read to its end.
    package init(_ address: APIAddress, connections: Int = 256, answerLimit: Int = 33_554_432) {
        origin = address.origin
        self.connections = max(1, connections)
        self.answerLimit = max(0, answerLimit)
    }

    package func send(_ request: APIRequest, within limit: Duration) async throws(TransportFault) -> APIResponse {
        let method = HTTPMethod(rawValue: request.method)
        guard let client = client(), var outgoing = try? HTTPClient.Request(url: origin + request.target, method: method) else {
            throw .notSent
        }
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { outgoing.body = .byteBuffer(ByteBuffer(bytes: request.body)) }
        let collector = AnswerCollector(limit: answerLimit)
        let task = client.execute(request: outgoing, delegate: collector, deadline: .now() + TimeAmount(limit))
        do {
            return try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw collector.fault(error)
        }
    }

    package func forgetConnections() {
        let client: HTTPClient? = state.withLock { state in
            guard case .made(let client) = state else { return nil }
            state = .unmade
            return client
        }
        guard let client else { return }
        // What is under way on it goes on; what is idle, its own time limit closes.
        let oldest = old.withLock { clients -> HTTPClient? in
            clients.append(client)
            return clients.count > Self.keptClients ? clients.removeFirst() : nil
        }
        // Nobody waits for it: it has nothing left to do since the machine slept several times.
        if let oldest { Task { try? await oldest.shutdown() } }
    }

    private static var keptClients: Int { 4 }

    package func shutdown() async {
        var clients = old.withLock { clients in
            defer { clients = [] }
            return clients
        }
        state.withLock { state in
            if case .made(let client) = state { clients.append(client) }
            state = .ended
        }
        for client in clients { try? await client.shutdown() }
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
        configuration.httpVersion = .automatic
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool = .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: connections)
        // Whoever asks decides whether to ask again, and learns of a dead API at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
