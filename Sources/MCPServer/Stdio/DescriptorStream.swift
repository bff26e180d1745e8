internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Two file descriptors as a byte stream: a driver with one thread that waits for input and one that waits for output.
///
/// The descriptors stay blocking, as other programs may share them; a thread touches one only when `poll` says that it won't block.
public final class DescriptorStream: ByteStream {
    private let input: Int32
    private let output: Int32
    /// Pipes in which a byte wakes the thread that waits for input, and the one that waits for output.
    private let wake: (read: Int32, write: Int32)
    private let abort: (read: Int32, write: Int32)
    private let reader = NIOThreadPool(numberOfThreads: 1)
    private let writer = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters: Descriptors that stay open for as long as the stream lives; by default standard input and output.
    /// - Throws: When no pipe can be made.
    public init(input: Int32 = 0, output: Int32 = 1) throws {
        // A client that is gone is an error of `write`, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        wake = try Self.makePipe()
        abort = try Self.makePipe()
        (self.input, self.output) = (input, output)
        reader.start()
        writer.start()
    }

    deinit {
        reader.shutdownGracefully { _ in }
        writer.shutdownGracefully { _ in }
        for end in [wake.read, wake.write, abort.read, abort.write] { close(end) }
    }

    /// Makes `read` say that the input has ended, also one that waits.
    public func endInput() {
        var byte: UInt8 = 0
        _ = Self.write(wake.write, &byte, 1)
    }

    public func read() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await reader.runIfActive { [self] in try readNow() }
        } onCancel: {
            endInput()
        }
    }

    /// Cancelled, it gives up wherever it is, and so do all later ones: the other side has had half a message.
    public func write(_ bytes: [UInt8]) async throws {
        try await withTaskCancellationHandler {
            try await writer.runIfActive { [self] in try writeNow(bytes) }
        } onCancel: {
            var byte: UInt8 = 0
            _ = Self.write(abort.write, &byte, 1)
        }
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw DescriptorError(number: errno) }
        return (ends[0], ends[1])
    }

    private func readNow() throws -> [UInt8]? {
        guard try wait(for: Int16(POLLIN), on: input, orFor: wake.read) else { return nil }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
            count = Self.read(input, buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        guard count >= 0 else { throw DescriptorError(number: errno) }
        return count == 0 ? nil : bytes
    }

    private func writeNow(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard try wait(for: Int16(POLLOUT), on: output, orFor: abort.read) else { throw CancellationError() }
            // So much a pipe takes at once when it takes anything (POSIX, PIPE_BUF).
            let count = rest.prefix(4096).withUnsafeBytes { Self.write(output, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw DescriptorError(number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// - Returns: false if the second descriptor was ready instead.
    private func wait(for event: Int16, on descriptor: Int32, orFor other: Int32) throws -> Bool {
        var polled = [pollfd(fd: other, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: event, revents: 0)]
        while poll(&polled, nfds_t(polled.count), -1) < 0 {
            guard errno == EINTR else { throw DescriptorError(number: errno) }
        }
        return polled[0].revents == 0
    }

    private static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.read(descriptor, bytes, count)
        #else
        Darwin.read(descriptor, bytes, count)
        #endif
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }
}

/// What the system said when a descriptor could not be used.
public struct DescriptorError: Error, Sendable, CustomStringConvertible {
    /// `errno`.
    public let number: Int32

    public var description: String { "descriptor error \(number)" }
}
