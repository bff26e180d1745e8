/// A connection that carries bytes both ways: standard input and output, a pipe, a socket (I10).
public protocol ByteStream: Sendable {
    /// The next bytes, as many as are there; nil at the end.
    func read() async throws -> [UInt8]?

    /// Writes all of the bytes. Those of two calls never mix.
    ///
    /// - Throws: When the other side is gone.
    func write(_ bytes: [UInt8]) async throws

    /// Makes `read` say that the input has ended, also one that waits; later ones too.
    func endInput()
}
