import NIOCore
import NIOPosix

/// A client that sends and then reads nothing at all.
struct SilentClient {
    private let channel: any Channel

    static func connect(to port: Int, sending text: String) async throws -> SilentClient {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
        try? await channel.writeAndFlush(ByteBuffer(string: text)).get()
        return SilentClient(channel: channel)
    }

    /// Returns when the other side has closed: only further bytes bring the reset that tells, for nothing is read.
    func closed() async throws {
        while channel.isActive {
            try? await channel.writeAndFlush(ByteBuffer(string: "x")).get()
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func close() async throws {
        try? await channel.close().get()
    }
}
