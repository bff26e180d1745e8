import NIOCore
import NIOPosix
import NIOSSL
import ToolBridge

/// The certificate that a server shows.
enum Certificate {
    /// How many whole days it is good for, negative after its end; nil for an address without TLS, or where there is no handshake.
    ///
    /// Whether it is trusted and whose it is, the requests of other checks say.
    static func daysLeft(at base: String) async -> Int? {
        guard base.hasPrefix("https://") else { return nil }
        let (host, port) = authority(of: base.dropFirst("https://".count))
        guard let host, let port else { return nil }
        let ends = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Int64.self)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let context = try NIOSSLContext(configuration: .makeClientConfiguration())
                    let handler = try NIOSSLClientHandler(
                        context: context,
                        serverHostname: host.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
                            || host.contains(":") ? nil : host,
                        customVerificationCallback: { certificates, verified in
                            // The first is the server's own. Nothing is sent over this connection, whoever it leads to.
                            if let first = certificates.first {
                                ends.succeed(Int64(first.notValidAfter))
                            } else {
                                ends.fail(ChannelError.eof)
                            }
                            verified.succeed(.failed)
                        }
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            channel.closeFuture.whenComplete { _ in ends.fail(ChannelError.eof) }
            let limit = channel.eventLoop.scheduleTask(in: .seconds(5)) { ends.fail(ChannelError.connectTimeout(.seconds(5))) }
            let end = try? await ends.futureResult.get()
            limit.cancel()
            try? await channel.close()
            return end.map { Int(($0 - Timestamp.now().milliseconds / 1000) / 86_400) }
        } catch {
            ends.fail(error)
            return nil
        }
    }

    private static func authority(of text: Substring) -> (host: String?, port: Int?) {
        if text.first == "[" {
            let host = text.dropFirst().prefix { $0 != "]" }
            let rest = text.dropFirst(host.count + 2)
            return (String(host), rest.isEmpty ? 443 : Int(rest.dropFirst()))
        }
        let host = text.prefix { $0 != ":" }
        return (String(host), host.count == text.count ? 443 : Int(text.dropFirst(host.count + 1)))
    }
}
