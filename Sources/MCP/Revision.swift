/// A published revision of the protocol, oldest first.
public enum Revision: UInt8, Sendable, Comparable, CaseIterable, CustomStringConvertible {
    case v2024_11_05 = 0
    case v2025_03_26 = 1
    case v2025_06_18 = 2
    case v2025_11_25 = 3
    case v2026_07_28 = 4

    /// The revision with this name, byte for byte.
    public init?(_ name: String) {
        guard let revision = Revision.allCases.first(where: { name.sameBytes($0.description) }) else { return nil }
        self = revision
    }

    /// Its name on the wire.
    public var description: String {
        switch self {
        case .v2024_11_05: "2024-11-05"
        case .v2025_03_26: "2025-03-26"
        case .v2025_06_18: "2025-06-18"
        case .v2025_11_25: "2025-11-25"
        case .v2026_07_28: "2026-07-28"
        }
    }

    /// Newest first, as `server/discover` lists them (V10).
    public static var supported: [Revision] { allCases.reversed() }

    /// Whether it begins with `initialize`.
    public var isLegacy: Bool { self < .v2026_07_28 }

    public static func < (a: Revision, b: Revision) -> Bool { a.rawValue < b.rawValue }
}

/// What each revision has.
extension Revision {
    /// Arrays of messages are taken as batches (B8, B9).
    var hasBatches: Bool { self <= .v2025_03_26 }
    /// An error without a readable id says `"id": null` instead of leaving it out (B6).
    var writesNullID: Bool { self <= .v2025_06_18 }
    /// The capability `completions`; before there is completion without a flag (C1).
    var hasCompletionFlag: Bool { self >= .v2025_03_26 }
    /// `context` of completion requests.
    var hasCompletionContext: Bool { self >= .v2025_06_18 }
    /// Audio, tool annotations, the `message` of progress.
    var hasAudioAndAnnotations: Bool { self >= .v2025_03_26 }
    /// `title` on what is named, `_meta` on objects, `resource_link`.
    var hasTitlesAndLinks: Bool { self >= .v2025_06_18 }
    /// `outputSchema` and `structuredContent` (T8).
    var hasStructuredContent: Bool { self >= .v2025_06_18 }
    /// Structured content may be any JSON value, not only an object (T8).
    var hasAnyStructuredContent: Bool { self >= .v2026_07_28 }
    /// `icons`, `websiteUrl` and `description` of the implementation.
    var hasIcons: Bool { self >= .v2025_11_25 }
    /// Questions to people (EL3).
    var hasForms: Bool { self >= .v2025_06_18 }
    /// Form defaults of every type, titled and multi-select choices; pages to open; sampling with tools and several blocks.
    var hasFullForms: Bool { self >= .v2025_11_25 }
    /// `resultType`, caching hints and `_meta…/serverInfo` on results (B10, B13, K5).
    var hasResultTypes: Bool { self >= .v2026_07_28 }
}
