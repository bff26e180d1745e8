import Auth
import HTTPServer
import Observability
import Tools

/// Every setting that the program reads from its environment.
///
/// Flags of the command line come before it.
enum Settings {
    static let database = Setting(
        "DATABASE_URL",
        // That of a database server may hold a password.
        isSecret: true,
        default: "toolbridge.db in the user's data folder",
        "The database: sqlite:PATH.",
        form: "sqlite:PATH; PostgreSQL isn't supported by this version",
        parse: DatabaseLocation.init(url:)
    )
    static let address = Setting(
        "HTTP_ADDR",
        default: "127.0.0.1:8080",
        "Where to listen. Port 0 takes a free one.",
        form: "HOST:PORT or :PORT",
        parse: ListenAddress.init(text:)
    )
    static let environment = Setting(
        "ENV",
        default: "none",
        "dev takes X-Debug-Sub instead of a token, on this machine only. Any other word, and none, is the local profile.",
        form: "dev, or another word without effect",
        parse: { $0 }
    )
    static let localToken = Setting(
        "TOOLBRIDGE_LOCAL_TOKEN",
        isSecret: true,
        default: "made on first run and kept beside the database",
        "The bearer token of the local profile.",
        form: "at least 32 characters that a header can carry",
        parse: { LocalToken.isStrong($0) ? Secret($0) : nil }
    )
    static let defaultTenant = Setting(
        "DEFAULT_TENANT_ID",
        default: "tenant_thinkpen_b2c",
        "The tenant of a single-tenant installation.",
        form: "1 to 128 of A-Z a-z 0-9 . _ : -",
        parse: { isTenantName($0) ? $0 : nil }
    )
    static let defaultTenantName = Setting(
        "DEFAULT_TENANT_NAME",
        default: "Personal",
        "What people call the default tenant.",
        form: "1 to 128 characters",
        parse: { (1...128).contains($0.utf8.count) ? $0 : nil }
    )
    static let streamMaximumAge = Setting(
        "TOOLBRIDGE_SSE_MAX_AGE_SECONDS",
        default: "600",
        "After which an event stream ends and its client comes back, in seconds: 1 to 86400.",
        form: "1 to 86400",
        parse: { integer($0, in: 1...86_400).map { Duration.seconds($0) } }
    )
    static let streamHeartbeat = Setting(
        "TOOLBRIDGE_SSE_HEARTBEAT_SECONDS",
        default: "15",
        "How often an idle event stream says that it is alive, in seconds: 1 to 3600.",
        form: "1 to 3600",
        parse: { integer($0, in: 1...3600).map { Duration.seconds($0) } }
    )
    static let dataRate = rate("RATE_LIMIT_DATA", "600/60/120", "Requests of one owner to the data routes.")
    static let authRate = rate("RATE_LIMIT_AUTH", "60/60/20", "Requests of one subject to sessions and tokens.")
    static let addressRate = rate("RATE_LIMIT_ADDRESS", "120/60/60", "Requests of one address without a valid token.")
    static let allowedOrigins = list(
        "TOOLBRIDGE_ALLOWED_ORIGINS",
        "Origins of browsers that may use the MCP endpoints, separated by commas: scheme://host[:port]. On loopback also this machine's.",
        form: "origins as browsers send them, separated by commas: scheme://host or scheme://host:port, and nothing after it",
        isFit: WebAddress.isOrigin
    )
    static let allowedHosts = list(
        "TOOLBRIDGE_ALLOWED_HOSTS",
        "Names that the MCP endpoints are reached by when not bound to loopback, separated by commas: host[:port]. Unset, any.",
        form: "names separated by commas: host or host:port, without a scheme, a path or wildcards",
        isFit: WebAddress.isHost
    )
    static let allowsRemoteDevelopment = Setting(
        "TOOLBRIDGE_ALLOW_DEV_REMOTE",
        default: "false",
        "Lets ENV=dev run on other addresses and on platforms.",
        form: "true, false, 1 or 0",
        parse: boolean
    )
    static let stateKeys = Setting(
        "TOOLBRIDGE_STATE_KEYS",
        isSecret: true,
        default: "kept in the database",
        "Seals MCP sessions: id:base64[,id:base64…], at least 32 bytes each. The first seals, all open.",
        form: "id:base64[,id:base64…]",
        parse: { Secret($0) }
    )
    static let sessionLifetime = Setting(
        "TOOLBRIDGE_MCP_SESSION_TTL",
        default: "604800",
        "How long a sealed MCP session lives, in seconds: 3600 (an hour) to 2592000 (30 days).",
        form: "3600 to 2592000",
        parse: { integer($0, in: 3600...2_592_000).map { Int64($0) } }
    )
    static let legacySSE = Setting(
        "TOOLBRIDGE_LEGACY_SSE",
        default: "on",
        "Whether MCP's HTTP+SSE transport of 2024-11-05 is served: GET /sse and /messages/. on or off.",
        form: "on or off",
        parse: { $0 == "on" ? true : $0 == "off" ? false : nil }
    )
    static let toolsets = Setting(
        "TOOLBRIDGE_TOOLSETS",
        default: "standard",
        "The toolsets that MCP clients are offered, separated by commas: \(Toolset.names). An address can choose less, and any if this is unset.",
        form: "toolsets separated by commas, of \(Toolset.names)",
        parse: { try? ToolSelection($0) }
    )
    static let readOnly = Setting(
        "TOOLBRIDGE_READ_ONLY",
        default: "false",
        "Offers MCP clients only tools that read.",
        form: "true, false, 1 or 0",
        parse: boolean
    )
    static let toolPageBytes = Setting(
        "TOOLBRIDGE_TOOL_PAGE_BYTES",
        default: "\(ToolPage.bytes)",
        "After so many bytes a page of a listing tool ends: 1000 to 1000000.",
        form: "1000 to 1000000",
        parse: { integer($0, in: 1_000...1_000_000) }
    )
    static let shutdownTimeout = Setting(
        "TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS",
        default: "7",
        "How long requests in flight may take after SIGTERM, in seconds: 0 to 3600.",
        form: "0 to 3600",
        parse: { integer($0, in: 0...3600).map { Duration.seconds($0) } }
    )
    static let drainDelay = Setting(
        "TOOLBRIDGE_DRAIN_DELAY_SECONDS",
        default: "0",
        "Between SIGTERM and the end of accepting, in seconds: 0 to 3600.",
        form: "0 to 3600",
        parse: { integer($0, in: 0...3600).map { Duration.seconds($0) } }
    )
    static let logLevel = Setting(
        "TOOLBRIDGE_LOG_LEVEL",
        default: "INFO",
        "The least grave lines that are written: trace, debug, info, warning or error, in any letter case.",
        form: "trace, debug, info, warning or error",
        parse: { LogLevel($0) }
    )
    static let logFormat = Setting(
        "TOOLBRIDGE_LOG_FORMAT",
        default: "console on a terminal, else json",
        "How log lines look: json or console.",
        form: "json or console",
        parse: { LogFormat(rawValue: $0) }
    )

    /// Settings of installations whose callers this version can't verify.
    ///
    /// To ignore one would open what it was meant to close.
    static let unsupported = [
        "JWT_ISSUER", "JWT_JWKS_URL", "JWT_ALLOW_HS256", "TENANT_HEADER_SECRET", "TENANT_HEADER_KEYS", "WORKOS_API_KEY",
        "TOOLBRIDGE_AUTHKIT_DOMAIN",
    ]

    private static func rate(_ name: String, _ fallback: String, _ meaning: String) -> Setting<RateSetting> {
        Setting(
            name,
            default: fallback,
            meaning + " As requests/seconds/burst, or off. The local profile has no limits.",
            form: "requests/seconds/burst, such as \(fallback), or off",
            parse: RateSetting.init(text:)
        )
    }

    /// Entries that are empty don't count, but a list without any would mean what is meant by none: that is a mistake.
    private static func list(
        _ name: String,
        _ meaning: String,
        form: String,
        isFit: @escaping @Sendable (String) -> Bool
    ) -> Setting<[String]> {
        Setting(name, default: "none", meaning, form: form) { text in
            let entries = text.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
            return !entries.isEmpty && entries.allSatisfy(isFit) ? entries : nil
        }
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    private static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
        return range.contains(number) ? number : nil
    }

    private static func isTenantName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// A rate limit as operators write it.
enum RateSetting: Sendable, Equatable {
    case off
    case rate(RateLimits.Rate)

    init?(text: String) {
        if text.lowercased() == "off" {
            self = .off
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let requests = parts[0], let window = parts[1], let burst = parts[2] else { return nil }
        guard (1...1_000_000).contains(requests), (1...86_400).contains(window), (1...1_000_000).contains(burst) else { return nil }
        self = .rate(RateLimits.Rate(requests: requests, window: .seconds(window), burst: burst))
    }

    var rate: RateLimits.Rate? {
        guard case .rate(let rate) = self else { return nil }
        return rate
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    var trimmingSpaces: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
