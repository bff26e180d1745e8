/// Why something can't serve as a key; the same input will fail again.
package enum KeyFault: Error, Sendable, Equatable {
    /// It can't be read as a key at all.
    case malformed
    /// A kind, curve, use or algorithm that isn't taken.
    case unsupported
    /// Too few bits, or more than a server should be made to compute with.
    case badSize
    /// It has no id, or one of more than 128 bytes.
    case badID
    /// The private half stands in the open.
    case isPrivate
}
