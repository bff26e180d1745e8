internal import Crypto
internal import FoundationEssentials
public import MCP
import Synchronization

/// The ring of secrets that seal what travels through clients (KY1–KY5): the first seals, all open.
public final class StateKeys: Sealer {
    private let ring: Mutex<Ring>
    private let openedSessions = OpenedSessions()

    /// KY4.
    private static let maximumUses: UInt32 = 1 << 31

    private struct Ring {
        var keys: [StateKey]
        /// How often the first key has sealed.
        var uses: UInt32 = 0
        /// Whether nobody else has it.
        var isRandom = false
    }

    /// Reads a ring from the configuration: `kid:base64[,kid:base64…]`, white space around entries is ignored.
    ///
    /// - Throws: `StateKeysError`, which names the entry and never its secret.
    public convenience init(text: String) throws(StateKeysError) {
        var keys: [StateKey] = []
        for (index, entry) in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).enumerated() {
            keys.append(try StateKey(entry: entry, number: index + 1))
        }
        try self.init(keys)
    }

    /// A ring of secrets that lie elsewhere.
    public convenience init(_ secrets: [(kid: String, secret: [UInt8])]) throws(StateKeysError) {
        var keys: [StateKey] = []
        for (kid, secret) in secrets {
            keys.append(try StateKey(kid: kid, secret: secret))
        }
        try self.init(keys)
    }

    private init(_ keys: [StateKey]) throws(StateKeysError) {
        guard !keys.isEmpty else { throw StateKeysError("there is no key in the ring") }
        for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.kid == key.kid }) {
            throw StateKeysError("two keys have the kid \(key.kidText)")
        }
        ring = Mutex(Ring(keys: keys))
    }

    /// A ring with one key that only this process has: what it seals ends with the process (KY2).
    public init() {
        ring = Mutex(Ring(keys: [.random()], isRandom: true))
    }

    /// Replaces all keys by a fresh one, so that nothing sealed before opens again (LS8).
    public func replace() {
        ring.withLock { $0 = Ring(keys: [.random()], isRandom: true) }
        openedSessions.removeAll()
    }

    /// Their kids, for logs: the first seals.
    public var kids: [String] { ring.withLock { $0.keys.map(\.kidText) } }

    /// 32 bytes derived from the first key, for hiding persons in a log: the same wherever the first key is.
    package var logSecret: [UInt8] { ring.withLock { $0.keys.first?.logSecret } ?? randomBytes(32) }

    public func seal(_ purpose: SealPurpose, for principal: Principal, _ content: (_ principalTag: [UInt8]) -> [UInt8]) throws -> String {
        let key = try ring.withLock { ring throws(StateKeysError) in
            // One key seals at most 2^31 times (KY4): random nonces of 96 bits stay unlikely to meet.
            if ring.uses >= Self.maximumUses, ring.isRandom { ring = Ring(keys: [.random()], isRandom: true) }
            guard ring.uses < Self.maximumUses else {
                throw StateKeysError("the first key has sealed as often as it may; put a new one before it")
            }
            ring.uses += 1
            return ring.keys[0]
        }
        let box = try AES.GCM.seal(content(key.tag(of: principal)), using: key[purpose], authenticating: key.prefix(purpose))
        return String(decoding: key.prefix(purpose), as: UTF8.self) + "." + Base64.url.encode(box.nonce + box.ciphertext + box.tag)
    }

    public func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let bytes = Array(text.utf8)
        guard bytes.count <= purpose.maximumLength else { return nil }
        guard purpose == .session else { return opened(bytes, as: purpose, for: principal) }
        return openedSessions.seal(bytes, for: principal) { opened(bytes, as: purpose, for: principal) }
    }

    private func opened(_ bytes: [UInt8], as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(purpose.rawValue.utf8) else { return nil }
        guard let key = ring.withLock({ ring in ring.keys.first { $0.kid.elementsEqual(parts[1]) } }) else { return nil }
        guard let sealed = Base64.url.decode(parts[2]), let box = try? AES.GCM.SealedBox(combined: sealed),
            let content = try? AES.GCM.open(box, using: key[purpose], authenticating: key.prefix(purpose))
        else { return nil }
        return OpenedSeal(content: Array(content), principalTag: key.tag(of: principal))
    }

    public func digest(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: bytes))
    }

    public func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// Why a ring can't be used.
public struct StateKeysError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension SealPurpose {
    /// In characters; longer texts aren't looked at (LS1, M10).
    fileprivate var maximumLength: Int {
        switch self {
        case .session: 256
        case .requestState: 24_576
        case .cursor: 1_024
        }
    }
}
