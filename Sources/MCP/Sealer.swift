/// What is sealed, by the prefix that its text begins with (KY1).
public enum SealPurpose: String, Sendable, CaseIterable {
    case session = "ms1"
    case requestState = "rs1"
    case cursor = "cu1"
}

/// What an opened seal holds.
public struct OpenedSeal: Sendable, Equatable {
    public let content: [UInt8]
    /// The tag of the principal for whom it was opened, by the key that sealed it.
    ///
    /// The content says whose it is; they must be equal.
    public let principalTag: [UInt8]

    public init(content: [UInt8], principalTag: [UInt8]) {
        self.content = content
        self.principalTag = principalTag
    }
}

/// Seals what travels through clients, so that any replica with the same keys can open it and nobody else can read or change it.
///
/// `MCPServer` has one with AES-GCM; a test may use another.
public protocol Sealer: Sendable {
    /// Seals content that may hold the principal's 16-byte tag (KY5).
    ///
    /// - Returns: Visible ASCII, different for each call.
    func seal(_ purpose: SealPurpose, for principal: Principal, _ content: (_ principalTag: [UInt8]) -> [UInt8]) throws -> String

    /// Opens a seal; nil for any failure, with no hint which.
    func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal?

    /// The digest of bytes, the same on every replica: SHA-256 where it must be short and can't be forged (M13).
    func digest(_ bytes: [UInt8]) -> [UInt8]

    /// Bytes that nobody can guess.
    func randomBytes(_ count: Int) -> [UInt8]
}
