/// A legacy session: what was negotiated, and nothing else.
///
/// It is carried by the client as a sealed token (LS1, LS2).
public struct Session: Sendable, Equatable {
    /// The revision for every message of the session; one of the four legacy ones.
    public let revision: Revision
    public let clientCapabilities: ClientCapabilities
    /// Unix seconds.
    public let issued: Int64
    /// Unix seconds.
    public let expires: Int64
    public let number: SessionNumber
    /// `name/version` of the client, at most 48 bytes; for logs only.
    public let client: String

    /// Replicas' clocks may differ by so many seconds (LS3).
    static let grace: Int64 = 60
    private static let layout: UInt8 = 1
    private static let maximumClientBytes = 48
    private static let fixedBytes = 1 + 1 + 2 + 16 + 8 + 8 + 16 + 1

    init(revision: Revision, clientCapabilities: ClientCapabilities, issued: Int64, life: Int64, number: SessionNumber, client: ClientInfo?)
    {
        self.revision = revision
        self.clientCapabilities = clientCapabilities
        self.issued = issued
        expires = issued.addingReportingOverflow(life).partialValue
        self.number = number
        self.client = Session.cut(client.map { "\($0.name)/\($0.version)" } ?? "")
    }

    /// Opens a session id: nil for anything that isn't a live session of this principal (LS3).
    ///
    /// - Parameter now: Unix seconds.
    init?(id: String, of principal: Principal, at now: Int64, with sealer: any Sealer) {
        guard let seal = sealer.open(id, as: .session, for: principal) else { return nil }
        self.init(seal.content, principalTag: seal.principalTag)
        let (deadline, overflow) = expires.addingReportingOverflow(Session.grace)
        guard overflow || now < deadline else { return nil }
    }

    /// The sealed content of layout 1, big-endian (LS2).
    func content(principalTag: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [Session.layout, revision.rawValue]
        bytes.append(bigEndian: clientCapabilities.rawValue)
        bytes += principalTag
        bytes.append(bigEndian: UInt64(bitPattern: issued))
        bytes.append(bigEndian: UInt64(bitPattern: expires))
        bytes += number.bytes
        bytes.append(UInt8(truncatingIfNeeded: client.utf8.count))
        bytes += client.utf8
        return bytes
    }

    private init?(_ content: [UInt8], principalTag: [UInt8]) {
        guard content.count >= Session.fixedBytes, content[0] == Session.layout else { return nil }
        guard let revision = Revision(rawValue: content[1]), revision.isLegacy else { return nil }
        guard isEqualInConstantTime(content[4..<20], principalTag) else { return nil }
        let count = Int(content[52])
        guard count <= Session.maximumClientBytes, content.count == Session.fixedBytes + count else { return nil }
        guard let client = String(validating: content[53...], as: UTF8.self) else { return nil }
        self.revision = revision
        clientCapabilities = ClientCapabilities(rawValue: UInt16(truncatingIfNeeded: integer(content[2..<4]))).intersection(.ofSessions)
        issued = Int64(bitPattern: integer(content[20..<28]))
        expires = Int64(bitPattern: integer(content[28..<36]))
        number = SessionNumber(bytes: Array(content[36..<52]))
        self.client = client
    }

    /// At most 48 bytes, cut between characters.
    private static func cut(_ text: String) -> String {
        var text = text
        while text.utf8.count > maximumClientBytes { text.unicodeScalars.removeLast() }
        return text
    }
}

/// The random number of a session: what ended sessions are known by (LS8).
public struct SessionNumber: Sendable, Hashable, CustomStringConvertible {
    /// 16 of them.
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Its first 8 hex digits, for logs.
    public var description: String { String(hex: bytes.prefix(4)) }
}

/// Compares secrets without telling by its time where they differ (SEC8).
func isEqualInConstantTime(_ a: ArraySlice<UInt8>, _ b: [UInt8]) -> Bool {
    a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}

private func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
